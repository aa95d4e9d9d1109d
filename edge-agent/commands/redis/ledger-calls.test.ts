import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { connectRedis, type RedisConnection } from "../../../adapters/io/node/redis.ts";
import { redisSettingsOf } from "../../../adapters/io/node/redis-settings.ts";
import { type PrivateRedis, startPrivateRedis } from "../../../adapters/io/node/private-redis.ts";
import { commandKey } from "../../model/ledger.ts";
import { leaseToken } from "../../model/reign.ts";
import { command, START } from "../command.testing.ts";
import type { Hold } from "../ledger.ts";
import { CALLS_AT_ONCE, SCRIPTS_AT_ONCE } from "./ledger-calls.ts";
import { RedisLedger } from "./ledger.ts";

const A: Hold = { holder: "a", epoch: 3 };
const GROUP = "calls";

let redis: PrivateRedis;
let connection: RedisConnection;

beforeAll(async () => {
  redis = await startPrivateRedis();
  connection = connectRedis(redisSettingsOf(redis.url), "effects");
  await connection.ready({ timeoutMs: 5_000 });
  await connection.client.set(`{busbar:${GROUP}}:lease`, leaseToken(A));
});
afterAll(async () => {
  await connection.close();
  await redis.stop();
});

const uids = (name: string, count: number): string[] => Array.from({ length: count }, (_, at) => `${name}-${at}`);

/** Scripts Redis has run since it was asked to count anew. */
async function scriptsRun(): Promise<number> {
  const stats = await connection.client.info("commandstats");
  return Number(/^cmdstat_evalsha:calls=(\d+)/m.exec(stats)?.[1] ?? 0);
}

describe("calls of one turn", () => {
  it("go to Redis as one script, as many as one may carry, and each has its own answer", async () => {
    const ledger = new RedisLedger(connection.client, GROUP);
    const first = uids("many", CALLS_AT_ONCE + 3);
    // Loaded once: then a call is an EVALSHA and nothing else.
    await Promise.all(uids("warm", 2).map((uid) => ledger.accept(A, command({ uid }), START)));
    const before = await scriptsRun();

    const accepted = await Promise.all(first.map((uid) => ledger.accept(A, command({ uid }), START)));
    expect(await scriptsRun()).toBe(before + 2);
    expect(accepted.map((reply) => (reply.kind === "record" ? reply.record.uid : reply.kind))).toEqual(first);

    const basis = { state: "accepted", turn: 0 } as const;
    const begun = await Promise.all(
      first.map((uid, at) =>
        at % 2 === 0
          ? ledger.begin(A, uid, { basis, now: START, verified: false })
          : ledger.begin({ ...A, epoch: 2 }, uid, { basis, now: START, verified: false }),
      ),
    );
    expect(begun.map((reply) => reply.kind)).toEqual(first.map((_, at) => (at % 2 === 0 ? "started" : "fenced")));
  });

  it("wait here and not in Redis, and commands under way come before those that arrive", async () => {
    const ledger = new RedisLedger(connection.client, GROUP);
    await ledger.accept(A, command({ uid: "early" }), START);
    const order: string[] = [];
    const arriving = uids("arriving", CALLS_AT_ONCE * SCRIPTS_AT_ONCE * 3).map((uid) =>
      ledger.accept(A, command({ uid }), START).then(() => order.push("accept")),
    );
    // They are on their way, as many as may be.
    await new Promise((resolve) => setImmediate(resolve));
    const basis = { state: "accepted", turn: 0 } as const;
    const begun = ledger.begin(A, "early", { basis, now: START, verified: false }).then((reply) => {
      order.push(reply.kind);
    });
    await Promise.all([...arriving, begun]);
    expect(order).toHaveLength(arriving.length + 1);
    expect(order.indexOf("started")).toBeLessThanOrEqual(CALLS_AT_ONCE * SCRIPTS_AT_ONCE * 2);
  });

  it("that fail take no other with them", async () => {
    const ledger = new RedisLedger(connection.client, GROUP);
    await connection.client.set(commandKey(GROUP, "broken-1"), "no hash");

    const replies = await Promise.allSettled(uids("broken", 3).map((uid) => ledger.accept(A, command({ uid }), START)));

    expect(replies.map((reply) => reply.status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
    expect(replies[1]).toMatchObject({ reason: { message: expect.stringContaining("WRONGTYPE") } });
  });
});
