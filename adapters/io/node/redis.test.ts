import { Redis } from "ioredis";
import { type AddressInfo, createServer, connect as dial, type Server, type Socket } from "node:net";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { EdgeError } from "../../kit/edge-error.ts";
import { type PrivateRedis, startPrivateRedis } from "./private-redis.ts";
import { type ConnectRedisOptions, connectRedis, type RedisConnection, type RedisRole } from "./redis.ts";
import { redisErrorPrefix, toRedisFault } from "./redis-fault.ts";
import { redisSettingsOf } from "./redis-settings.ts";

let redis: PrivateRedis;
beforeAll(async () => {
  redis = await startPrivateRedis({ appendonly: false });
});
afterAll(() => redis.stop());

const open: RedisConnection[] = [];
afterEach(async () => {
  for (const connection of open.splice(0)) await connection.close();
});

function connect(
  url: string,
  role: RedisRole,
  options: ConnectRedisOptions & { readonly timeoutMs?: number } = {},
): RedisConnection {
  const connection = connectRedis({ ...redisSettingsOf(url), commandTimeoutMs: options.timeoutMs }, role, options);
  open.push(connection);
  return connection;
}

async function faultOf(promise: Promise<unknown>): Promise<EdgeError> {
  return toRedisFault(
    await promise.then(
      () => new Error("it succeeded"),
      (error: unknown) => error,
    ),
  );
}

describe("the connection for effects", () => {
  it("queues nothing while it is not connected, and says when it is", async () => {
    const connection = connect(redis.url, "effects");
    expect(await faultOf(connection.client.get("k"))).toMatchObject({ code: "queue.unavailable", retry: "backoff" });
    await connection.ready({ timeoutMs: 5_000 });
    expect(await connection.client.set("k", "v")).toBe("OK");
    await connection.close();
    await connection.close();
    expect(await faultOf(connection.client.get("k"))).toMatchObject({ code: "queue.unavailable" });
  });

  it("is not ready where nobody listens, and says why", async () => {
    const faults: EdgeError[] = [];
    const dead = await startPrivateRedis();
    await dead.stop();
    const connection = connect(dead.url, "effects", { onFault: (fault) => faults.push(fault) });
    await expect(connection.ready({ timeoutMs: 300 })).rejects.toMatchObject({
      code: "queue.unavailable",
      native: "ECONNREFUSED",
    });
    expect(faults.length).toBeGreaterThan(1);
  });

  it("stops waiting when told to", async () => {
    const connection = connect("redis://127.0.0.1:1", "effects");
    const reason = new Error("stepping down");
    await expect(connection.ready({ timeoutMs: 60_000, signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  });

  it("gives up on a silent server in time, and is back soon after it", async () => {
    const own = await startPrivateRedis();
    try {
      const connection = connect(own.url, "effects", { timeoutMs: 100 });
      await connection.ready({ timeoutMs: 5_000 });
      process.kill(own.pid, "SIGSTOP");
      const before = performance.now();
      expect(await faultOf(connection.client.set("a", "1"))).toMatchObject({ code: "queue.unavailable" });
      expect(performance.now() - before).toBeLessThan(1_000);
      process.kill(own.pid, "SIGCONT");
      await own.kill();
      expect(await faultOf(connection.client.set("a", "1"))).toMatchObject({ code: "queue.unavailable" });
      await own.restart();
      await connection.ready({ timeoutMs: 5_000 });
      expect(await connection.client.set("a", "1")).toBe("OK");
    } finally {
      await own.stop();
    }
  });

  it("takes an answer that came while the process was kept from running", async () => {
    const connection = connect(redis.url, "effects", { timeoutMs: 100 });
    await connection.ready({ timeoutMs: 5_000 });
    await connection.client.set("kept", "v");
    const answer = connection.client.get("kept");
    await new Promise((resolve) => setImmediate(resolve));
    const until = performance.now() + 200;
    while (performance.now() < until);
    expect(await answer).toBe("v");
    expect(connection.resets).toBe(0);
  });

  it("throws a connection away that swallows commands, and opens a new one", async () => {
    const hole = await startHole(redis.port);
    try {
      const connection = connect(`redis://127.0.0.1:${hole.port}`, "effects", { timeoutMs: 60 });
      await connection.ready({ timeoutMs: 5_000 });
      hole.swallow();
      for (let i = 0; i < 3; i++)
        expect(await faultOf(connection.client.get("k"))).toMatchObject({ code: "queue.unavailable" });
      await expect.poll(() => connection.resets, { timeout: 5_000 }).toBeGreaterThan(0);
      await expect.poll(() => hole.connections(), { timeout: 5_000 }).toBeGreaterThan(1);
      await expect
        .poll(() => connection.client.ping().catch(() => "not yet"), { timeout: 5_000, interval: 20 })
        .toBe("PONG");
    } finally {
      await hole.close();
    }
  });

  it("takes refusals for answers: they do not reset the connection", async () => {
    const connection = connect(redis.url, "effects");
    await connection.ready({ timeoutMs: 5_000 });
    for (let i = 0; i < 5; i++)
      await faultOf(connection.client.call("EVAL", "return redis.error_reply('FENCED b:8')", "0"));
    expect(connection.resets).toBe(0);
  });
});

describe("the connection for workers", () => {
  it("waits for a server that is not there yet", async () => {
    const own = await startPrivateRedis();
    await own.kill();
    try {
      const connection = connect(own.url, "worker");
      const answer = connection.client.ping();
      await own.restart();
      expect(await answer).toBe("PONG");
    } finally {
      await own.stop();
    }
  });
});

describe("what Redis answers", () => {
  it("is refused where it cannot take it now", async () => {
    const admin = new Redis(redis.url);
    const connection = connect(redis.url, "reader");
    try {
      await admin.config("SET", "maxmemory", "1");
      expect(await faultOf(connection.client.set("k", "x".repeat(100)))).toMatchObject({
        code: "queue.refused",
        native: "OOM",
        blame: "operator",
      });
      const inScript = connection.client.eval("return redis.call('SET', KEYS[1], 'v')", 1, "k");
      expect(await faultOf(inScript)).toMatchObject({ code: "queue.refused", native: "OOM" });
      await admin.config("SET", "maxmemory", "0");
      await admin.config("SET", "min-replicas-to-write", "1");
      expect(await faultOf(connection.client.set("k", "v"))).toMatchObject({
        code: "queue.refused",
        native: "NOREPLICAS",
      });
      await admin.config("SET", "min-replicas-to-write", "0");
    } finally {
      admin.disconnect();
    }
  });

  it("is refused too where a script is missing because it was refused when it was sent", async () => {
    const admin = new Redis(redis.url);
    const { client } = connect(redis.url, "reader");
    client.defineCommand("store", { numberOfKeys: 1, lua: "#!lua\nreturn redis.call('SET', KEYS[1], 'v')" });
    const call = (): Promise<EdgeError> =>
      faultOf(Promise.resolve(Reflect.apply(Reflect.get(client, "store"), client, ["k"])));
    try {
      await admin.config("SET", "min-replicas-to-write", "1");
      const answers = new Set<unknown>();
      for (let wave = 0; wave < 20; wave++) {
        for (const fault of await Promise.all(Array.from({ length: 5 }, call))) {
          expect(fault).toMatchObject({ code: "queue.refused", retry: "backoff" });
          answers.add(fault.native);
        }
      }
      expect(answers).toEqual(new Set(["NOREPLICAS", "NOSCRIPT"]));
    } finally {
      await admin.config("SET", "min-replicas-to-write", "0");
      admin.disconnect();
    }
  });

  it("is denied to strangers", async () => {
    const own = await startPrivateRedis({ extraArgs: ["--requirepass", "sesame"] });
    try {
      const stranger = connect(own.url, "effects");
      await expect(stranger.ready({ timeoutMs: 500 })).rejects.toMatchObject({ code: "queue.denied" });
      const friend = connect(`redis://:sesame@127.0.0.1:${own.port}/3`, "effects");
      await friend.ready({ timeoutMs: 5_000 });
      expect(await friend.client.ping()).toBe("PONG");
    } finally {
      await own.stop();
    }
  });

  it("is our mistake where the command is wrong, and a script's own word stays readable", async () => {
    const connection = connect(redis.url, "reader");
    await connection.client.set("text", "v");
    expect(await faultOf(connection.client.lpush("text", "v"))).toMatchObject({
      code: "queue.misused",
      native: "WRONGTYPE",
      blame: "us",
      retry: "never",
    });
    const fenced = await connection.client
      .eval("return redis.error_reply('FENCED b:8')", 0)
      .catch((error: unknown) => error);
    expect(redisErrorPrefix(fenced)).toBe("FENCED");
    expect(redisErrorPrefix(new Error("FENCED b:8"))).toBeUndefined();
  });
});

describe("an address of a Redis", () => {
  it("is read whole", () => {
    expect(redisSettingsOf("rediss://user:p%40ss@example.org/2")).toEqual({
      target: { kind: "standalone", host: "example.org", port: 6379 },
      database: 2,
      username: "user",
      password: "p@ss",
      tls: {},
    });
    expect(redisSettingsOf("redis://[::1]:7000")).toMatchObject({ target: { host: "::1", port: 7000 }, database: 0 });
  });

  it("may name Sentinels or the nodes of a cluster", () => {
    expect(redisSettingsOf("redis+sentinel://u:p@s1,s2:7000,[::1]/grid%201/3")).toEqual({
      target: {
        kind: "sentinel",
        name: "grid 1",
        sentinels: [
          { host: "s1", port: 26379 },
          { host: "s2", port: 7000 },
          { host: "::1", port: 26379 },
        ],
      },
      database: 3,
      username: "u",
      password: "p",
      tls: undefined,
    });
    expect(redisSettingsOf("rediss+cluster://:p:q@n1:7001,n2")).toEqual({
      target: {
        kind: "cluster",
        nodes: [
          { host: "n1", port: 7001 },
          { host: "n2", port: 6379 },
        ],
      },
      database: 0,
      username: undefined,
      password: "p:q",
      tls: {},
    });
  });

  it.each([
    "example.org:6379",
    "http://example.org",
    "redis://",
    "redis://h/x",
    "redis://h/1/2",
    "redis://a,b",
    "redis://:geheim@h:port",
    "redis://:geheim%@h",
    "redis://h:70000",
    "redis+sentinel://h",
    "redis+sentinel://h,,h/name",
    "redis+cluster://:geheim@h/2",
    "redis+socket://h",
  ])("is refused, without being repeated: %s", (url) => {
    expect(() => redisSettingsOf(url)).toThrow(
      expect.objectContaining({ code: "config.redis.url", message: expect.not.stringContaining("geheim") }),
    );
  });
});

/** A relay in front of Redis that can start to swallow what the client says on the connections open at that moment. */
async function startHole(
  target: number,
): Promise<{ port: number; swallow(): void; connections(): number; close(): Promise<void> }> {
  const sockets: Socket[] = [];
  const swallowed = new Set<Socket>();
  const server: Server = createServer((near) => {
    const far = dial(target, "127.0.0.1");
    sockets.push(near);
    near.on("data", (chunk) => {
      if (!swallowed.has(near)) far.write(chunk);
    });
    far.on("data", (chunk) => near.write(chunk));
    near.on("close", () => far.destroy());
    for (const end of [near, far]) end.on("error", () => {});
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    port: (server.address() as AddressInfo).port,
    swallow: () => {
      for (const socket of sockets) swallowed.add(socket);
    },
    connections: () => sockets.length,
    close: () => {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
