import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { freePort, type PrivateRedis, startPrivateRedis } from "./private-redis.ts";
import { connectRedis, type RedisConnection } from "./redis.ts";
import { toRedisFault } from "./redis-fault.ts";
import { ensureRedisServer } from "./redis-server.ts";

const cleanups: (() => Promise<unknown> | unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function start(extraArgs: readonly string[]): Promise<PrivateRedis> {
  const redis = await startPrivateRedis({ extraArgs });
  cleanups.push(() => redis.stop());
  return redis;
}

function keep(connection: RedisConnection): RedisConnection {
  cleanups.push(() => connection.close());
  return connection;
}

describe("a cluster", () => {
  it("takes effects and scripts on keys behind one hash tag, and refuses others", async () => {
    // A node that never met another does not know its own address.
    const node = await start(["--cluster-enabled", "yes", "--cluster-announce-ip", "127.0.0.1"]);
    const admin = keep(connectRedis({ target: { kind: "standalone", host: "127.0.0.1", port: node.port } }, "reader"));
    await admin.client.call("CLUSTER", "ADDSLOTSRANGE", "0", "16383");
    await expect.poll(() => admin.client.call("CLUSTER", "INFO"), { timeout: 10_000 }).toContain("cluster_state:ok");

    const target = { kind: "cluster", nodes: [{ host: "127.0.0.1", port: node.port }] } as const;
    const effects = keep(connectRedis({ target }, "effects"));
    await effects.ready({ timeoutMs: 5_000 });
    expect(await effects.client.set("{busbar:g}:a", "1")).toBe("OK");
    const script = "return redis.call('GET', KEYS[1]) .. redis.call('INCR', KEYS[2])";
    expect(await effects.client.eval(script, 2, "{busbar:g}:a", "{busbar:g}:b")).toBe("11");
    const crossing = await effects.client.eval(script, 2, "{busbar:g}:a", "{busbar:h}:b").catch(toRedisFault);
    expect(crossing).toMatchObject({ blame: "us" });

    await node.kill();
    const cut = await effects.client.get("{busbar:g}:a").catch(toRedisFault);
    expect(cut).toMatchObject({ code: "queue.unavailable" });
    await node.restart();
    await expect
      .poll(() => effects.client.set("{busbar:g}:a", "2").catch(() => "not yet"), { timeout: 10_000 })
      .toBe("OK");
  });
});

describe("sentinels", () => {
  it("show the way to the primary, and to the next one after a failover", async () => {
    const primary = await start([]);
    const replica = await start(["--replicaof", "127.0.0.1", `${primary.port}`]);
    const sentinel = await startSentinel(primary.port);
    const admin = keep(connectRedis({ target: { kind: "standalone", host: "127.0.0.1", port: sentinel } }, "reader"));
    await expect
      .poll(async () => String(await admin.client.call("SENTINEL", "REPLICAS", "busbar")), { timeout: 15_000 })
      .toContain(`${replica.port}`);

    const target = { kind: "sentinel", sentinels: [{ host: "127.0.0.1", port: sentinel }], name: "busbar" } as const;
    const effects = keep(connectRedis({ target }, "effects"));
    await effects.ready({ timeoutMs: 5_000 });
    expect(await effects.client.set("k", "before")).toBe("OK");
    expect(await effects.client.info("server")).toContain(`tcp_port:${primary.port}`);
    await primary.kill();
    await expect.poll(() => effects.client.set("k", "after").catch(() => "not yet"), { timeout: 15_000 }).toBe("OK");
    expect(await effects.client.info("server")).toContain(`tcp_port:${replica.port}`);
  });
});

async function startSentinel(primaryPort: number): Promise<number> {
  const program = await ensureRedisServer();
  const dir = mkdtempSync(join(tmpdir(), "busbar-sentinel-"));
  const port = await freePort();
  const file = join(dir, "sentinel.conf");
  const monitor = `sentinel monitor busbar 127.0.0.1 ${primaryPort} 1`;
  const patience = "sentinel down-after-milliseconds busbar 300\nsentinel failover-timeout busbar 2000";
  writeFileSync(
    file,
    `port ${port}\nbind 127.0.0.1\ndir ${dir}\nlogfile ${join(dir, "log")}\n${monitor}\n${patience}\n`,
  );
  const child: ChildProcess = spawn(program, [file, "--sentinel"], { stdio: "ignore" });
  cleanups.push(async () => {
    const gone = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGKILL");
    await gone;
    rmSync(dir, { recursive: true, force: true });
  });
  return port;
}
