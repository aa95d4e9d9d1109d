import { afterEach, describe, expect, it } from "vitest";
import { NodeTimers } from "../../adapters/io/node/clock.ts";
import {
  type PrivateRedis,
  type PrivateRedisOptions,
  startPrivateRedis,
} from "../../adapters/io/node/private-redis.ts";
import { connectRedis, type RedisConnection } from "../../adapters/io/node/redis.ts";
import { redisSettingsOf } from "../../adapters/io/node/redis-settings.ts";
import type { Timers } from "../../adapters/io/timers.ts";
import type { RedisSettings } from "../config/config.ts";
import { CHECK_EVERY_MS, RedisWatch } from "./redis-watch.ts";

const cleanups: (() => Promise<unknown> | unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

const KEEPING: PrivateRedisOptions = {
  appendonly: true,
  appendfsync: "always",
  extraArgs: ["--maxmemory", "64mb", "--repl-diskless-sync-delay", "0"],
};

interface Rig {
  readonly redis: PrivateRedis;
  readonly watch: RedisWatch;
  readonly admin: RedisConnection;
  readonly lines: string[];
  /** What waits for longer than a second, by how long; called when the test says so. */
  readonly due: Map<number, () => void>;
}

async function rig(
  server: PrivateRedisOptions,
  more: Partial<RedisSettings> = {},
  credentials: { readonly password?: string } = {},
): Promise<Rig> {
  const redis = await startPrivateRedis(server);
  cleanups.push(() => redis.stop());
  const settings = { ...redisSettingsOf(redis.url), ...credentials };
  const lines: string[] = [];
  const effects = connectRedis(settings, "effects", { onFault: (fault) => watch.fault(fault) });
  const admin = connectRedis(settings, "reader");
  const due = new Map<number, () => void>();
  const watch: RedisWatch = new RedisWatch({
    redis: { effects },
    config: { redis: redisConfig(settings.target, more) },
    log: { info: (_, text) => lines.push(`info ${text}`), warn: (_, text) => lines.push(`warn ${text}`) },
    timers: patient(due),
  });
  cleanups.push(
    () => effects.close(),
    () => admin.close(),
    () => watch.stop(),
  );
  return { redis, watch, admin, lines, due };
}

function redisConfig(target: RedisSettings["target"], more: Partial<RedisSettings>): RedisSettings {
  return {
    target,
    database: 0,
    username: undefined,
    password: undefined,
    tls: undefined,
    commandTimeoutMs: 400,
    wait: "none",
    allowLossySettings: false,
    ...more,
  };
}

/** Real time, except that long waits end when the test says so. */
function patient(due: Map<number, () => void>): Timers {
  const real = new NodeTimers();
  return {
    now: () => real.now(),
    wall: () => real.wall(),
    at: (instant, callback) => {
      const ms = Math.round(instant - real.now());
      if (ms <= 1_000) return real.at(instant, callback);
      due.set(ms, callback);
      return () => void due.delete(ms);
    },
  };
}

describe("before the start", () => {
  it("nothing is said of a Redis that keeps what it takes", async () => {
    const { watch, lines } = await rig(KEEPING);
    expect(watch.state).toBe("waiting");
    await watch.untilUsable();
    expect(watch.state).toBe("usable");
    expect(watch.findings).toEqual([]);
    expect(lines).toEqual([]);
  });

  it("an agent is not started with settings that lose data, and is told what to change", async () => {
    const lossy: PrivateRedisOptions = {
      appendonly: false,
      extraArgs: ["--maxmemory", "64mb", "--maxmemory-policy", "allkeys-lru"],
    };
    const { redis, watch, lines } = await rig(lossy);
    const node = `127.0.0.1:${redis.port}`;
    await expect(watch.untilUsable()).rejects.toMatchObject({
      code: "queue.lossy",
      blame: "operator",
      retry: "never",
      message:
        "this Redis would lose what it confirmed: " +
        `${node}: with maxmemory-policy allkeys-lru Redis deletes jobs, leases and device memories when its memory is full ` +
        "(CONFIG SET maxmemory-policy noeviction, and the same in redis.conf); " +
        `${node}: with appendonly no a restart of Redis loses everything since its last snapshot ` +
        "(CONFIG SET appendonly yes, and the same in redis.conf); " +
        "or set redis.allowLossySettings: true to run anyway",
    });
    expect(watch.state).toBe("unusable");

    const allowed = await rig(lossy, { allowLossySettings: true });
    await allowed.watch.untilUsable();
    expect(allowed.watch.state).toBe("usable");
    expect(allowed.watch.losing.map((one) => one.setting)).toEqual(["maxmemory-policy", "appendonly"]);
    expect(allowed.lines.filter((line) => line.startsWith("warn"))).toHaveLength(allowed.watch.findings.length);
    expect(lines.join()).toContain("allkeys-lru");
  });

  it("an agent is not started where no commit can ever be as durable as asked for, allowed or not", async () => {
    const { watch, admin } = await rig(KEEPING, { wait: "aof", allowLossySettings: true });
    const known: unknown = await admin.client.call("COMMAND", "INFO", "WAITAOF");
    if (Array.isArray(known) && known[0] !== null) await watch.untilUsable();
    else
      await expect(watch.untilUsable()).rejects.toMatchObject({
        code: "queue.unfit",
        message: expect.stringContaining("WAITAOF"),
      });
  });

  it("a wrong password is told in Redis' words, without it, and is waited out", async () => {
    const locked = { ...KEEPING, extraArgs: [...(KEEPING.extraArgs ?? []), "--requirepass", "sesame"] };
    const { redis, watch, lines } = await rig(locked, {}, { password: "simsim" });
    const usable = watch.untilUsable();
    await expect.poll(() => lines.join()).toContain("WRONGPASS");
    expect(watch.state).toBe("waiting");
    expect(watch.lastFault).toMatchObject({ code: "queue.denied", blame: "operator" });
    expect(lines.join()).not.toContain("simsim");
    const friend = connectRedis({ ...redisSettingsOf(redis.url), password: "sesame" }, "reader");
    cleanups.push(() => friend.close());
    await friend.client.config("SET", "requirepass", "simsim");
    await usable;
    expect(watch.state).toBe("usable");
  });

  it("a replica that is on its way is waited for", async () => {
    const { redis, watch, admin, lines } = await rig(
      { ...KEEPING, extraArgs: [...(KEEPING.extraArgs ?? []), "--min-replicas-to-write", "1"] },
      { wait: { replicas: 1 } },
    );
    const usable = watch.untilUsable();
    await expect.poll(() => lines.join()).toContain("durability asks for 1 replicas, 0 are connected");
    expect(watch.state).toBe("waiting");
    const replica = await startPrivateRedis({ extraArgs: ["--replicaof", "127.0.0.1", `${redis.port}`] });
    cleanups.push(() => replica.stop());
    await usable;
    expect(watch.state).toBe("usable");
    expect(lines.filter((line) => line.includes("waiting for Redis"))).toHaveLength(1);
    expect(await admin.client.wait(1, 2_000)).toBe(1);
  });
});

describe("while running", () => {
  it("settings are looked at every minute: a change is warned of, and its end is told", async () => {
    const { watch, admin, lines, due } = await rig(KEEPING);
    await watch.untilUsable();
    await admin.client.config("SET", "appendonly", "no");
    const look = async (): Promise<void> => {
      const callback = due.get(CHECK_EVERY_MS);
      due.clear();
      callback?.();
      await expect.poll(() => due.has(CHECK_EVERY_MS)).toBe(true);
    };
    await look();
    expect(watch.state).toBe("usable");
    expect(watch.losing).toMatchObject([{ setting: "appendonly", severity: "loses" }]);
    expect(lines).toEqual([expect.stringMatching(/^warn Redis: with appendonly no .*CONFIG SET appendonly yes/)]);
    await look();
    expect(lines).toHaveLength(1);
    await admin.client.config("SET", "appendonly", "yes");
    await look();
    expect(watch.losing).toEqual([]);
    expect(lines.at(-1)).toMatch(/^info Redis: no longer so on .*: with appendonly no/);
  });

  it("every outage is told once, and its end, after which the settings are looked at soon", async () => {
    const { redis, watch, lines, due } = await rig(KEEPING);
    await watch.untilUsable();
    for (let outage = 1; outage <= 2; outage++) {
      await redis.kill();
      await expect.poll(() => lines.filter((line) => line.includes("ECONNREFUSED")).length).toBe(outage);
      expect(watch.connected).toBe(false);
      due.clear();
      await redis.restart();
      await expect.poll(() => lines.filter((line) => line.includes("answers again")).length).toBe(outage);
      expect(watch.connected).toBe(true);
      expect([...due.keys()].some((ms) => ms < CHECK_EVERY_MS)).toBe(true);
    }
  });
});
