import process from "node:process";
import { Redis } from "ioredis";
import { startPrivateRedis } from "../../adapters/io/node/private-redis.ts";
import type { RedisClient } from "../../adapters/io/node/redis.ts";

/** The Redis of a bed, whatever it is made of. */
export interface RedisBed {
  /** Where the one that takes writes listens. */
  readonly port: number;
  readonly url: string;
  /** What the configuration of an agent says about it; `by` where something stands in between. */
  section(by?: { readonly host: string; readonly port: number }): Readonly<Record<string, unknown>>;
  /** A connection for looking at things, past every proxy. It waits for Redis to come back. */
  client(): RedisClient;
  /** SIGKILL, and waits until it is gone. */
  kill(): Promise<void>;
  /** Starts it again with the same data. */
  restart(): Promise<void>;
  freeze(): void;
  thaw(): void;
  stop(): Promise<void>;
}

/** One server that writes every change to its append-only file, and to the disk once a second. */
export async function startStandalone(options: { readonly dir: string; readonly port?: number }): Promise<RedisBed> {
  const server = await startPrivateRedis({ ...options, appendonly: true, appendfsync: "everysec" });
  const clients: Redis[] = [];
  return {
    port: server.port,
    url: server.url,
    section: (by) => ({ url: `redis://${by?.host ?? "127.0.0.1"}:${by?.port ?? server.port}` }),
    client: () => {
      const client = new Redis({
        host: "127.0.0.1",
        port: server.port,
        retryStrategy: () => 50,
        // A server that is frozen for seconds by the campaign is waited out: this client only watches.
        commandTimeout: 20_000,
      });
      client.on("error", () => {});
      clients.push(client);
      return client;
    },
    kill: () => server.kill(),
    restart: () => server.restart(),
    freeze: () => signal(server.pid, "SIGSTOP"),
    thaw: () => signal(server.pid, "SIGCONT"),
    stop: async () => {
      for (const client of clients) client.disconnect();
      await server.kill();
      await server.stop();
    },
  };
}

function signal(pid: number, name: NodeJS.Signals): void {
  // 0 would be our own process group.
  if (pid > 0) process.kill(pid, name);
}
