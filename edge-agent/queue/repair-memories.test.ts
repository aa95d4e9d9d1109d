import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { NodeTimers } from "../../adapters/io/node/clock.ts";
import { Committer } from "./committer.ts";
import { FencedScript } from "./fenced-script.ts";
import { MESSAGES_QUEUE } from "./group-queue.ts";
import { loadMemories, memoriesOf } from "./memories.ts";
import { entry, reignOf, startTestRedis, type TestRedis } from "./queue.testing.ts";
import { repairMemories } from "./repair-memories.ts";

let server: TestRedis;
beforeAll(async () => {
  server = await startTestRedis();
});
afterAll(() => server.close());

describe("memories that Redis has forgotten", () => {
  it("are put back where they are missing, never over a newer one, and every commit of the reign is newer", async () => {
    const redis = server.client();
    await redis.set("{busbar:g}:lease", "a:7");
    const reign = reignOf("a", 7);
    const queue = { group: "g", name: MESSAGES_QUEUE, jobOptions: {} };
    const committer = new Committer({ reign, fence: new FencedScript(redis, queue), timers: new NodeTimers() });
    await committer.commit(entry("d1", 1, { counter: 10 }));
    const known = new Map(Array.from({ length: 1_200 }, (_, i) => [`d${i}`, { counter: 5 }]));
    expect(await repairMemories(redis, reign, known)).toBe(1_199);
    await committer.commit(entry("d2", 1, { counter: 6 }));
    const { memories } = await loadMemories(redis, "g");
    expect(memories.size).toBe(1_200);
    expect(["d0", "d1", "d2"].map((device) => memories.get(device)?.memory)).toEqual([
      { counter: 5 },
      { counter: 10 },
      { counter: 6 },
    ]);
  });

  it("are read of some devices alone", async () => {
    const redis = server.client();
    await redis.set("{busbar:some}:lease", "a:7");
    const reign = { ...reignOf("a", 7), group: "some" };
    const both = new Map(["d1", "d2"].map((device, at) => [device, { counter: at + 1 }]));
    await repairMemories(redis, reign, both);
    await redis.hset("{busbar:some}:memory", "broken", "{");
    const known = await memoriesOf(redis, "some", ["d2", "d3", "broken"]);
    expect([...known]).toEqual([["d2", { place: { epoch: 7, order: 0 }, memory: { counter: 2 } }]]);
    expect((await memoriesOf(redis, "some", [])).size).toBe(0);
  });

  it("are not put back by who does not hold the lease", async () => {
    const redis = server.client();
    await redis.set("{busbar:h}:lease", "b:8");
    const reign = { ...reignOf("a", 7), group: "h" };
    await expect(repairMemories(redis, reign, new Map([["d", { n: 1 }]]))).rejects.toMatchObject({
      code: "queue.fenced",
    });
    expect(await redis.exists("{busbar:h}:memory")).toBe(0);
  });
});
