import { Queue } from "bullmq";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type PrivateRedis, startPrivateRedis } from "../../../adapters/io/node/private-redis.ts";
import { connectRedis, type RedisConnection } from "../../../adapters/io/node/redis.ts";
import { redisSettingsOf } from "../../../adapters/io/node/redis-settings.ts";
import { toWall } from "../../../adapters/kit/time.ts";
import { COMMANDS_QUEUE } from "../../model/ledger.ts";
import { groupTag, leaseToken } from "../../model/reign.ts";
import type { Hold } from "../ledger.ts";
import { CommandQueue, type TakenJob } from "./command-queue.ts";
import { checkFinishScript, installedFinishScript } from "./complete-script.ts";
import { COMPLETIONS_AT_ONCE } from "./completions.ts";

const HOLD: Hold = { holder: "a", epoch: 3 };
const GROUP = "completions";

let redis: PrivateRedis;
let connection: RedisConnection;
let queue: Queue;
let commands: CommandQueue;

beforeAll(async () => {
  redis = await startPrivateRedis();
  connection = connectRedis(redisSettingsOf(redis.url), "effects");
  await connection.ready({ timeoutMs: 5_000 });
  await connection.client.set(`${groupTag(GROUP)}:lease`, leaseToken(HOLD));
  queue = new Queue(COMMANDS_QUEUE, { connection: { host: "127.0.0.1", port: redis.port }, prefix: groupTag(GROUP) });
  commands = new CommandQueue(connection.client, GROUP, HOLD);
});
afterAll(async () => {
  await commands.close();
  await queue.close();
  await connection.close();
  await redis.stop();
});

async function taken(name: string, count: number, opts: object = {}): Promise<readonly TakenJob[]> {
  await queue.addBulk(
    Array.from({ length: count }, (_, at) => ({ name, data: {}, opts: { ...opts, jobId: `${name}-${at}` } })),
  );
  const take = await commands.take(count, toWall(Date.now()));
  if (take.kind === "fenced") throw new Error("the lease is ours");
  return take.jobs;
}

/** Scripts Redis has run. */
async function scriptsRun(): Promise<number> {
  const stats = await connection.client.info("commandstats");
  return Number(/^cmdstat_evalsha:calls=(\d+)/m.exec(stats)?.[1] ?? 0);
}

describe("jobs that are finished in one turn", () => {
  it("go to Redis as one script, as many as one may carry, and end as BullMQ ends them", async () => {
    await Promise.all((await taken("warm", 2)).map((job) => commands.complete(job, { warm: true })));
    const jobs = await taken("many", COMPLETIONS_AT_ONCE + 3);
    const before = await scriptsRun();
    const ends = await Promise.all(jobs.map((job, number) => commands.complete(job, { number })));
    expect(await scriptsRun()).toBe(before + 2);
    expect(new Set(ends)).toEqual(new Set(["done"]));
    for (const [number, { id }] of jobs.entries()) {
      const job = await queue.getJob(id);
      expect(await job?.getState(), id).toBe("completed");
      expect(job?.returnvalue, id).toEqual({ number });
      expect(job?.finishedOn, id).toBeGreaterThan(0);
    }
    expect(await queue.getActiveCount()).toBe(0);
  });

  it("keep or forget each job as it asks for", async () => {
    const jobs = await taken("forgotten", 3, { removeOnComplete: true });
    await Promise.all(jobs.map((job) => commands.complete(job, {})));
    expect(await Promise.all(jobs.map(({ id }) => queue.getJob(id)))).toEqual([undefined, undefined, undefined]);
  });

  it("do not hold each other up: what is not ours any more is gone, the others are done", async () => {
    const jobs = await taken("mixed", 4);
    const [lost, removed] = jobs;
    if (lost === undefined || removed === undefined) throw new Error("four were taken");
    await connection.client.set(`${queue.toKey(lost.id)}:lock`, "b:4");
    await connection.client.del(queue.toKey(removed.id));
    const ends = await Promise.all(jobs.map((job) => commands.complete(job, {})));
    expect(ends).toEqual(["gone", "gone", "done", "done"]);
    expect(await commands.complete(jobs[2] ?? lost, {})).toBe("gone");
  });

  it("do not hold each other up: what BullMQ's script breaks off at is asked for alone, and says what is wrong", async () => {
    const jobs = await taken("broken", 3);
    const [, broken] = jobs;
    if (broken === undefined) throw new Error("three were taken");
    const lock = `${queue.toKey(broken.id)}:lock`;
    await connection.client.del(lock);
    await connection.client.rpush(lock, "no text");
    const ends = await Promise.allSettled(jobs.map((job) => commands.complete(job, {})));
    expect(ends).toMatchObject([
      { status: "fulfilled", value: "done" },
      { status: "rejected", reason: { code: "queue.misused", native: "WRONGTYPE" } },
      { status: "fulfilled", value: "done" },
    ]);
    const states = await Promise.all(jobs.map(({ id }) => queue.getJobState(id)));
    expect(states).toEqual(["completed", "active", "completed"]);
  });

  it("are finished with the tested script and no other", () => {
    const installed = installedFinishScript();
    expect(() => checkFinishScript(installed)).not.toThrow();
    expect(() => checkFinishScript({ ...installed, sha1: "0".repeat(40) })).toThrow(/moveToFinished/);
  });
});
