import { afterEach, describe, expect, it } from "vitest";
import { Bed } from "../bed/bed.ts";
import { pause, until } from "../bed/until.ts";
import { busbar } from "./busbar.ts";

const HANDOVERS = 6;
/** Longer than the default of `lease.ttl` and a look. */
const LEASE_OVER_MS = 4_500;
/** What the devices together may see of a handover: nobody is answered for so long. */
const VISIBLE_MS = 500;

let bed: Bed | undefined;
afterEach(async () => {
  await bed?.stop();
  bed = undefined;
});

describe("busbar handover under load", () => {
  it("moves the devices in under half a second, there and back, and nothing is lost", {
    timeout: 150_000,
  }, async () => {
    bed = await Bed.start({ devices: 24, everyMs: 100 });
    bed.commands.every(100);
    await bed.acknowledges(150, 10_000);
    const [config = ""] = bed.plan.places.map((place) => place.configFile);
    const silences: number[] = [];
    for (let round = 0; round < HANDOVERS; round++) {
      const to = (await bed.standby()).agent;
      const from = performance.now();
      const { code, said } = await busbar(["handover", "--config", config, "--to", to, "--json"]);
      expect(code, said).toBe(0);
      expect(JSON.parse(said)).toMatchObject([{ group: "main", to, epoch: round + 2 }]);
      await bed.acknowledges(100, 10_000);
      silences.push(bed.books.longestSilence(from, performance.now()).ms);
    }
    expect(Math.max(...silences), `${silences.map(Math.round)}`).toBeLessThanOrEqual(VISIBLE_MS);

    await bed.settle();
    const verdict = await bed.judge();
    expect(verdict, bed.lastWords()).toMatchObject({ ok: true, violations: {}, epochs: HANDOVERS + 1 });
    expect(verdict.received).toBe(verdict.acknowledged);
    expect(new Set(bed.observer.owners.slice(1).map((entry) => entry.reason))).toEqual(new Set(["handover"]));
  });

  it("is refused with a reason where the other cannot take over, and nothing changes", {
    timeout: 150_000,
  }, async () => {
    bed = await Bed.start({ devices: 6, everyMs: 100 });
    const active = await bed.active();
    const standby = await bed.standby();
    const [config = ""] = bed.plan.places.map((place) => place.configFile);
    const ask = (...args: readonly string[]) => busbar([...args, "--config", config]);

    expect(await ask("handover", "--to", "nobody")).toMatchObject({
      code: 4,
      said: expect.stringMatching(/nobody is not another member/),
    });
    expect(await ask("handover", "--to", active.agent)).toMatchObject({
      code: 0,
      said: expect.stringMatching(/already/),
    });
    expect(await ask("pause", standby.agent)).toMatchObject({ code: 0 });
    expect(await ask("handover", "--to", standby.agent)).toMatchObject({
      code: 4,
      said: expect.stringMatching(/paused or blocked/),
    });
    expect(await ask("pause", active.agent)).toMatchObject({ code: 4, said: expect.stringMatching(/would be alone/) });
    expect(await ask("resume", standby.agent)).toMatchObject({ code: 0 });
    await until("it may be handed over again", async () => (await ask("handover")).code === 0, 5_000);
    expect((await bed.active()).agent).toBe(standby.agent);

    // A paused agent gives away what it holds and takes nothing, not even what is lost.
    expect(await ask("pause", standby.agent)).toMatchObject({ code: 0, said: expect.stringMatching(/paused/) });
    await until("the other is active", async () => (await bed?.active())?.agent === active.agent, 5_000);
    active.kill();
    await pause(LEASE_OVER_MS);
    expect(await bed.observer.holding()).toBeUndefined();
    expect(await ask("resume", standby.agent)).toMatchObject({ code: 0 });
    await bed.acknowledges(50, 10_000);
    expect((await bed.active()).agent).toBe(standby.agent);

    await bed.settle();
    expect(await bed.judge(), bed.lastWords()).toMatchObject({ ok: true, violations: {} });
  });
});
