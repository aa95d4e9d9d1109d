import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { type PrivateRedisCluster, startRedisCluster } from "./private-redis-cluster.ts";
import { type PrivateSentinels, startSentinels } from "./private-redis-sentinel.ts";
import { connectRedis, type RedisConnection, type RedisRole } from "./redis.ts";
import { toRedisFault } from "./redis-fault.ts";
import { nodeOfKey } from "./redis-node.ts";
import { redisSettingsOf } from "./redis-settings.ts";

const open: RedisConnection[] = [];
afterEach(async () => {
  for (const connection of open.splice(0)) await connection.close();
});

async function connect(url: string, role: RedisRole, commandTimeoutMs?: number): Promise<RedisConnection> {
  const connection = connectRedis({ ...redisSettingsOf(url), commandTimeoutMs }, role);
  open.push(connection);
  await connection.ready({ timeoutMs: 10_000 });
  return connection;
}

describe("a cluster", () => {
  let cluster: PrivateRedisCluster;
  beforeAll(async () => {
    cluster = await startRedisCluster({ masters: 3, replicas: 1 });
  }, 60_000);
  afterAll(() => cluster.stop());

  it("takes effects and scripts on keys behind one hash tag, and refuses others", async () => {
    const { client } = await connect(cluster.url, "effects");
    for (const group of ["north", "south", "east", "west"]) {
      expect(await client.set(`{busbar:${group}}:a`, "1")).toBe("OK");
      const script = "return redis.call('GET', KEYS[1]) .. redis.call('INCR', KEYS[2])";
      expect(await client.eval(script, 2, `{busbar:${group}}:a`, `{busbar:${group}}:b`)).toBe("11");
    }
    const crossing = await client.eval("return 1", 2, "{busbar:north}:a", "{busbar:south}:b").catch(toRedisFault);
    expect(crossing).toMatchObject({ blame: "us" });
  });

  it("waits for replicas at the node that has the key", async () => {
    // A replica answers when its disk has it, which may take longer than an agent would wait.
    const { client } = await connect(cluster.url, "effects", 10_000);
    const nodes = new Set<unknown>();
    for (const key of ["{busbar:north}:a", "{busbar:south}:a", "{busbar:east}:a"]) {
      await client.set(key, "2");
      const node = nodeOfKey(client, key);
      expect(await node.get(key)).toBe("2");
      expect(await node.wait(1, 8_000)).toBe(1);
      nodes.add(node);
    }
    expect(nodes.size).toBeGreaterThan(1);
  });

  it("refuses in its own words and gives up in time while a node is gone, and finds its replica", async () => {
    const { client } = await connect(cluster.url, "effects");
    const key = "{busbar:north}:a";
    await client.set(key, "before");
    const port = nodeOfKey(client, key).options.port;
    const gone = cluster.masters.find((one) => one.port === port);
    await gone?.kill();
    const codes = new Set<string>();
    let slowest = 0;
    await expect
      .poll(
        async () => {
          const before = performance.now();
          const answer = await client.set(key, "after").catch(toRedisFault);
          slowest = Math.max(slowest, performance.now() - before);
          if (typeof answer === "object" && answer !== null) codes.add(answer.code);
          return answer;
        },
        { timeout: 20_000, interval: 10 },
      )
      .toBe("OK");
    expect([...codes].filter((code) => code !== "queue.unavailable" && code !== "queue.refused")).toEqual([]);
    expect(slowest).toBeLessThan(3_000);
    expect(await client.get(key)).toBe("after");
  });
});

describe("sentinels", () => {
  let sentinels: PrivateSentinels;
  beforeAll(async () => {
    sentinels = await startSentinels();
  }, 60_000);
  afterAll(() => sentinels.stop());

  it("show the next primary to who is told that a server is it no more, and to who blocks there", async () => {
    const effects = await connect(sentinels.url, "effects");
    const worker = await connect(sentinels.url, "worker");
    const before = await sentinels.primary();
    // Either it is asked again at the new primary, or it is told, and asks itself.
    const blocked = worker.client.bzpopmin("marker", 0).catch(() => worker.client.bzpopmin("marker", 10));
    // The Sentinels leave the former primary as it is for about ten seconds.
    const after = await sentinels.failover();
    expect(after).not.toBe(before);
    await expect.poll(() => effects.client.zadd("marker", 1, "x").catch(() => "not yet"), { timeout: 15_000 }).toBe(1);
    const popped = await blocked;
    expect(popped?.[1]).toBe("x");
    expect(await worker.client.info("server")).toContain(`tcp_port:${after.port}`);
  }, 60_000);

  it("show the next primary after one that died", async () => {
    const effects = await connect(sentinels.url, "effects");
    expect(await effects.client.set("k", "before")).toBe("OK");
    const first = await sentinels.primary();
    expect(await effects.client.info("server")).toContain(`tcp_port:${first.port}`);
    await first.kill();
    await expect.poll(() => effects.client.set("k", "after").catch(() => "not yet"), { timeout: 15_000 }).toBe("OK");
    const next = await sentinels.primary();
    expect(await effects.client.info("server")).toContain(`tcp_port:${next.port}`);
  });
});

describe("one server whose role changes", () => {
  it("is asked anew when it says that it takes no writes any more", async () => {
    const sentinels = await startSentinels({ replicas: 1, sentinels: 1 });
    try {
      const [first, second] = sentinels.servers;
      const effects = await connect(first?.url ?? "", "effects");
      const admin = await connect(first?.url ?? "", "reader");
      const resets = new Promise((resolve) => effects.client.once("reconnecting", resolve));
      for (const sentinel of sentinels.sentinels) await sentinel.kill();
      await admin.client.call("REPLICAOF", "127.0.0.1", `${second?.port}`);
      expect(await effects.client.set("k", "v").catch(toRedisFault)).toMatchObject({
        code: "queue.refused",
        native: "READONLY",
        retry: "backoff",
      });
      await resets;
      await admin.client.call("REPLICAOF", "NO", "ONE");
      await expect.poll(() => effects.client.set("k", "v").catch(() => "not yet"), { timeout: 5_000 }).toBe("OK");
    } finally {
      await sentinels.stop();
    }
  });
});
