import { afterEach, describe, expect, it } from "vitest";
import { Bed } from "../bed/bed.ts";
import { until } from "../bed/until.ts";

const DEVICES = 200;
/** A switch of every light, which may be repeated, and after it a transition, which may not. */
const COMMANDS: number = 2 * DEVICES;
/** Devices that are switched all at once keep two processors busy. */
const PATIENCE_MS = 90_000;

let bed: Bed | undefined;
afterEach(async () => {
  await bed?.stop();
  bed = undefined;
});

describe("SIGKILL of the active agent in the middle of a switch of every light", () => {
  it("ends every command in one state, and no device does twice what nobody said may have been done twice", {
    timeout: 180_000,
  }, async () => {
    bed = await Bed.make({ devices: DEVICES, everyMs: 5_000, answerTimeoutMs: 10_000, commandDeadlineMs: PATIENCE_MS });
    for (const agent of bed.agents) agent.start();
    for (const core of bed.cores) core.start();
    await bed.fleet.start();
    await bed.working(PATIENCE_MS);

    const { commands, books } = bed;
    const done = (): number => books.all.reduce((sum, book) => sum + book.executed.length, 0);
    const active = await bed.active();
    const sending = Promise.all(Array.from({ length: COMMANDS }, () => commands.send()));
    await until("a third of it is done", () => done() >= COMMANDS / 3, PATIENCE_MS);
    const doneBefore = done();
    active.kill();
    await sending;

    await bed.settle(PATIENCE_MS);
    const { ledger, devices } = await bed.account();
    const verdict = await bed.judge();
    expect(verdict, bed.lastWords()).toMatchObject({ ok: true, violations: {} });
    expect(doneBefore).toBeLessThan(COMMANDS);
    expect(commands.sent).toHaveLength(COMMANDS);
    expect(ledger).toHaveLength(COMMANDS);

    // The devices' own log has the last word: whoever did something twice is known to have had two attempts.
    const attempts = new Map(ledger.map(({ uid, attempt }) => [uid, attempt]));
    const deeds = new Map(commands.sent.map(({ uid, device, deed }) => [`${device}: ${deed}`, attempts.get(uid) ?? 0]));
    for (const { uid, executed } of devices) {
      const times = new Map<string, number>();
      for (const { deed } of executed) times.set(`${uid}: ${deed}`, (times.get(`${uid}: ${deed}`) ?? 0) + 1);
      for (const [deed, count] of times) expect(count, deed).toBeLessThanOrEqual(Math.max(1, deeds.get(deed) ?? 0));
    }
    expect(done()).toBeGreaterThan(doneBefore);
  });
});
