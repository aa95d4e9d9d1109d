import { Redis } from "ioredis";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { EdgeError } from "../../../adapters/kit/edge-error.ts";
import { type PrivateRedis, startPrivateRedis } from "../../../adapters/io/node/private-redis.ts";
import { MemoryLeaseStore } from "../memory-store.ts";
import { emptyRecord } from "../record.ts";
import type { AcquireRequest, LeaseStore } from "../store.ts";
import { RedisLeaseStore } from "./redis-lease-store.ts";

let server: PrivateRedis;
let redis: Redis;

beforeAll(async () => {
  server = await startPrivateRedis({ extraArgs: ["--repl-diskless-sync-delay", "0"] });
  redis = new Redis(server.port, "127.0.0.1", { maxRetriesPerRequest: 0, enableOfflineQueue: true });
  redis.on("error", () => {});
});
afterAll(async () => {
  redis.disconnect();
  await server.stop();
});

const acquire: AcquireRequest = {
  holder: "a",
  ttlMs: 60_000,
  allowedOld: undefined,
  epochFloor: 0,
  configHash: "c1",
  replaceConfig: false,
  reason: "first",
};

let groups = 0;
function freshStore(options: { waitReplicas?: number; waitTimeoutMs?: number } = {}): {
  store: RedisLeaseStore;
  tag: string;
} {
  groups += 1;
  const group = `g${groups}`;
  return { store: new RedisLeaseStore(redis, { group, ...options }), tag: `{busbar:${group}}` };
}

describe("the lease in Redis", () => {
  it("grants an absent lease, writes all its keys under one hash tag, and notes the owner", async () => {
    const { store, tag } = freshStore();
    expect(await store.acquire(acquire)).toEqual({ kind: "granted", epoch: 1 });
    expect(await redis.get(`${tag}:lease`)).toBe("a:1");
    expect(await redis.get(`${tag}:epoch`)).toBe("1");
    expect(await redis.get(`${tag}:config`)).toBe("c1");
    expect(await redis.pttl(`${tag}:lease`)).toBeGreaterThan(59_000);
    const [entry] = await redis.xrange(`${tag}:owner`, "-", "+");
    const fields = entry?.[1] ?? [];
    expect(fields.slice(0, 8)).toEqual(["event", "acquired", "holder", "a", "epoch", "1", "reason", "first"]);
    expect(Number(fields[9])).toBeGreaterThan(1_600_000_000_000);
  });

  it("refuses a living lease and steals exactly the one that was named", async () => {
    const { store } = freshStore();
    await store.acquire(acquire);
    const b = { ...acquire, holder: "b" };
    expect(await store.acquire(b)).toMatchObject({ kind: "held", hold: { holder: "a", epoch: 1, configHash: "c1" } });
    expect(await store.acquire({ ...b, allowedOld: "a:2" })).toMatchObject({ kind: "held" });
    expect(await store.acquire({ ...b, allowedOld: "a:1" })).toEqual({ kind: "granted", epoch: 2 });
    expect(await store.renew({ holder: "a", epoch: 1, ttlMs: 1_000, configHash: "c1" })).toMatchObject({
      kind: "lost",
      hold: { holder: "b", epoch: 2 },
      lastEpoch: 2,
    });
  });

  it("sets a lost key again for the last one granted, and for nobody else", async () => {
    const { store, tag } = freshStore();
    await store.acquire(acquire);
    await redis.del(`${tag}:lease`);
    const renewal = { holder: "a", epoch: 1, ttlMs: 60_000, configHash: "c1" };
    expect(await store.renew(renewal)).toEqual({ kind: "renewed", regranted: true });
    await redis.del(`${tag}:lease`);
    await store.acquire({ ...acquire, holder: "b" });
    await redis.del(`${tag}:lease`);
    expect(await store.renew(renewal)).toEqual({ kind: "lost", hold: undefined, lastEpoch: 2 });
  });

  it("passes the epoch floor where Redis forgot everything", async () => {
    const { store, tag } = freshStore();
    await store.acquire({ ...acquire, epochFloor: 41 });
    expect(await redis.get(`${tag}:lease`)).toBe("a:42");
  });

  it("reserves a released lease for the successor, and takes the reservation away when it comes", async () => {
    const { store, tag } = freshStore();
    await store.acquire(acquire);
    const release = { holder: "a", epoch: 1, successor: "b", graceMs: 60_000, reason: "handover" };
    expect(await store.release(release)).toEqual({ kind: "released" });
    const seen = await store.observe();
    expect(seen).toMatchObject({ hold: undefined, lastEpoch: 1, reserved: { successor: "b" } });
    expect(await store.renew({ holder: "a", epoch: 1, ttlMs: 1_000, configHash: "c1" })).toMatchObject({
      kind: "lost",
    });
    await store.acquire({ ...acquire, holder: "b" });
    expect(await redis.exists(`${tag}:next`)).toBe(0);
    expect(await store.release(release)).toMatchObject({ kind: "lost", hold: { holder: "b" } });
  });

  it("keeps another configuration away from a living holder only", async () => {
    const { store, tag } = freshStore();
    await store.acquire(acquire);
    const steal = { ...acquire, holder: "b", allowedOld: "a:1", configHash: "c2" };
    expect(await store.acquire(steal)).toMatchObject({ kind: "fenced-config", hold: { configHash: "c1" } });
    expect(await store.acquire({ ...steal, replaceConfig: true })).toEqual({ kind: "granted", epoch: 2 });
    await redis.del(`${tag}:lease`);
    expect(await store.acquire({ ...acquire, configHash: "c3" })).toEqual({ kind: "granted", epoch: 3 });
  });

  it("survives that Redis forgot the scripts", async () => {
    const { store } = freshStore();
    await redis.script("FLUSH");
    expect(await store.acquire(acquire)).toEqual({ kind: "granted", epoch: 1 });
    await redis.script("FLUSH");
    expect(await store.observe()).toMatchObject({ hold: { holder: "a", epoch: 1 } });
  });

  it("does not count a grant that no replica has, and gives it back", async () => {
    const { store, tag } = freshStore({ waitReplicas: 1, waitTimeoutMs: 20 });
    await expect(store.acquire(acquire)).rejects.toMatchObject({ code: "lease.store.replicas", native: 0 });
    expect(await redis.exists(`${tag}:lease`)).toBe(0);
    expect(await redis.get(`${tag}:epoch`)).toBe("1");
  });

  it("counts a grant once a replica has it", async () => {
    const replica = await startPrivateRedis({ extraArgs: ["--replicaof", "127.0.0.1", String(server.port)] });
    try {
      const { store } = freshStore({ waitReplicas: 1, waitTimeoutMs: 10_000 });
      expect(await store.acquire(acquire)).toEqual({ kind: "granted", epoch: 1 });
      const other = new Redis(replica.port, "127.0.0.1");
      expect(await other.get(`{busbar:g${groups}}:lease`)).toBe("a:1");
      other.disconnect();
    } finally {
      await replica.stop();
    }
  });

  it("tells refusals from silence", async () => {
    const { store, tag } = freshStore();
    await redis.set(`${tag}:lease`, "somebody else's");
    await expect(store.acquire(acquire)).rejects.toMatchObject({ code: "lease.store.foreign", blame: "operator" });
    await redis.del(`${tag}:lease`);
    await redis.lpush(`${tag}:lease`, "x");
    await expect(store.observe()).rejects.toMatchObject({ code: "lease.store.refused" });
    const dead = new Redis(1, "127.0.0.1", { maxRetriesPerRequest: 0, retryStrategy: () => null });
    dead.on("error", () => {});
    const unreachable = new RedisLeaseStore(dead, { group: "x" });
    const fault = await unreachable.observe().catch((thrown: unknown) => thrown);
    expect(fault).toBeInstanceOf(EdgeError);
    expect(fault).toMatchObject({ code: "lease.store.unreachable", retry: "backoff" });
  });

  it("keeps the audit stream bounded", async () => {
    const { store, tag } = freshStore();
    await store.acquire(acquire);
    for (let epoch = 1; epoch <= 1_500; epoch++) await store.acquire({ ...acquire, allowedOld: `a:${epoch}` });
    const length = await redis.xlen(`${tag}:owner`);
    expect(length).toBeGreaterThanOrEqual(1_000);
    expect(length).toBeLessThan(1_200);
  });
});

type Op =
  | {
      readonly kind: "acquire";
      readonly by: string;
      readonly old: string | undefined;
      readonly floor: number;
      readonly config: string;
      readonly replace: boolean;
    }
  | {
      readonly kind: "renew" | "release";
      readonly by: string;
      readonly epoch: number;
      readonly successor: string | undefined;
    }
  | { readonly kind: "lose"; readonly what: "lease" | "next" | "all" }
  | { readonly kind: "observe" };

const agent = fc.constantFrom("a", "b", "c:d");
const epoch = fc.integer({ min: 1, max: 8 });
const op: fc.Arbitrary<Op> = fc.oneof(
  fc.record({
    kind: fc.constant("acquire" as const),
    by: agent,
    old: fc.option(
      fc.tuple(agent, epoch).map(([a, e]) => `${a}:${e}`),
      { nil: undefined },
    ),
    floor: fc.integer({ min: 0, max: 4 }),
    config: fc.constantFrom("c1", "c2"),
    replace: fc.boolean(),
  }),
  fc.record({
    kind: fc.constantFrom("renew" as const, "release" as const),
    by: agent,
    epoch,
    successor: fc.option(agent, { nil: undefined }),
  }),
  fc.record({
    kind: fc.constant("lose" as const),
    what: fc.constantFrom("lease" as const, "next" as const, "all" as const),
  }),
  fc.record({ kind: fc.constant("observe" as const) }),
);

/** Everything but the remaining times, which no two clocks tell alike. */
function timeless(reply: unknown): unknown {
  return JSON.parse(
    JSON.stringify(reply, (key, value: unknown) => (key === "pttlMs" || key === "ageMs" ? "some" : value)),
  );
}

async function perform(store: LeaseStore, one: Exclude<Op, { kind: "lose" }>): Promise<unknown> {
  switch (one.kind) {
    case "acquire":
      return await store.acquire({
        ...acquire,
        holder: one.by,
        allowedOld: one.old,
        epochFloor: one.floor,
        configHash: one.config,
        replaceConfig: one.replace,
        reason: one.replace ? "silence" : "handover",
      });
    case "renew":
      return await store.renew({ holder: one.by, epoch: one.epoch, ttlMs: 60_000, configHash: "c1" });
    case "release":
      return await store.release({
        holder: one.by,
        epoch: one.epoch,
        successor: one.successor,
        graceMs: 60_000,
        reason: "r",
      });
    case "observe":
      return await store.observe();
  }
}

describe("the scripts and the record they are written after", () => {
  it("answer alike, whatever is asked in whatever order", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(op, { minLength: 1, maxLength: 30 }), async (ops) => {
        const { store, tag } = freshStore();
        const record = emptyRecord();
        const memory = new MemoryLeaseStore(() => 0, record);
        for (const one of ops) {
          if (one.kind === "lose") {
            await redis.del(
              ...(one.what === "all" ? ["lease", "epoch", "config", "next"] : [one.what]).map((k) => `${tag}:${k}`),
            );
            if (one.what !== "next") record.lease = undefined;
            if (one.what !== "lease") record.next = undefined;
            if (one.what === "all") {
              record.epoch = 0;
              record.configHash = "";
            }
          } else {
            expect(timeless(await perform(store, one))).toEqual(timeless(await perform(memory, one)));
          }
        }
        const entries = await redis.xrange(`${tag}:owner`, "-", "+");
        const noted = entries.map(([, f]) => ({ event: f[1], holder: f[3], epoch: Number(f[5]), reason: f[7] }));
        expect(noted).toEqual(record.owners.map(({ at: _at, ...owner }) => owner));
      }),
      { numRuns: 150 },
    );
  });
});
