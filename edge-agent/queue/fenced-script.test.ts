import fc from "fast-check";
import { type Job, Queue, Worker } from "bullmq";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { checkAddScript, installedAddScript, TESTED_ADD_SCRIPT_SHA1, TESTED_BULLMQ } from "./bullmq-add.ts";
import { FencedScript, storedMemory } from "./fenced-script.ts";
import { startTestRedis, type TestRedis, until } from "./queue.testing.ts";

const OPTIONS = { attempts: 3, backoff: { type: "exponential", delay: 50 }, removeOnComplete: { age: 60 } };
const TAG = "{busbar:g}";
const PLACE_LENGTH = storedMemory({ device: "", place: { epoch: 1, order: 1 }, json: "" }).lastIndexOf(",");

let server: TestRedis;
beforeAll(async () => {
  server = await startTestRedis();
});
afterAll(() => server.close());

describe("the script of the installed BullMQ", () => {
  it("is the tested one", () => {
    const script = installedAddScript();
    expect(script.version).toBe(TESTED_BULLMQ);
    expect(script.sha1).toBe(TESTED_ADD_SCRIPT_SHA1);
    expect(() => checkAddScript(script)).not.toThrow();
  });

  it("refuses to run when version or text differ by anything", () => {
    const script = installedAddScript();
    expect(() => checkAddScript({ ...script, version: "6.7.1" })).toThrow(/6\.7\.1.*install exactly bullmq 6\.7\.0/);
    expect(() => checkAddScript({ ...script, sha1: "0".repeat(40) })).toThrow(
      expect.objectContaining({ code: "queue.bullmq.untested", retry: "never", blame: "operator" }),
    );
  });
});

describe("a fenced commit", () => {
  beforeEach(() => server.client().flushall());

  function script(): FencedScript {
    return new FencedScript(server.client(), { group: "g", name: "messages", jobOptions: OPTIONS });
  }
  const job = (id: string) => ({ id, name: "batch", data: `{"of":"${id}"}`, timestamp: 1_700_000_000_000 });
  const memory = (device: string, epoch: number, order: number, value: number) => ({
    device,
    place: { epoch, order },
    json: `{"n":${value}}`,
  });

  it.each([
    ["with options", OPTIONS],
    ["without", {}],
  ])("adds jobs that differ in nothing from queue.add's, %s", async (_, options) => {
    const redis = server.client();
    await redis.set(`${TAG}:lease`, "a:7");
    const one = new FencedScript(server.client(), { group: "g", name: "messages", jobOptions: options });
    await one.run("a:7", { jobs: [job("b-1")], memories: [] });
    const timestamp = 1_700_000_000_000;
    const queue = new Queue("messages", { connection: server.client(), prefix: "{busbar:plain}" });
    await queue.add("batch", { of: "b-1" }, { ...options, jobId: "b-1", timestamp });
    const ours = await redis.hgetall(`${TAG}:messages:b-1`);
    const theirs = await redis.hgetall("{busbar:plain}:messages:b-1");
    expect({ ...ours, opts: {} }).toEqual({ ...theirs, opts: {} });
    expect({ ...JSON.parse(ours["opts"] ?? ""), timestamp }).toEqual(JSON.parse(theirs["opts"] ?? ""));
    const suffixes = async (prefix: string) =>
      (await redis.keys(`${prefix}:messages*`)).map((key) => key.slice(prefix.length)).sort();
    expect(await suffixes(TAG)).toEqual(await suffixes("{busbar:plain}"));
    await queue.close();
  });

  it("is refused as a whole before it begins, not at its first write", async () => {
    const redis = server.client();
    await redis.set(`${TAG}:lease`, "b:8");
    await redis.config("SET", "maxmemory", "1mb");
    // The lease is another's, so the script would write nothing; that Redis is full is found out even earlier.
    await expect(script().run("a:7", { jobs: [job("b-1")], memories: [] })).rejects.toMatchObject({ native: "OOM" });
    await redis.config("SET", "maxmemory", "0");
  });

  it("is consumed by a BullMQ worker in the order of the commit", async () => {
    await server.client().set(`${TAG}:lease`, "a:7");
    const ids = Array.from({ length: 50 }, (_, i) => `b-${i}`);
    const done: Job[] = [];
    const worker = new Worker("messages", async (one) => void done.push(one), {
      connection: server.client({ maxRetriesPerRequest: null }),
      prefix: TAG,
    });
    await worker.waitUntilReady();
    const outcome = await script().run("a:7", { jobs: ids.map(job), memories: [] });
    expect(outcome.jobs).toEqual(ids.map(() => "added"));
    await until(() => done.length === 50);
    expect(done.map((one) => one.id)).toEqual(ids);
    expect(done[7]?.data).toEqual({ of: "b-7" });
    expect(done[7]?.opts.attempts).toBe(3);
    await worker.close();
  });

  it("writes neither job nor memory when the lease is another's, or nobody's", async () => {
    const redis = server.client();
    const effects = { jobs: [job("b-1"), job("b-2")], memories: [memory("d", 7, 1, 1)] };
    await expect(script().run("a:7", effects)).rejects.toMatchObject({ code: "queue.unavailable", native: "none" });
    await redis.set(`${TAG}:lease`, "b:8");
    await expect(script().run("a:7", effects)).rejects.toMatchObject({
      code: "queue.fenced",
      native: "b:8",
      retry: "never",
    });
    expect(await redis.keys("*")).toEqual([`${TAG}:lease`]);
  });

  it("tells added from duplicate, job by job", async () => {
    await server.client().set(`${TAG}:lease`, "a:7");
    const one = script();
    await one.run("a:7", { jobs: [job("b-1"), job("b-2")], memories: [] });
    const again = await one.run("a:7", { jobs: [job("b-2"), job("b-3"), job("b-1")], memories: [] });
    expect(again.jobs).toEqual(["duplicate", "added", "duplicate"]);
    expect(await server.client().llen(`${TAG}:messages:wait`)).toBe(3);
  });

  it("stores a memory without a message, and never goes back", async () => {
    const redis = server.client();
    await redis.set(`${TAG}:lease`, "a:12");
    const one = script();
    const store = async (epoch: number, order: number, value: number) =>
      (await one.run("a:12", { jobs: [], memories: [memory("d", epoch, order, value)] })).memories[0];
    expect(await store(9, 5, 1)).toBe("stored");
    expect(await store(9, 5, 2)).toBe("known");
    expect(await store(9, 4, 3)).toBe("older");
    expect(await store(9, 10, 4)).toBe("stored");
    expect(await store(10, 1, 5)).toBe("stored");
    expect(await store(9, 11, 6)).toBe("older");
    expect(await redis.hget(`${TAG}:memory`, "d")).toBe(
      '{"epoch":"0000000010","order":"0000000000000001","memory":{"n":5}}',
    );
  });

  it("stores a script full of memories at once, each against its own place", async () => {
    const redis = server.client();
    await redis.set(`${TAG}:lease`, "a:12");
    const one = script();
    const devices = Array.from({ length: 500 }, (_, index) => `many-${index}`);
    const odd = devices.filter((_, index) => index % 2 === 1);
    await one.run("a:12", { jobs: [], memories: odd.map((device) => memory(device, 12, 7, 1)) });
    const { memories } = await one.run("a:12", {
      jobs: [],
      memories: devices.map((device) => memory(device, 12, 6, 2)),
    });
    expect(memories).toEqual(devices.map((_, index) => (index % 2 === 1 ? "older" : "stored")));
    const [even] = await redis.hmget(`${TAG}:memory`, "many-498");
    expect(even).toContain('{"n":2}');
    expect(await redis.hget(`${TAG}:memory`, "many-499")).toContain('{"n":1}');
    // The same device twice: the later place wins, whatever the order.
    const twice = [memory("twice", 12, 9, 9), memory("twice", 12, 8, 8), memory("twice", 12, 10, 10)];
    expect((await one.run("a:12", { jobs: [], memories: twice })).memories).toEqual(["stored", "older", "stored"]);
    expect(await redis.hget(`${TAG}:memory`, "twice")).toContain('{"n":10}');
  });

  it("keeps of every device the memory with the latest place, in whatever portions and reigns they come", async () => {
    const redis = server.client();
    const portion = fc.record({
      reign: fc.integer({ min: 1, max: 4 }),
      isInOrder: fc.boolean(),
      memories: fc.array(
        fc.record({
          device: fc.constantFrom("d1", "d2", "d3", "d4"),
          behind: fc.integer({ min: 0, max: 2 }),
          order: fc.integer({ min: 1, max: 30 }),
        }),
        { minLength: 1, maxLength: 6 },
      ),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(portion, { maxLength: 12 }), fc.boolean(), async (portions, isHeadForgotten) => {
        await redis.flushall();
        const one = script();
        const latest = new Map<string, string>();
        const reigns = [...portions].sort((a, b) => a.reign - b.reign);
        for (const [at, { reign, isInOrder, memories }] of reigns.entries()) {
          await redis.set(`${TAG}:lease`, `a:${reign}`);
          if (isHeadForgotten && at === 1) await redis.del(`${TAG}:memory-place`);
          const placed = memories.map((each) =>
            memory(each.device, Math.max(1, reign - each.behind), each.order + (isInOrder ? 100 * at : 0), at),
          );
          if (isInOrder) placed.sort((a, b) => a.place.epoch - b.place.epoch || a.place.order - b.place.order);
          const outcome = await one.run(`a:${reign}`, { jobs: [], memories: placed });
          const expected = placed.map((each) => {
            const place = storedMemory({ ...each, json: "" }).slice(0, PLACE_LENGTH);
            const before = latest.get(each.device) ?? "";
            if (place > before) latest.set(each.device, place);
            return place > before ? "stored" : place === before ? "known" : "older";
          });
          expect(outcome.memories).toEqual(expected);
        }
        const stored = await redis.hgetall(`${TAG}:memory`);
        const found = new Map(Object.entries(stored).map(([device, text]) => [device, text.slice(0, PLACE_LENGTH)]));
        expect(found).toEqual(latest);
      }),
      { numRuns: 150 },
    );
  });

  it("looks at every memory where the last place is later than the first one offered", async () => {
    const redis = server.client();
    await redis.set(`${TAG}:lease`, "a:12");
    const one = script();
    await one.run("a:12", { jobs: [], memories: [memory("d", 12, 1, 1)] });
    await one.run("a:12", { jobs: [], memories: [memory("d", 12, 5, 5), memory("e", 12, 6, 6)] });
    expect(await redis.get(`${TAG}:memory-place`)).toBe("00000000120000000000000006");
    const { memories } = await one.run("a:12", { jobs: [], memories: [memory("d", 12, 4, 4), memory("e", 12, 7, 7)] });
    expect(memories).toEqual(["older", "stored"]);
    // Of another reign than the one that holds the lease, although it is behind everything: looked at, not taken for late.
    await redis.hset(`${TAG}:memory`, "f", storedMemory(memory("f", 12, 3, 3)));
    await redis.set(`${TAG}:memory-place`, "00000000100000000000000001");
    expect((await one.run("a:12", { jobs: [], memories: [memory("f", 11, 9, 9)] })).memories).toEqual(["older"]);
  });

  it("survives SCRIPT FLUSH and a restart of Redis", async () => {
    const redis = server.client();
    await redis.set(`${TAG}:lease`, "a:7");
    const one = script();
    await one.run("a:7", { jobs: [job("b-1")], memories: [] });
    await redis.script("FLUSH");
    expect((await one.run("a:7", { jobs: [job("b-2")], memories: [] })).jobs).toEqual(["added"]);
    await server.restart();
    expect((await one.run("a:7", { jobs: [job("b-2"), job("b-3")], memories: [] })).jobs).toEqual([
      "duplicate",
      "added",
    ]);
  });
});
