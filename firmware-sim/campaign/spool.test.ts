import { afterEach, describe, expect, it } from "vitest";
import { Bed } from "../bed/bed.ts";
import { DISK_WRONGS, type DiskWrong } from "../bed/failing-disks.ts";
import { pause, until } from "../bed/until.ts";

const AWAY_MS = 3_000;

let bed: Bed | undefined;
afterEach(async () => {
  await bed?.stop();
  bed = undefined;
});

describe("while Redis is away", () => {
  it("devices are acknowledged from the spool, and all of it arrives afterwards, in order", {
    timeout: 60_000,
  }, async () => {
    bed = await Bed.start({ devices: 12, everyMs: 100 });
    await bed.acknowledges(150, 20_000);
    const before = await bed.observer.holding();
    await bed.redis.kill();
    const from = performance.now();
    await pause(AWAY_MS);
    const acknowledged = bed.books.acknowledgedSince(from);
    const inJournal = bed.journal().length;
    await bed.redis.restart();

    // 12 devices with an event each tenth of a second: most of what they said in that time.
    expect(acknowledged, bed.lastWords()).toBeGreaterThan(0.5 * 12 * (AWAY_MS / 100));
    await bed.acknowledges(100, 10_000);
    await bed.settle();
    const verdict = await bed.judge();
    expect(verdict, bed.lastWords()).toMatchObject({ ok: true, violations: {} });
    expect(bed.journal().length).toBeGreaterThan(inJournal + acknowledged);
    // The pair link was up: redis was away, the devices were not, and nobody took over.
    expect(await bed.observer.holding()).toEqual(before);
  });

  it("the active agent may be killed with acknowledged events that are nowhere but in two spools", {
    timeout: 60_000,
  }, async () => {
    bed = await Bed.start({ devices: 12, everyMs: 100 });
    await bed.acknowledges(150, 20_000);
    const active = await bed.active();
    const standby = await bed.standby();
    await bed.redis.kill();
    const from = performance.now();
    await until("the spool has acknowledged some", () => (bed?.books.acknowledgedSince(from) ?? 0) > 60, 10_000);
    active.kill();
    await active.program.exit;
    await bed.redis.restart();
    // The one that was killed never comes back: what it promised is in the other's copy.
    await bed.acknowledges(100, 20_000);
    await bed.settle();
    const verdict = await bed.judge();
    expect(verdict, bed.lastWords()).toMatchObject({ ok: true, violations: {} });
    expect(verdict.late).toBeGreaterThan(30);
    expect(await bed.observer.holding()).toMatchObject({ holder: standby.agent });
  });

  it.each(Object.keys(DISK_WRONGS) as DiskWrong[])(
    "a disk of which %s is no end: the spool goes on by itself when it keeps again, and nothing was promised meanwhile",
    { timeout: 90_000 },
    async (wrong) => {
      bed = await Bed.start({ devices: 12, everyMs: 100, failingDisks: true });
      const { failing, agents } = bed;
      if (failing === undefined) return console.warn("skipped: there is no C compiler to build a failing disk with");
      await bed.acknowledges(150, 20_000);
      const active = await bed.active();
      await bed.redis.kill();
      for (const { agent } of agents) failing.set(agent, wrong);
      await until("the spool has failed", () => active.log().includes("takes nothing, and is tried again"), 20_000);
      const from = performance.now();
      await pause(1_000);
      const meanwhile = bed.books.acknowledgedSince(from);
      for (const { agent } of agents) failing.set(agent, undefined);
      const mended = performance.now();
      // Redis is still away: what is acknowledged now is in the spool.
      await until("devices are acknowledged again", () => (bed?.books.acknowledgedSince(mended) ?? 0) > 60, 30_000);
      expect(meanwhile).toBe(0);
      expect(active.log()).toContain("takes records again");
      await bed.redis.restart();
      await bed.acknowledges(100, 20_000);
      await bed.settle();
      expect(await bed.judge(), bed.lastWords()).toMatchObject({ ok: true, violations: {} });
    },
  );
});
