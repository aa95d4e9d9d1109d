import { Redis } from "ioredis";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type PrivateRedis, startPrivateRedis } from "../adapters/io/node/private-redis.ts";
import { EdgeError } from "../adapters/kit/edge-error.ts";
import { type Consumer, consume } from "./consume.ts";
import type { ConsumerTuning } from "./consumer-settings.ts";
import type { Handling } from "./delivery.ts";
import { openGroup, type TestGroup } from "./group.testing.ts";
import { message, nameOf, until } from "./messages.testing.ts";
import { positionText } from "./position.ts";
import { progressKey } from "./progress-board.ts";
import type { RedisTarget } from "./redis-connection.ts";

let server: PrivateRedis;
let group: TestGroup;
let name: string;
let groups = 0;
const consumers: Consumer[] = [];

beforeAll(async () => {
  server = await startPrivateRedis({ appendonly: true });
});
afterAll(async () => {
  await server.stop();
});
beforeEach(() => {
  groups += 1;
  name = `g${groups}`;
  group = openGroup(server.url, name);
});
afterEach(async () => {
  await Promise.all(consumers.splice(0).map((one) => one.close()));
  await group.close();
});

function start(settings: Handling & Partial<ConsumerTuning> & { readonly redis?: RedisTarget }): Consumer {
  const consumer = consume({ redis: server.url, groups: [name], firstPauseMs: 10, ...settings });
  consumers.push(consumer);
  return consumer;
}

async function isEmpty(): Promise<boolean> {
  const counts = await group.queue.getJobCounts("wait", "active", "delayed", "failed");
  return Object.values(counts).every((count) => count === 0);
}

describe("a job", () => {
  it("leaves the queue when every message was handled, one call at a time and in order", async () => {
    const history: string[] = [];
    const consumer = start({
      handler: async (one, delivery) => {
        history.push(`> ${nameOf(one)} ${delivery.order} ${delivery.reign} ${delivery.start}`);
        await new Promise((resolve) => setImmediate(resolve));
        history.push(`< ${nameOf(one)}`);
      },
    });
    await group.add(message("d", 1), message("d", 2));
    await until(() => consumer.counts().jobs === 1);
    expect(history).toEqual(["> d:1:1 in-order current 1", "< d:1:1", "> d:1:2 in-order current 1", "< d:1:2"]);
    expect(await isEmpty()).toBe(true);
    expect(await group.redis.hgetall(progressKey(name))).toEqual({ d: positionText({ epoch: 1, sequence: 2 }) });
  });

  it("comes again when the handler rejects, with what is left of it", async () => {
    const history: string[] = [];
    let rejections = 2;
    const consumer = start({
      handler: (one, delivery) => {
        history.push(`${nameOf(one)} ${delivery.start}`);
        if (one.subject === "d" && Number(one.sequence) === 2 && rejections-- > 0) throw new Error("no");
      },
    });
    await group.add(message("d", 1), message("d", 2), message("e", 1), message("d", 3));
    await until(() => consumer.counts().jobs === 1);
    // The rejected one keeps the later one of its device back, and nobody else's.
    expect(history).toEqual(["d:1:1 1", "e:1:1 1", "d:1:2 1", "d:1:2 2", "d:1:2 3", "d:1:3 3"]);
    expect(consumer.counts()).toMatchObject({ handled: 4, rejected: 2, deadLetters: 0 });
    expect(await isEmpty()).toBe(true);
  });

  it("in batch mode comes again whole", async () => {
    const history: string[] = [];
    const consumer = start({
      mode: "batch",
      handler: (messages, deliveries) => {
        history.push(`${messages.map(nameOf).join(" ")} ${deliveries[0]?.start}`);
        if (history.length === 1) throw new Error("no");
      },
    });
    await group.add(message("d", 1), message("e", 1));
    await until(() => consumer.counts().jobs === 1);
    expect(history).toEqual(["d:1:1 e:1:1 1", "d:1:1 e:1:1 2"]);
  });

  it("is redelivered to another instance when this one rejects it", async () => {
    const takers = new Set<string>();
    const make = (who: string) =>
      start({
        attempts: 1_000,
        mostPauseMs: 20,
        handler: () => {
          takers.add(who);
          if (takers.size < 2) throw new Error("not me");
        },
      });
    const [a, b] = [make("a"), make("b")];
    await group.add(message("d", 1));
    await until(() => a.counts().jobs + b.counts().jobs === 1);
    expect([...takers].sort()).toEqual(["a", "b"]);
  });
});

describe("poison", () => {
  it("becomes a dead letter with its reason, is kept, and can be replayed", async () => {
    let isHealed = false;
    const handled: string[] = [];
    const consumer = start({
      attempts: 3,
      handler: (one) => {
        if (one.subject === "bad" && !isHealed) throw new Error("poison");
        handled.push(nameOf(one));
      },
    });
    const id = await group.add(message("good", 1), message("bad", 1));
    await until(() => consumer.counts().deadLetters === 1);
    expect(handled).toEqual(["good:1:1"]);
    expect(await consumer.deadLetters(name)).toMatchObject([
      { id, reason: "poison", starts: 3, messages: 1, group: name },
    ]);
    expect(await consumer.deadLetterCount()).toBe(1);
    isHealed = true;
    await consumer.replay(name, id);
    await until(() => consumer.counts().jobs === 1);
    expect(handled).toEqual(["good:1:1", "bad:1:1"]);
    expect(await isEmpty()).toBe(true);
    await expect(consumer.replay(name, id)).rejects.toMatchObject({ code: "core.dead-letter.missing" });
  });

  it("is a dead letter at once where no repeat can help", async () => {
    const consumer = start({
      handler: () => {
        throw new EdgeError({ code: "core.test", blame: "us", retry: "never", message: "hopeless" });
      },
    });
    await group.add(message("d", 1));
    await group.queue.add("batch", { v: 1, messages: [{ ...message("d", 2), time: "yesterday" }] }, { jobId: "wrong" });
    await until(() => consumer.counts().deadLetters === 2);
    const letters = await consumer.deadLetters(name);
    expect(letters.map((one) => one.starts)).toEqual([1, 1]);
    expect(letters.find((one) => one.id === "wrong")?.reason).toMatch(/^model\.batch\.invalid.*messages\.0\.time/);
    await expect(consumer.deadLetters("other")).rejects.toMatchObject({ code: "core.group.unknown" });
  });
});

describe("the order of a device", () => {
  it("is kept by two instances that take turns", async () => {
    const history: string[] = [];
    const make = () =>
      start({
        concurrency: 4,
        handler: async (one) => {
          // Uneven: without an order to keep, later ones would overtake.
          await new Promise((resolve) => setTimeout(resolve, Number(one.sequence) % 5));
          history.push(nameOf(one));
        },
      });
    const [a, b] = [make(), make()];
    await Promise.all([a.ready(), b.ready()]);
    const expected: string[] = [];
    for (let sequence = 1; sequence <= 120; sequence += 2) {
      // What a takeover salvages stands in its place among the others.
      const late = sequence > 40 && sequence < 80;
      await group.add(message("d", sequence, { late }), message("d", sequence + 1, { late }));
      expected.push(`d:1:${sequence}`, `d:1:${sequence + 1}`);
    }
    await until(() => history.length >= expected.length, 15_000);
    expect(history).toEqual(expected);
    expect(a.counts().afterGap + b.counts().afterGap).toBe(0);
    // Both took part; otherwise this proves nothing.
    expect(Math.min(a.counts().handled, b.counts().handled)).toBeGreaterThan(0);
  });

  it("does not wait for what is in no job any more", async () => {
    const orders: string[] = [];
    const consumer = start({
      holdMs: 60_000,
      handler: (one, delivery) => {
        orders.push(`${nameOf(one)} ${delivery.order}`);
      },
    });
    await group.add(message("d", 1));
    // 2 was a repeat which the agent recognised and left out.
    await group.add(message("d", 3));
    await until(() => consumer.counts().jobs === 2);
    expect(orders).toEqual(["d:1:1 in-order", "d:1:3 after-gap"]);
    expect(consumer.counts()).toMatchObject({ afterGap: 1, held: 0 });
  });

  it("waits for a rejected message of another job and gives up after holdMs", async () => {
    const orders: string[] = [];
    let rejects = true;
    const consumer = start({
      holdMs: 400,
      firstPauseMs: 900,
      handler: (one, delivery) => {
        orders.push(`${nameOf(one)} ${delivery.order}`);
        if (Number(one.sequence) === 1 && rejects) throw new Error("no");
      },
    });
    await group.add(message("d", 1));
    await until(() => orders.length === 1);
    const addedAt = performance.now();
    await group.add(message("d", 2));
    await until(() => orders.length === 2);
    expect(performance.now() - addedAt).toBeGreaterThanOrEqual(390);
    rejects = false;
    await until(() => consumer.counts().jobs === 2);
    expect(orders).toEqual(["d:1:1 in-order", "d:1:2 after-gap", "d:1:1 behind"]);
    expect(consumer.counts()).toMatchObject({ afterGap: 1, behind: 1 });
    expect(await group.redis.hget(progressKey(name), "d")).toBe(positionText({ epoch: 1, sequence: 2 }));
  });

  it("flags stragglers of an earlier reign and drops nothing", async () => {
    const reigns: string[] = [];
    const consumer = start({
      handler: (one, delivery) => {
        reigns.push(`${nameOf(one)} ${delivery.reign}`);
      },
    });
    await group.add(message("d", 1, { epoch: 2 }));
    await until(() => reigns.length === 1);
    await group.add(message("e", 9, { epoch: 1 }), message("f", 9, { epoch: 1, late: true }));
    await until(() => consumer.counts().jobs === 2);
    expect(reigns.sort()).toEqual(["d:2:1 current", "e:1:9 earlier", "f:1:9 current"]);
    expect(consumer.counts().stale).toBe(1);
  });
});

describe("a consumer", () => {
  it("closes when the handlers under way are done, and gives back the rest", async () => {
    let finish: () => void = () => undefined;
    const started: string[] = [];
    const a = start({
      handler: async (one) => {
        started.push(nameOf(one));
        await new Promise<void>((resolve) => {
          finish = resolve;
        });
      },
    });
    await group.add(message("d", 1), message("d", 2));
    await until(() => started.length === 1);
    const closing = a.close();
    consumers.splice(0);
    finish();
    await closing;
    expect(started).toEqual(["d:1:1"]);
    expect(a.counts()).toMatchObject({ handled: 1, givenBack: 1, rejected: 0 });
    const handled: string[] = [];
    const b = start({
      handler: (one) => {
        handled.push(nameOf(one));
      },
    });
    await until(() => b.counts().jobs === 1);
    expect(handled).toEqual(["d:1:2"]);
  });

  it("is made anew when jobs wait and its worker takes none", async () => {
    const clients: Redis[] = [];
    // The first worker looks into another database: it is connected, well, and takes nothing.
    const consumer = start({
      stuckMs: 300,
      redis: () => {
        const db = clients.length === 2 ? 1 : 0;
        const redis = new Redis(server.url, { maxRetriesPerRequest: null, db });
        clients.push(redis);
        return redis;
      },
      handler: () => undefined,
    });
    await group.add(message("d", 1));
    await until(() => consumer.counts().jobs === 1);
    expect(consumer.counts().recreated).toBe(1);
  });

  it("goes on after Redis was killed and started again", async () => {
    const handled: string[] = [];
    const consumer = start({
      handler: (one) => {
        handled.push(nameOf(one));
      },
    });
    await group.add(message("d", 1));
    await until(() => handled.length === 1);
    await server.kill();
    await server.restart();
    await group.add(message("d", 2));
    await until(() => handled.includes("d:1:2"), 15_000);
    expect(consumer.counts().deadLetters).toBe(0);
  });
});
