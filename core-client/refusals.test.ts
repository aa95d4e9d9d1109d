import { Redis, ReplyError } from "ioredis";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { type PrivateRedis, startPrivateRedis } from "../adapters/io/node/private-redis.ts";
import { type Consumer, consume } from "./consume.ts";
import { openGroup, type TestGroup } from "./group.testing.ts";
import { message, nameOf, until } from "./messages.testing.ts";

let server: PrivateRedis;
let group: TestGroup;
let consumer: Consumer | undefined;
let groups = 0;

beforeAll(async () => {
  server = await startPrivateRedis({ appendonly: true });
});
afterAll(() => server.stop());
afterEach(async () => {
  await consumer?.close();
  await group.close();
});

/** What Redis refuses a write with, and its setting for it. */
const REFUSALS = [
  { setting: "min-replicas-to-write", bad: "9", good: "0" },
  { setting: "maxmemory", bad: "1mb", good: "0" },
] as const;

describe.each(REFUSALS)("while Redis refuses writes by $setting", ({ setting, bad, good }) => {
  const refuse = (yes: boolean): Promise<unknown> => group.redis.config("SET", setting, yes ? bad : good);

  it("a handled job stays in hand, and is finished once when it may be", async () => {
    groups += 1;
    group = openGroup(server.url, `r${groups}`);
    const starts: string[] = [];
    consumer = consume({
      redis: server.url,
      groups: [`r${groups}`],
      handler: async (one, delivery) => {
        starts.push(`${nameOf(one)} ${delivery.start} ${delivery.order}`);
        if (starts.length === 1) await refuse(true);
      },
    });
    await group.add(message("d", 1));
    await group.add(message("d", 2));
    await until(() => starts.length >= 1);
    // Long enough for all that is tried and refused; nothing can be waited for while nothing happens.
    for (let looks = 0; looks < 20; looks++) {
      expect(await group.queue.getFailedCount()).toBe(0);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    await refuse(false);
    await until(() => consumer?.counts().jobs === 2);
    expect(starts).toEqual(["d:1:1 1 in-order", "d:1:2 1 in-order"]);
    expect(consumer.counts()).toMatchObject({ handled: 2, deadLetters: 0, behind: 0, afterGap: 0 });
  });

  it("a rejected job is given back when it may be, and is no dead letter", async () => {
    groups += 1;
    group = openGroup(server.url, `r${groups}`);
    const starts: string[] = [];
    consumer = consume({
      redis: server.url,
      groups: [`r${groups}`],
      firstPauseMs: 10,
      handler: async (one, delivery) => {
        starts.push(`${nameOf(one)} ${delivery.start}`);
        if (starts.length > 1) return;
        await refuse(true);
        throw new Error("my database is the same Redis");
      },
    });
    await group.add(message("d", 1));
    await until(() => consumer?.counts().rejected === 1);
    for (let looks = 0; looks < 20; looks++) {
      expect(await group.queue.getFailedCount()).toBe(0);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    await refuse(false);
    await until(() => consumer?.counts().jobs === 1);
    expect(starts).toEqual(["d:1:1 1", "d:1:1 2"]);
    expect(await group.queue.getFailedCount()).toBe(0);
  });
});

describe("while Redis refuses that a job is finished", () => {
  /** A connection on which Redis refuses that, and nothing else. */
  const refusingConnection = (): Redis => {
    const redis = new Redis(server.url, { maxRetriesPerRequest: null });
    const send = redis.sendCommand.bind(redis);
    redis.sendCommand = (command, stream) => {
      if (!command.args.includes("completed")) return send(command, stream);
      command.reject(new ReplyError("OOM command not allowed when used memory > 'maxmemory'."));
      return command.promise;
    };
    return redis;
  };

  it("who closes leaves the job to its lock, and it is no dead letter", async () => {
    groups += 1;
    group = openGroup(server.url, `r${groups}`);
    const handled: string[] = [];
    consumer = consume({
      redis: refusingConnection,
      groups: [`r${groups}`],
      handler: (one) => {
        handled.push(nameOf(one));
        return Promise.resolve();
      },
    });
    await group.add(message("d", 1));
    await until(() => handled.length === 1);
    await consumer.close();
    expect(await group.queue.getJobCounts("active", "failed", "completed", "wait")).toEqual({
      active: 1,
      failed: 0,
      completed: 0,
      wait: 0,
    });
  });
});
