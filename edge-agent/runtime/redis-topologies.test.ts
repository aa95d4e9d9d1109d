import { afterEach, describe, expect, it } from "vitest";
import { Bed } from "../../firmware-sim/bed/bed.ts";
import type { RedisBed } from "../../firmware-sim/bed/redis-bed.ts";
import { startClusterBed, startSentinelBed } from "../../firmware-sim/bed/redis-bed-sets.ts";
import { DIRECTORY_KEY } from "../queue/directory.ts";

let bed: Bed | undefined;
afterEach(async () => {
  await bed?.stop();
  bed = undefined;
});

/** The whole gateway: two agents, a core and devices as processes, with messages one way and commands the other. */
async function throughOneFailover(startRedis: () => Promise<RedisBed>, what: string): Promise<void> {
  bed = await Bed.start({ devices: 6, everyMs: 150, startRedis });
  bed.commands.every(150);
  await bed.acknowledges(60, 30_000);
  const directory = await bed.redis.client().hgetall(DIRECTORY_KEY);
  expect(Object.keys(directory).sort()).toEqual(bed.plan.members.map((member) => member.uid).sort());
  const killedAt = performance.now();
  await bed.redis.kill();
  await bed.acknowledges(60, 30_000);
  const before = await epochOf(bed);
  // A takeover on the new primary: the lease, its epoch and the memories are there.
  (await bed.active()).kill();
  await bed.acknowledges(60, 30_000);
  await expect.poll(() => (bed === undefined ? 0 : epochOf(bed)), { timeout: 20_000 }).toBeGreaterThan(before);
  await bed.settle();
  const verdict = await bed.judge();
  const silence = bed.books.longestSilence(killedAt, performance.now());
  console.info(`${what}: ${verdict.received} received, longest silence for the devices ${Math.round(silence.ms)} ms`);
  expect(verdict.violations, `${JSON.stringify(verdict.examples, undefined, 1)}\n${bed.lastWords(30)}`).toEqual({});
  expect(verdict.ok).toBe(true);
}

/** Of the holder, once Redis answers and somebody holds the lease. */
async function epochOf(one: Bed): Promise<number> {
  for (;;) {
    await one.active(30_000);
    const holding = await one.observer.holding().catch(() => undefined);
    if (holding !== undefined) return holding.epoch;
  }
}

describe("a gateway with its cores", () => {
  it("lives through a failover of Sentinels, and a takeover after it", { timeout: 120_000 }, async () => {
    await throughOneFailover(startSentinelBed, "Sentinel");
  });

  it("lives through a failover in a cluster, and a takeover after it", { timeout: 120_000 }, async () => {
    await throughOneFailover(() => startClusterBed("main"), "Cluster");
  });
});
