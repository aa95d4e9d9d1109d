import fc from "fast-check";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { NodeTimers } from "../../adapters/io/node/clock.ts";
import { decodeBatch } from "../model/batch.ts";
import type { Message } from "../model/message.ts";
import type { CommitLimits } from "./commit-limits.ts";
import { Committer } from "./committer.ts";
import type { Durability } from "./durability.ts";
import { FencedScript } from "./fenced-script.ts";
import type { PlacedEntry } from "./load.ts";
import { entry, message, reignOf, startTestRedis, type TestRedis, until } from "./queue.testing.ts";

const TAG = "{busbar:g}";
const LEASE = `${TAG}:lease`;
const timers = new NodeTimers();

let server: TestRedis;
beforeAll(async () => {
  server = await startTestRedis();
});
afterAll(() => server.close());
beforeEach(async () => {
  await server.client().flushall();
});

function committerOf(
  holder: string,
  epoch: number,
  options: { redis?: ReturnType<TestRedis["client"]>; limits?: Partial<CommitLimits>; durability?: Durability } = {},
): Committer {
  const queue = { group: "g", name: "messages", jobOptions: {} };
  const fence = new FencedScript(options.redis ?? server.effects(), queue, options.durability);
  const limits = { timeoutMs: 5_000, ...options.limits };
  return new Committer({ reign: reignOf(holder, epoch), fence, timers, limits });
}

/** All messages in the queue, in the order a worker takes them. */
async function queued(): Promise<Message[]> {
  const redis = server.client();
  const ids = (await redis.lrange(`${TAG}:messages:wait`, 0, -1)).reverse();
  const texts = await Promise.all(ids.map((id) => redis.hget(`${TAG}:messages:${id}`, "data")));
  return texts.flatMap((text) => [...decodeBatch(text ?? "").messages]);
}

describe("the committer on a real Redis", () => {
  it("keeps the order of every device, whatever comes together", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.integer({ min: 0, max: 6 }), fc.boolean()), { minLength: 1, maxLength: 300 }),
        async (arrivals) => {
          await server.client().flushall();
          await server.client().set(LEASE, "a:7");
          const committer = committerOf("a", 7, { limits: { scriptMessages: 40 } });
          const said = new Map<string, number>();
          const waiting: Promise<void>[] = [];
          for (const [device, pause] of arrivals) {
            const uid = `d${device}`;
            const sequence = (said.get(uid) ?? 0) + 1;
            said.set(uid, sequence);
            waiting.push(committer.commit(entry(uid, sequence, { sequence })));
            if (pause) await new Promise((resolve) => setImmediate(resolve));
          }
          await Promise.all(waiting);
          const heard = new Map<string, number>();
          for (const one of await queued()) {
            expect(Number(one.sequence)).toBe((heard.get(one.subject) ?? 0) + 1);
            heard.set(one.subject, Number(one.sequence));
          }
          expect(heard).toEqual(said);
          const memories = await server.client().hgetall(`${TAG}:memory`);
          for (const [uid, last] of said) expect(JSON.parse(memories[uid] ?? "").memory).toEqual({ sequence: last });
        },
      ),
      { numRuns: 15 },
    );
  });

  it("refuses the late commit of a holder that was frozen, and takes what it had acknowledged as late", async () => {
    const redis = server.client();
    await redis.set(LEASE, "a:7");
    const frozen = committerOf("a", 7);
    await frozen.commit(entry("d", 1, { n: 1 }));
    const spooled = frozen.place(entry("d", 2, { n: 2 }));
    await redis.set(LEASE, "b:8");
    await expect(frozen.commit(entry("d", 3, { n: 3 }))).rejects.toMatchObject({ code: "queue.fenced", native: "b:8" });
    expect((await queued()).map((one) => one.id)).toEqual(["oslp-d-7-1"]);
    expect(await redis.hget(`${TAG}:memory`, "d")).toContain('"memory":{"n":1}');

    const next = committerOf("b", 8);
    expect(await next.commitMany([spooled])).toEqual({ durable: 1, fault: undefined, older: [] });
    expect((await queued()).map((one) => [one.id, one.epoch, one.late])).toEqual([
      ["oslp-d-7-1", "0000000007", undefined],
      ["oslp-d-7-2", "0000000007", true],
    ]);
    expect(await redis.hget(`${TAG}:memory`, "d")).toContain('"memory":{"n":2}');
    await next.commit({ device: "d", messages: [], memory: { n: 4 } });
    const evenLater = committerOf("b", 8);
    expect(await evenLater.commitMany([{ ...spooled, place: { epoch: 7, order: 9 } }])).toMatchObject({ older: ["d"] });
    expect(await redis.hget(`${TAG}:memory`, "d")).toContain('"memory":{"n":4}');
  });

  it("adds nothing twice when a commit is repeated after a killed Redis", async () => {
    await server.client().set(LEASE, "a:7");
    const redis = server.effects();
    await redis.ping();
    const committer = committerOf("a", 7, { redis });
    const placed = Array.from({ length: 40 }, (_, i) => committer.place(entry("d", i + 1, { n: i + 1 })));
    await Promise.all(placed.slice(0, 20).map((one) => committer.commit(one)));
    process.kill(server.pid, "SIGSTOP");
    const lost = Promise.allSettled(placed.slice(20).map((one) => committer.commit(one)));
    await until(() => committer.waiting.entries === 0);
    process.kill(server.pid, "SIGCONT");
    await lost;
    await server.kill();
    const fault = await committer.commit(entry("e", 1)).catch((thrown: unknown) => thrown);
    expect(fault).toMatchObject({ code: "queue.unavailable", retry: "backoff" });
    await server.restart();
    const again = committerOf("a", 7);
    expect(await again.commitMany(placed)).toMatchObject({ durable: 40, fault: undefined });
    expect(again.counts.duplicateJobs + again.counts.jobs).toBeGreaterThan(0);
    const ids = (await queued()).map((one) => one.id);
    expect(new Set(ids)).toEqual(new Set(placed.flatMap((one) => one.messages.map((each) => each.id))));
    expect(JSON.parse((await server.client().hget(`${TAG}:memory`, "d")) ?? "").memory).toEqual({ n: 40 });
  });

  it("is not kept waiting by a Redis that hangs", async () => {
    await server.client().set(LEASE, "a:7");
    const redis = server.effects();
    await redis.ping();
    const committer = committerOf("a", 7, { redis, limits: { timeoutMs: 50 } });
    process.kill(server.pid, "SIGSTOP");
    try {
      const fault = await committer.commit(entry("d", 1)).catch((thrown: unknown) => thrown);
      expect(fault).toMatchObject({
        code: "queue.unavailable",
        message: expect.stringContaining("may have been written"),
      });
    } finally {
      process.kill(server.pid, "SIGCONT");
    }
  });
});

describe("a Redis that refuses", () => {
  async function refusal(committer: Committer, entries: readonly PlacedEntry[]) {
    const before = (await server.client().keys("*")).sort();
    const outcome = await committer.commitMany(entries);
    expect(outcome.durable).toBe(0);
    expect((await server.client().keys("*")).sort()).toEqual(before);
    return outcome.fault;
  }

  it("out of memory, as a replica, without replicas: nothing of it is written", async () => {
    const admin = server.client();
    await admin.set(LEASE, "a:7");
    const committer = committerOf("a", 7);
    const entries = Array.from({ length: 300 }, (_, i) =>
      committer.place({ device: `d${i}`, messages: [message(`d${i}`, i)], memory: { i } }),
    );
    await admin.config("SET", "maxmemory", "1mb");
    expect(await refusal(committer, entries)).toMatchObject({ code: "queue.refused", native: "OOM", retry: "backoff" });
    await admin.config("SET", "maxmemory", "0");
    await admin.config("SET", "min-replicas-to-write", "1");
    expect(await refusal(committer, entries)).toMatchObject({ code: "queue.refused", native: "NOREPLICAS" });
    await admin.config("SET", "min-replicas-to-write", "0");
    await admin.replicaof("127.0.0.1", "1");
    expect(await refusal(committer, entries)).toMatchObject({ code: "queue.refused", native: "READONLY" });
    await admin.replicaof("NO", "ONE");
    expect(await committer.commitMany(entries)).toMatchObject({ durable: 300, fault: undefined });
  });

  it("is never a reason to give an entry up", async () => {
    const admin = server.client();
    await admin.set(LEASE, "a:7");
    await admin.call("ACL", "SETUSER", "weak", "on", ">weak", "~*", "+@all", "-evalsha", "-eval");
    const committer = committerOf("a", 7, { redis: server.client({ username: "weak", password: "weak" }) });
    expect(await refusal(committer, [committer.place(entry("d", 1))])).toMatchObject({
      code: "queue.refused",
      native: "NOPERM",
      retry: "backoff",
      blame: "operator",
    });
  });
});

describe("durability", () => {
  it("waits for replicas, and says so when they do not confirm", async () => {
    await server.client().set(LEASE, "a:7");
    const durability: Durability = { kind: "replicas", replicas: 1, timeoutMs: 300 };
    const alone = committerOf("a", 7, { durability });
    await expect(alone.commit(entry("d", 1))).rejects.toMatchObject({
      code: "queue.unavailable",
      message: expect.stringContaining("0 of 1 replicas"),
    });
    const replica = await startTestRedis({ extraArgs: ["--replicaof", "127.0.0.1", String(server.port)] });
    try {
      const admin = server.client();
      await until(async () => (await admin.info("replication")).includes("state=online"), 15_000);
      const pair = committerOf("a", 7, { durability: { ...durability, timeoutMs: 5_000 } });
      await pair.commit(entry("d", 2));
      expect(await replica.client().llen(`${TAG}:messages:wait`)).toBe(2);
    } finally {
      await replica.close();
    }
  });

  it("does not pretend where the server cannot wait for its disk", async () => {
    await server.client().set(LEASE, "a:7");
    const durability: Durability = { kind: "aof", replicas: 0, timeoutMs: 300 };
    const known = await server.client().call("COMMAND", "INFO", "WAITAOF");
    const outcome = committerOf("a", 7, { durability }).commit(entry("d", 1));
    if (Array.isArray(known) && known[0] !== null) await outcome;
    else await expect(outcome).rejects.toMatchObject({ code: "queue.refused", native: "ERR" });
  });
});
