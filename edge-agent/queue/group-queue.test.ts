import { Worker } from "bullmq";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { toWall } from "../../adapters/kit/time.ts";
import { DIRECTORY_KEY, publishDirectory } from "./directory.ts";
import { FencedScript } from "./fenced-script.ts";
import { MESSAGE_JOB_OPTIONS, MESSAGES_QUEUE, queueDepth } from "./group-queue.ts";
import { loadMemories } from "./memories.ts";
import { startTestRedis, type TestRedis, until } from "./queue.testing.ts";

let server: TestRedis;
beforeAll(async () => {
  server = await startTestRedis();
});
afterAll(() => server.close());
beforeEach(() => server.client().flushall());

const QUEUE = { group: "g", name: MESSAGES_QUEUE };

describe("the depth of a queue", () => {
  it("counts what waits, what is worked on and what failed, and knows the oldest", async () => {
    const redis = server.client();
    const now = toWall(1_700_000_060_000);
    expect(await queueDepth(redis, QUEUE, now)).toEqual({
      waiting: 0,
      active: 0,
      delayed: 0,
      failed: 0,
      oldestMs: undefined,
    });
    await redis.set("{busbar:g}:lease", "a:1");
    const script = new FencedScript(redis, { ...QUEUE, jobOptions: { ...MESSAGE_JOB_OPTIONS, attempts: 1 } });
    const job = (n: number) => ({ id: `b-${n}`, name: "batch", data: "{}", timestamp: 1_700_000_000_000 + n * 1_000 });
    await script.run("a:1", { jobs: [1, 2, 3, 4].map(job), memories: [] });
    expect(await queueDepth(redis, QUEUE, now)).toMatchObject({ waiting: 4, active: 0, failed: 0, oldestMs: 59_000 });
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const worker = new Worker(
      MESSAGES_QUEUE,
      async (one) => {
        if (one.id === "b-1") throw new Error("no");
        await held;
      },
      { connection: server.client({ maxRetriesPerRequest: null }), prefix: "{busbar:g}" },
    );
    await until(async () => (await queueDepth(redis, QUEUE, now)).active === 1);
    await until(async () => (await queueDepth(redis, QUEUE, now)).failed === 1);
    expect(await queueDepth(redis, QUEUE, now)).toMatchObject({ waiting: 2, active: 1, failed: 1, oldestMs: 58_000 });
    release();
    await until(async () => (await queueDepth(redis, QUEUE, now)).waiting === 0);
    await worker.close();
  });
});

describe("the memories of a group", () => {
  it("are all there after a promotion, also those of 40,000 devices", async () => {
    const redis = server.client();
    await redis.set("{busbar:g}:lease", "a:1");
    const script = new FencedScript(redis, { ...QUEUE, jobOptions: {} });
    for (let chunk = 0; chunk < 80; chunk++) {
      const memories = Array.from({ length: 500 }, (_, i) => {
        const n = chunk * 500 + i;
        return { device: `d${n}`, place: { epoch: 1, order: n + 1 }, json: `{"n":${n}}` };
      });
      await script.run("a:1", { jobs: [], memories });
    }
    const { memories, unreadable } = await loadMemories(redis, "g");
    expect(memories.size).toBe(40_000);
    expect(memories.get("d39999")).toEqual({ place: { epoch: 1, order: 40_000 }, memory: { n: 39_999 } });
    expect(unreadable).toEqual([]);
  });

  it("names what is not a memory instead of failing or believing it", async () => {
    const redis = server.client();
    const good = '{"epoch":"0000000001","order":"0000000000000001","memory":{"a":null,"b":"x","c":true}}';
    await redis.hset("{busbar:g}:memory", {
      good,
      text: "hello",
      list: "[1]",
      nothing: "null",
      placeless: '{"memory":{}}',
      nested: good.replace("null", "{}"),
    });
    const { memories, unreadable } = await loadMemories(redis, "g");
    expect(memories.get("good")?.memory).toEqual({ a: null, b: "x", c: true });
    expect([...unreadable].sort()).toEqual(["list", "nested", "nothing", "placeless", "text"]);
  });
});

describe("the directory", () => {
  it("says the group of every device, and forgets only what was in our groups", async () => {
    const redis = server.client();
    await redis.hset(DIRECTORY_KEY, { old: "g1", moved: "g1", foreign: "g9" });
    const devices = new Map<string, string>();
    for (let i = 0; i < 2_500; i++) devices.set(`d${i}`, i % 2 === 0 ? "g1" : "g2");
    devices.set("moved", "g2");
    expect(await publishDirectory(redis, devices, new Set(["g1", "g2"]))).toEqual({ written: 2_501, removed: 1 });
    expect(await redis.hlen(DIRECTORY_KEY)).toBe(2_502);
    expect(await redis.hmget(DIRECTORY_KEY, "d0", "d2499", "moved", "foreign", "old")).toEqual([
      "g1",
      "g2",
      "g2",
      "g9",
      null,
    ]);
  });
});
