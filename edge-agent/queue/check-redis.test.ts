import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { checkRedis, type RedisFinding } from "./check-redis.ts";
import { startTestRedis, type TestRedis, until } from "./queue.testing.ts";

let server: TestRedis;
beforeAll(async () => {
  server = await startTestRedis({ appendfsync: "always", extraArgs: ["--maxmemory", "256mb"] });
});
afterAll(() => server.close());

const said = (findings: readonly RedisFinding[]) => findings.map((one) => `${one.setting} ${one.severity}`);

describe("the check of a Redis before the start", () => {
  it("finds nothing where all is well", async () => {
    expect(await checkRedis(server.client())).toEqual([]);
  });

  it.each([
    ["maxmemory-policy", "allkeys-lru", "loses"],
    ["maxmemory", "0", "risks"],
    ["appendonly", "no", "loses"],
    ["appendfsync", "no", "loses"],
    ["appendfsync", "everysec", "risks"],
    ["no-appendfsync-on-rewrite", "yes", "loses"],
  ])("%s %s %s", async (setting, value, severity) => {
    const redis = server.client();
    const reply: unknown = await redis.config("GET", setting);
    const before = Array.isArray(reply) ? String(reply[1]) : "";
    await redis.config("SET", setting, value);
    try {
      const findings = await checkRedis(redis);
      expect(said(findings)).toEqual([`${setting} ${severity}`]);
      expect(findings[0]?.node).toBe(`127.0.0.1:${server.port}`);
      expect(findings[0]?.fix).not.toBe("");
    } finally {
      await redis.config("SET", setting, before);
    }
  });

  it("stops on durability that cannot be reached", async () => {
    const redis = server.client();
    expect(said(await checkRedis(redis, { kind: "replicas", replicas: 1, timeoutMs: 100 }))).toEqual([
      "replicaof stops",
    ]);
    const known: unknown = await redis.call("COMMAND", "INFO", "WAITAOF");
    const has = Array.isArray(known) && known[0] !== null;
    const findings = said(await checkRedis(redis, { kind: "aof", replicas: 0, timeoutMs: 100 }));
    expect(findings).toEqual(has ? [] : ["WAITAOF stops"]);
  });

  it("stops on a replica, and warns of a primary that would go on without its own", async () => {
    const replica = await startTestRedis({ extraArgs: ["--replicaof", "127.0.0.1", String(server.port)] });
    try {
      const admin = server.client();
      await until(async () => (await admin.info("replication")).includes("state=online"), 15_000);
      expect(said(await checkRedis(server.client()))).toEqual(["min-replicas-to-write risks"]);
      expect(said(await checkRedis(server.client(), { kind: "replicas", replicas: 1, timeoutMs: 100 }))).toEqual([
        "min-replicas-to-write risks",
      ]);
      expect(said(await checkRedis(replica.client()))).toContain("replicaof stops");
    } finally {
      await replica.close();
    }
  });

  it("says so where it may not look", async () => {
    await server.client().call("ACL", "SETUSER", "weak", "on", ">weak", "~*", "+@all", "-config");
    const weak = server.client({ username: "weak", password: "weak" });
    expect(said(await checkRedis(weak))).toEqual(["CONFIG risks"]);
  });
});
