import { mkdirSync, rmSync } from "node:fs";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { connectRedis, type RedisClient, type RedisConnection } from "../../adapters/io/node/redis.ts";
import { redisSettingsOf } from "../../adapters/io/node/redis-settings.ts";
import type { Config } from "../config/config.ts";
import { AgentPair, type PairMember, until } from "./agent-pair.testing.ts";

const LIGHTS = 6;
const KEYS_TO_LOAD = 600;

const pair = new AgentPair();
let hole: BlackHole;
let admin: RedisConnection;
let a: PairMember;

beforeAll(async () => {
  await pair.start(LIGHTS, {
    extraArgs: ["--enable-debug-command", "local", "--loading-process-events-interval-bytes", "1024"],
  });
  hole = await BlackHole.before(pair.redis.port);
  admin = connectRedis(redisSettingsOf(pair.redis.url), "reader");
  a = await pair.join("a", throughTheHole);
  await until(() => a.source.status().groups[0]?.role === "active");
  await pair.join("b", throughTheHole);
  await pair.switchOnLights(50);
  await until(() => a.source.status().devices["oslp"]?.online === LIGHTS);
}, 40_000);

afterAll(async () => {
  await pair.stop();
  await admin?.close();
  await hole?.close();
});

function throughTheHole(config: Config): Config {
  return { ...config, redis: { ...config.redis, target: { kind: "standalone", host: "127.0.0.1", port: hole.port } } };
}

interface Fault {
  readonly name: string;
  begin(client: RedisClient): Promise<unknown>;
  end(client: RedisClient): Promise<unknown>;
  /** What the agent says of it, in its log. */
  readonly says: RegExp;
}

const set = (client: RedisClient, setting: string, value: string): Promise<unknown> =>
  client.config("SET", setting, value);

const FAULTS: readonly Fault[] = [
  {
    name: "is full (OOM)",
    begin: (client) => set(client, "maxmemory", "1"),
    end: (client) => set(client, "maxmemory", "0"),
    says: /to the spool: Redis says: OOM/,
  },
  {
    name: "became a replica (READONLY)",
    begin: (client) => client.call("REPLICAOF", "127.0.0.1", "1"),
    end: (client) => client.call("REPLICAOF", "NO", "ONE"),
    says: /to the spool: Redis (says: READONLY|does not answer)/,
  },
  {
    name: "has too few replicas (NOREPLICAS)",
    begin: (client) => set(client, "min-replicas-to-write", "1"),
    end: (client) => set(client, "min-replicas-to-write", "0"),
    says: /to the spool: Redis says: NOREPLICAS/,
  },
  {
    name: "cannot write its snapshot (MISCONF)",
    begin: async (client) => {
      // Nothing can be renamed to the name of a directory.
      mkdirSync(join(pair.redis.dir, "dump.rdb"));
      await set(client, "save", "3600 1000000");
      await client.call("BGSAVE");
    },
    end: async (client) => {
      rmSync(join(pair.redis.dir, "dump.rdb"), { recursive: true });
      await client.call("BGSAVE");
      await set(client, "save", "");
    },
    says: /to the spool: Redis says: MISCONF/,
  },
  {
    name: "is loading its data (LOADING)",
    begin: async (client) => {
      for (let i = 0; i < KEYS_TO_LOAD; i++) await client.set(`filler:${i}`, "x".repeat(200));
      await set(client, "key-load-delay", "4000");
      void client.call("DEBUG", "RELOAD").catch(() => undefined);
    },
    end: async (client) => {
      await expect.poll(() => client.ping().catch(() => "loading"), { timeout: 15_000 }).toBe("PONG");
      await set(client, "key-load-delay", "0");
    },
    says: /to the spool: Redis (says: LOADING|does not answer)/,
  },
  {
    name: "is frozen (SIGSTOP)",
    begin: () => Promise.resolve(process.kill(pair.redis.pid, "SIGSTOP")),
    end: () => Promise.resolve(process.kill(pair.redis.pid, "SIGCONT")),
    says: /to the spool: Redis (did|does) not answer/,
  },
  {
    name: "works on one thing for long (DEBUG SLEEP)",
    begin: (client) => {
      void client.call("DEBUG", "SLEEP", "1.2").catch(() => undefined);
      return Promise.resolve();
    },
    end: async (client) => {
      await expect.poll(() => client.ping().catch(() => "asleep"), { timeout: 10_000 }).toBe("PONG");
    },
    says: /to the spool: Redis (did|does) not answer/,
  },
  {
    name: "is behind a black hole",
    begin: () => Promise.resolve(hole.swallow()),
    end: () => Promise.resolve(hole.open()),
    says: /to the spool: Redis (did|does) not answer/,
  },
  {
    name: "was killed and is started again",
    begin: () => pair.redis.kill(),
    end: () => pair.redis.restart(),
    says: /to the spool: Redis does not answer/,
  },
];

describe("while Redis cannot take commits, devices are acknowledged from the spool, and after it nothing is left there", () => {
  it.each(FAULTS)(
    "when it $name",
    async ({ begin, end, says }) => {
      const { source, log } = a;
      await until(() => source.status().spool.messages === 0 && source.health().ready);
      log.lines.length = 0;
      const before = source.status();
      await begin(admin.client);
      try {
        await until(() => source.status().spool.messages >= 2 * LIGHTS, 8_000);
        expect(log.lines.join("\n")).toMatch(says);
        expect(storedOf(source.status())).toBeGreaterThan(storedOf(before));
      } finally {
        await end(admin.client);
      }
      await until(() => source.status().spool.messages === 0, 15_000);
      await until(() => log.lines.some((line) => line.includes("the queue takes messages again")), 5_000);
      const after = source.status();
      expect(after.groups[0]).toMatchObject({ role: "active", epoch: before.groups[0]?.epoch });
      expect(Object.values(after.messages.dropped).reduce((sum, count) => sum + count, 0)).toBe(0);
      expect(after.redis.state).toBe("usable");
    },
    40_000,
  );
});

function storedOf(status: ReturnType<PairMember["source"]["status"]>): number {
  return Object.values(status.messages.stored).reduce((sum, count) => sum + (count ?? 0), 0);
}

/** Stands before Redis; told to, it takes everything and answers nothing, connections that are opened then included. */
class BlackHole {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #swallows = false;

  private constructor(target: number) {
    this.#server = createServer((near) => {
      const far = connect(target, "127.0.0.1");
      const lost = this.#swallows;
      near.on("data", (chunk) => {
        if (!this.#swallows && !lost) far.write(chunk);
      });
      far.on("data", (chunk) => {
        if (!this.#swallows && !lost) near.write(chunk);
      });
      near.on("close", () => far.destroy());
      far.on("close", () => near.destroy());
      for (const end of [near, far]) {
        this.#sockets.add(end);
        end.on("error", () => {});
        end.on("close", () => this.#sockets.delete(end));
      }
    });
  }

  static async before(target: number): Promise<BlackHole> {
    const made = new BlackHole(target);
    await new Promise<void>((resolve) => made.#server.listen(0, "127.0.0.1", resolve));
    return made;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  swallow(): void {
    this.#swallows = true;
  }

  open(): void {
    this.#swallows = false;
  }

  close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    return new Promise((resolve) => this.#server.close(() => resolve()));
  }
}
