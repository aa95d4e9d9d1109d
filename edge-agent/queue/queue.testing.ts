import { type CommonRedisOptions, Redis } from "ioredis";
import {
  type PrivateRedis,
  type PrivateRedisOptions,
  startPrivateRedis,
} from "../../adapters/io/node/private-redis.ts";
import type { CommitEntry } from "../model/commit.ts";
import type { Message } from "../model/message.ts";
import type { Reign } from "../model/reign.ts";
import { stamp } from "../model/stamp.ts";

type ClientOptions = Pick<
  CommonRedisOptions,
  "maxRetriesPerRequest" | "autoResendUnfulfilledCommands" | "username" | "password"
>;

/** A redis-server for one test file, and the clients its tests open. */
export interface TestRedis extends PrivateRedis {
  client(options?: ClientOptions): Redis;
  /** A client that fails fast and repeats nothing, like the committer's in the field. */
  effects(): Redis;
  close(): Promise<void>;
}

export async function startTestRedis(options: PrivateRedisOptions = {}): Promise<TestRedis> {
  const extraArgs = ["--repl-diskless-sync-delay", "0", ...(options.extraArgs ?? [])];
  const server = await startPrivateRedis({ appendonly: true, ...options, extraArgs });
  const clients: Redis[] = [];
  const client = (more: ClientOptions = {}): Redis => {
    const one = new Redis({ port: server.port, host: "127.0.0.1", retryStrategy: () => 10, ...more });
    one.on("error", () => undefined);
    clients.push(one);
    return one;
  };
  return {
    port: server.port,
    url: server.url,
    dir: server.dir,
    get pid() {
      return server.pid;
    },
    kill: () => server.kill(),
    stop: () => server.stop(),
    restart: () => server.restart(),
    client,
    effects: () => client({ maxRetriesPerRequest: 0, autoResendUnfulfilledCommands: false }),
    async close(): Promise<void> {
      for (const one of clients) one.disconnect();
      // A primary asked to stop waits for its replicas; nobody needs these data.
      await server.kill();
      await server.stop();
    },
  };
}

/** Waits for a condition, at most `withinMs`. */
export async function until(condition: () => boolean | Promise<boolean>, withinMs: number = 5_000): Promise<void> {
  const deadline = performance.now() + withinMs;
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(`not so within ${withinMs} ms: ${condition}`);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

export function message(device: string, sequence: number, epoch: number = 7, text: string = "switched on"): Message {
  return stamp(
    {
      id: `oslp-${device}-${epoch}-${sequence}`,
      type: "busbar.event.v1",
      subject: device,
      time: "2026-11-21T00:15:00.000Z",
      timesource: "device",
      protocol: "oslp",
      data: {
        cause: "spontaneous",
        historical: false,
        code: "light.on",
        category: "light",
        severity: "info",
        nativeCode: "LIGHT_EVENTS_LIGHT_ON",
        text,
      },
    },
    { source: "/sub-042/gw", agent: "a", epoch, sequence, recordedtime: "2026-11-21T00:15:00.417Z" },
  );
}

export function entry(device: string, sequence: number, memory?: CommitEntry["memory"]): CommitEntry {
  return { device, messages: [message(device, sequence)], memory };
}

/** A reign that lasts until `over` is set. */
export function reignOf(holder: string, epoch: number): Reign & { over: boolean } {
  return {
    group: "g",
    holder,
    epoch,
    over: false,
    mayAct(): boolean {
      return !this.over;
    },
  };
}
