import { afterEach, describe, expect, it } from "vitest";
import { Bed } from "../bed/bed.ts";
import type { Cable } from "../bed/cable.ts";
import { BLACK_HOLE, SEVERED } from "../bed/conditions.ts";
import { pause } from "../bed/until.ts";

/** The default of `lease.ttl`. */
const LEASE_TTL_MS = 3_000;

let bed: Bed | undefined;
afterEach(async () => {
  await bed?.stop();
  bed = undefined;
});

async function start(): Promise<Bed> {
  const started = await Bed.start({ devices: 12, everyMs: 100, detours: true });
  bed = started;
  started.commands.every(100);
  await started.acknowledges(150, 20_000);
  return started;
}

async function judged(of: Bed): Promise<void> {
  await of.settle();
  expect(await of.judge(), of.lastWords()).toMatchObject({ ok: true, violations: {} });
}

describe("links that fail", () => {
  it.each([
    {
      how: "one end hears nothing more",
      cut: (cable: Cable): void => {
        cable.set(undefined, BLACK_HOLE);
        cable.orphan();
      },
    },
    {
      how: "a firewall resets everything",
      cut: (cable: Cable): void => {
        cable.set(undefined, SEVERED);
        cable.cut();
      },
    },
  ])(
    "the pair link alone: nobody takes over while the active renews its lease; $how",
    {
      timeout: 60_000,
    },
    async ({ cut }) => {
      const bed = await start();
      const before = await bed.observer.holding();
      for (const cable of bed.detour.pair.values()) cut(cable);
      const from = performance.now();
      await pause(2 * LEASE_TTL_MS);
      expect(bed.books.longestSilence(from, performance.now()).ms).toBeLessThan(1_500);
      expect(await bed.observer.holding(), bed.lastWords()).toEqual(before);
      bed.detour.heal();
      await judged(bed);
    },
  );

  it("the active's link to Redis alone: devices are served all the time, by whoever can", {
    timeout: 60_000,
  }, async () => {
    const bed = await start();
    const active = await bed.active();
    bed.detour.north?.set(active.agent, SEVERED);
    bed.detour.north?.cut(active.agent);
    const from = performance.now();
    await bed.acknowledges(400, 20_000);
    await pause(2 * LEASE_TTL_MS);
    // It lives on the other's promise, or has given the group to the one that does reach Redis.
    expect(bed.books.longestSilence(from, performance.now()).ms).toBeLessThan(LEASE_TTL_MS);
    bed.detour.heal();
    await judged(bed);
  });

  it("everything of the active's host: the other takes over, and the first does nothing any more", {
    timeout: 60_000,
  }, async () => {
    const bed = await start();
    const active = await bed.active();
    const standby = await bed.standby();
    const { north, south, pair, inbound } = bed.detour;
    north?.set(active.agent, BLACK_HOLE);
    south?.set(active.agent, BLACK_HOLE);
    for (const cable of pair.values()) cable.set(undefined, BLACK_HOLE);
    for (const cable of Object.values(inbound.get(active.agent) ?? {})) cable.set(undefined, BLACK_HOLE);
    await bed.acknowledges(200, 30_000);
    expect(await bed.observer.holding()).toMatchObject({ holder: standby.agent, epoch: 2 });
    bed.detour.heal();
    await bed.acknowledges(100, 10_000);
    expect(active.program.running).toBe(true);
    await judged(bed);
    expect(await bed.observer.holding()).toMatchObject({ holder: standby.agent, epoch: 2 });
  });
});
