import fc from "fast-check";
import { Redis } from "ioredis";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { connectRedis, type RedisConnection } from "../../../adapters/io/node/redis.ts";
import { redisSettingsOf } from "../../../adapters/io/node/redis-settings.ts";
import { type PrivateRedis, startPrivateRedis } from "../../../adapters/io/node/private-redis.ts";
import { EdgeError } from "../../../adapters/kit/edge-error.ts";
import { toWall } from "../../../adapters/kit/time.ts";
import {
  commandKey,
  type Ending,
  isEnded,
  LEDGER_RETENTION_MS,
  type LedgerRecord,
  resultsChannel,
} from "../../model/ledger.ts";
import { leaseToken } from "../../model/reign.ts";
import { command, START } from "../command.testing.ts";
import type { Basis, Hold, Ledger } from "../ledger.ts";
import { mayFollow } from "../life.ts";
import { MemoryLedger } from "../memory-ledger.ts";
import { RedisLedger } from "./ledger.ts";

const A: Hold = { holder: "a", epoch: 3 };
const B: Hold = { holder: "b", epoch: 4 };
const SUCCESS: Ending = {
  state: "succeeded",
  reason: undefined,
  nativeCode: undefined,
  text: undefined,
  result: { on: true, deep: { list: [1, "zwei"] } },
};
const UNKNOWN: Ending = { state: "unknown", reason: "r", nativeCode: "7", text: "t", result: undefined };

let redis: PrivateRedis;
let connection: RedisConnection;
let groups = 0;

beforeAll(async () => {
  redis = await startPrivateRedis();
  connection = connectRedis(redisSettingsOf(redis.url), "effects");
  await connection.ready({ timeoutMs: 5_000 });
});
afterAll(async () => {
  await connection.close();
  await redis.stop();
});

/** A ledger of a group nobody else uses, its lease held by A. */
async function ledgerOfA(): Promise<{ readonly ledger: RedisLedger; readonly group: string }> {
  groups += 1;
  const group = `g${groups}`;
  await lend(group, A);
  return { ledger: new RedisLedger(connection.client, group), group };
}

async function lend(group: string, hold: Hold): Promise<void> {
  await connection.client.set(`{busbar:${group}}:lease`, leaseToken(hold));
}

describe("RedisLedger", () => {
  it("counts a beginning and an end only once they are as durable as asked for", async () => {
    const { group } = await ledgerOfA();
    const keys: string[] = [];
    let confirmed = false;
    const ledger = new RedisLedger(connection.client, group, async (key, write) => {
      const reply = await write();
      keys.push(key);
      if (!confirmed)
        throw new EdgeError({ code: "queue.unavailable", blame: "operator", retry: "backoff", message: "" });
      return reply;
    });
    await ledger.accept(A, command(), START);
    const begin = { basis: { state: "accepted", turn: 0 }, now: START, verified: false } as const;
    await expect(ledger.begin(A, "c1", begin)).rejects.toMatchObject({ code: "queue.unavailable" });
    confirmed = true;
    // It was written, and nothing has left: who began it takes it back and begins again.
    expect(await ledger.retract(A, "c1", 1)).toMatchObject({ kind: "retracted" });
    expect(await ledger.begin(A, "c1", { ...begin, basis: { state: "accepted", turn: 1 } })).toMatchObject({
      kind: "started",
    });
    await ledger.finish(A, "c1", { basis: { state: "sent", turn: 2 }, now: START, ending: SUCCESS });
    expect(keys).toEqual(Array.from({ length: 3 }, () => commandKey(group, "c1")));
  });

  it("keeps the first command of a uid and gives repeats its record", async () => {
    const { ledger } = await ledgerOfA();
    const first = await ledger.accept(A, command(), START);
    expect(first).toMatchObject({ kind: "record", fresh: true, record: { state: "accepted", attempt: 0 } });
    const repeat = await ledger.accept(A, command({ value: 2 }), toWall(START + 5));
    expect(repeat).toEqual({ ...first, fresh: false });
  });

  it("begins once for one basis and refuses who does not hold the lease", async () => {
    const { ledger, group } = await ledgerOfA();
    await ledger.accept(A, command(), START);
    const begin = { basis: { state: "accepted", turn: 0 }, now: START, verified: false } as const;
    expect(await ledger.begin(B, "c1", begin)).toEqual({ kind: "fenced" });
    expect(await ledger.begin(A, "c1", begin)).toMatchObject({ kind: "started", record: { attempt: 1, epoch: 3 } });
    expect(await ledger.begin(A, "c1", begin)).toMatchObject({ kind: "changed", record: { state: "sent" } });
    await lend(group, B);
    const again = { basis: { state: "sent", turn: 1 }, now: START, verified: false } as const;
    expect((await ledger.begin(A, "c1", again)).kind).toBe("fenced");
    expect((await ledger.begin(B, "c1", again)).kind).toBe("changed");
  });

  it("lets a fenced agent record the device's own answer, but no judgement, and only while nobody touched it", async () => {
    const { ledger, group } = await ledgerOfA();
    for (const uid of ["c1", "c2"]) {
      await ledger.accept(A, command({ uid }), START);
      await ledger.begin(A, uid, { basis: { state: "accepted", turn: 0 }, now: START, verified: false });
    }
    await lend(group, B);
    const finish = { basis: { state: "sent", turn: 1 }, now: START } as const;
    expect(await ledger.finish(A, "c1", { ...finish, ending: UNKNOWN })).toEqual({ kind: "fenced" });
    expect(await ledger.finish(A, "c1", { ...finish, ending: SUCCESS })).toMatchObject({
      kind: "ended",
      first: true,
      record: { state: "succeeded", result: SUCCESS.result },
    });
    await ledger.finish(B, "c2", { ...finish, ending: UNKNOWN });
    expect(await ledger.finish(A, "c2", { ...finish, ending: SUCCESS })).toMatchObject({
      kind: "ended",
      first: false,
      record: { state: "unknown", nativeCode: "7" },
    });
  });

  it("cancels what has not come yet and tells who waits", async () => {
    const { ledger, group } = await ledgerOfA();
    const listener = new Redis(redis.url);
    try {
      const heard = new Promise<string>((resolve) => listener.on("message", (_channel, uid) => resolve(uid)));
      await listener.subscribe(resultsChannel(group));
      expect(await ledger.cancel("c1", START)).toMatchObject({ state: "cancelled", device: undefined });
      expect(await heard).toBe("c1");
    } finally {
      listener.disconnect();
    }
    expect(await ledger.accept(A, command(), START)).toMatchObject({
      fresh: false,
      record: { state: "cancelled", device: "dev_1" },
    });
  });

  it("forgets a record only when its retention after end and deadline has passed", async () => {
    const { ledger, group } = await ledgerOfA();
    const now = toWall(Date.now());
    await ledger.accept(A, command({ deadline: now + 3_600_000 }), now);
    const kept = async (): Promise<number> => connection.client.pexpiretime(commandKey(group, "c1"));
    expect(await kept()).toBe(now + 3_600_000 + LEDGER_RETENTION_MS);
    await ledger.finish(A, "c1", { basis: { state: "accepted", turn: 0 }, now, ending: UNKNOWN });
    expect(await kept()).toBe(now + 3_600_000 + LEDGER_RETENTION_MS);
  });

  it("answers a foreign hash under its key with a fault that is not repeated", async () => {
    const { ledger, group } = await ledgerOfA();
    await connection.client.hset(commandKey(group, "c1"), { state: "accepted", attempt: "many" });
    await expect(ledger.read("c1")).rejects.toMatchObject({ code: "command.record.invalid", retry: "never" });
  });

  it("gives the same answers as the ledger in memory, whatever is asked in whatever order", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(call, { minLength: 1, maxLength: 25 }), async (calls) => {
        const { ledger, group } = await ledgerOfA();
        const model = new MemoryLedger();
        model.lease = A;
        let before: LedgerRecord | undefined;
        for (const one of calls) {
          if (one.kind === "lend") {
            model.lease = one.hold;
            await lend(group, one.hold);
            continue;
          }
          // Who says what it knows is answered with what it does not, and both make the same of it.
          const known = one.kind === "begin" || one.kind === "finish" ? knownOf(one, before) : undefined;
          expect(await ask(ledger, { ...one, known })).toEqual(await ask(model, one));
          const record = await ledger.read("c1");
          expect(record).toEqual(await model.read("c1"));
          if (before !== undefined && record !== undefined && before.state !== record.state) {
            expect(mayFollow(before.state, record.state)).toBe(true);
          }
          before = record;
        }
      }),
      { numRuns: 150 },
    );
  });
});

const hold = fc.constantFrom(A, B);
const now = fc.integer({ min: 0, max: 1_200 }).map((ms) => toWall(START + ms));
const basis = fc.record({ state: fc.constantFrom("accepted", "sent"), turn: fc.integer({ min: 0, max: 3 }) });
const call = fc.oneof(
  fc.record({ kind: fc.constant("lend"), hold }),
  fc.record({ kind: fc.constant("accept"), hold, now, idempotent: fc.boolean() }),
  fc.record({ kind: fc.constant("begin"), hold, now, basis, verified: fc.boolean(), knows: fc.boolean() }),
  fc.record({ kind: fc.constant("begin"), hold, now, basis, verified: fc.constant(false), knows: fc.constant(true) }),
  fc.record({ kind: fc.constant("retract"), hold, turn: fc.integer({ min: 0, max: 3 }) }),
  fc.record({
    kind: fc.constant("finish"),
    hold,
    now,
    basis: fc.option(basis, { nil: undefined }),
    ending: fc.constantFrom(SUCCESS, UNKNOWN),
    knows: fc.boolean(),
  }),
  fc.record({ kind: fc.constant("cancel"), now }),
);
type Call = typeof call extends fc.Arbitrary<infer One> ? One : never;

/** The record as it was when its holder last saw it: a cancellation since, which moves neither state nor turn, is not in it. */
function knownOf(
  one: { readonly basis: Basis | undefined; readonly knows: boolean },
  record: LedgerRecord | undefined,
): LedgerRecord | undefined {
  const isBasis = record?.state === one.basis?.state && record?.turn === one.basis?.turn;
  if (!one.knows || !isBasis || record === undefined) return undefined;
  return isEnded(record) ? record : { ...record, cancelledAt: undefined };
}

type Asked = Exclude<Call, { readonly kind: "lend" }> & { readonly known?: LedgerRecord | undefined };

async function ask(ledger: Ledger, one: Asked): Promise<unknown> {
  switch (one.kind) {
    case "accept":
      return ledger.accept(one.hold, command({ deadline: START + 1_000, idempotent: one.idempotent }), one.now);
    case "begin":
      return ledger.begin(one.hold, "c1", one);
    case "retract":
      return ledger.retract(one.hold, "c1", one.turn);
    case "finish":
      return ledger.finish(one.hold, "c1", one);
    case "cancel":
      return ledger.cancel("c1", one.now);
  }
}
