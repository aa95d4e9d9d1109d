import { execFileSync, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { type PrivateRedis, startPrivateRedis } from "./private-redis.ts";

const started: PrivateRedis[] = [];
afterEach(async () => {
  for (const redis of started.splice(0)) await redis.stop();
});

async function start(options: Parameters<typeof startPrivateRedis>[0]): Promise<PrivateRedis> {
  const redis = await startPrivateRedis(options);
  started.push(redis);
  return redis;
}

function say(port: number, command: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, "127.0.0.1", () => socket.write(`${command}\r\n`));
    socket.once("error", reject);
    socket.once("data", (reply) => {
      socket.destroy();
      resolve(reply.toString());
    });
  });
}

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (_gone) {
    return false;
  }
  // A zombie still has a pid.
  return !execFileSync("ps", ["-o", "stat=", "-p", `${pid}`], { encoding: "utf8" })
    .trim()
    .startsWith("Z");
}

describe("a private redis-server", () => {
  it("answers on 127.0.0.1 alone, never evicts, and takes its directory with it", async () => {
    const redis = await start({});
    expect(await say(redis.port, "PING")).toBe("+PONG\r\n");
    expect(await say(redis.port, "CONFIG GET maxmemory-policy")).toContain("noeviction");
    expect(await say(redis.port, "CONFIG GET bind")).toContain("127.0.0.1");
    const { dir, pid } = redis;
    await redis.stop();
    await redis.stop();
    expect(alive(pid)).toBe(false);
    expect(existsSync(dir)).toBe(false);
  });

  it("keeps its data through kill -9 and restart on the same port", async () => {
    const redis = await start({ appendonly: true, appendfsync: "always" });
    const { port, pid } = redis;
    await say(port, "SET k v");
    await redis.kill();
    expect(alive(pid)).toBe(false);
    await redis.restart();
    expect(redis.port).toBe(port);
    expect(redis.pid).not.toBe(pid);
    expect(await say(port, "GET k")).toBe("$1\r\nv\r\n");
    await redis.restart();
    expect(await say(port, "GET k")).toBe("$1\r\nv\r\n");
  });

  it("may be restarted by two at once, and killed meanwhile", async () => {
    const redis = await start({ appendonly: true, appendfsync: "always" });
    await say(redis.port, "SET k v");
    await Promise.all([redis.restart(), redis.restart(), redis.kill(), redis.restart()]);
    expect(await say(redis.port, "GET k")).toBe("$1\r\nv\r\n");
  });

  it("keeps a directory it was given", async () => {
    const dir = mkdtempSync(join(tmpdir(), "busbar-given-"));
    const redis = await start({ dir, appendonly: true });
    await redis.stop();
    expect(readdirSync(dir)).toContain("redis.log");
    rmSync(dir, { recursive: true });
  });

  it("takes its directory with it while it writes a snapshot", async () => {
    const redis = await start({ extraArgs: ["--rdb-key-save-delay", "20000"] });
    for (let i = 0; i < 50; i++) await say(redis.port, `SET key${i} value`);
    expect(await say(redis.port, "BGSAVE")).toContain("saving started");
    await expect.poll(() => readdirSync(redis.dir).some((name) => name.startsWith("temp-"))).toBe(true);
    await redis.kill();
    const { dir } = redis;
    await redis.stop();
    expect(existsSync(dir)).toBe(false);
    expect(execFileSync("ps", ["-eo", "args"], { encoding: "utf8" })).not.toContain(`:${redis.port}`);
  });

  it("ends a stopped (SIGSTOP) server too", async () => {
    const redis = await start({});
    const { pid } = redis;
    process.kill(pid, "SIGSTOP");
    await redis.stop();
    expect(alive(pid)).toBe(false);
  });

  it("says why where it does not come up", async () => {
    const redis = await start({});
    await expect(startPrivateRedis({ port: redis.port })).rejects.toMatchObject({
      code: "queue.redis-server.not-started",
      message: expect.stringMatching(/bind|listen/i),
    });
  });

  it("dies with its parent when that is killed with SIGKILL", async () => {
    const module = join(import.meta.dirname, "../../../dist/adapters/io/node/private-redis.js");
    const script = `import(${JSON.stringify(module)}).then(async (m) => {
      const redis = await m.startPrivateRedis();
      process.stdout.write(JSON.stringify({ pid: redis.pid, dir: redis.dir }) + "\\n");
      setInterval(() => {}, 1000);
    });`;
    const parent = spawn(process.execPath, ["--input-type=module", "-e", script], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const line = await new Promise<string>((resolve, reject) => {
      parent.stdout.once("data", (chunk: Buffer) => resolve(chunk.toString()));
      parent.once("exit", () => reject(new Error("the parent ended by itself: run the build first")));
    });
    const { pid, dir } = JSON.parse(line);
    expect(alive(pid)).toBe(true);
    parent.kill("SIGKILL");
    await expect.poll(() => alive(pid), { timeout: 5_000 }).toBe(false);
    await expect.poll(() => existsSync(dir), { timeout: 5_000 }).toBe(false);
  });
});
