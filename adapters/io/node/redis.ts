import { Cluster, Redis } from "ioredis";
import { EdgeError } from "../../kit/edge-error.ts";
import { skipSettled } from "./redis-cluster-nodes.ts";
import { corkWrites } from "./redis-cork.ts";
import { redisErrorPrefix, toRedisFault } from "./redis-fault.ts";
import { type RedisConnectSettings, toTlsOptions } from "./redis-settings.ts";
import { type ResetWatch, watchTimeouts } from "./redis-watch.ts";

/**
 * `effects`: commits, the lease, the ledger. Fails fast, queues nothing, repeats nothing: what is not answered is the
 * spool's business. `worker`: BullMQ's workers, which wait for ever and reconnect by themselves. `reader`: looks at
 * things for people; waits for the connection, but not for ever.
 */
export type RedisRole = "effects" | "worker" | "reader";

export type RedisClient = Redis | Cluster;

export interface RedisConnection {
  readonly role: RedisRole;
  readonly client: RedisClient;
  /** Times a silent connection was thrown away and opened anew. */
  readonly resets: number;
  /** Resolves when commands may be sent; rejects with `queue.unavailable` after `timeoutMs`, or with the last refusal. */
  ready(options: { readonly timeoutMs: number; readonly signal?: AbortSignal | undefined }): Promise<void>;
  /** Sends what is under way, then closes. Never rejects. */
  close(): Promise<void>;
}

export interface ConnectRedisOptions {
  /** Connection faults, for logs: called while reconnecting too, once per attempt. Must not throw. */
  readonly onFault?: (fault: EdgeError) => void;
  /** Shown by CLIENT LIST. */
  readonly name?: string | undefined;
}

const COMMAND_TIMEOUT_MS = 400;
/** BullMQ's blocking reads last 10 s at most: silence for longer than this is a dead connection. */
const WORKER_SILENCE_MS = 15_000;
const READER_TIMEOUT_MS = 2_000;
const CONNECT_TIMEOUT_MS = 2_000;
/** How long a connection that is given up may still be half open; the default of 2 s would be 2 s of spooling. */
const DISCONNECT_TIMEOUT_MS = 50;
const RETRY_STEP_MS = 50;
const RETRY_MAX_MS = 500;
const CLOSE_TIMEOUT_MS = 1_000;

/** Opens a connection that keeps reconnecting until it is closed. Does not wait for it: see `ready`. */
export function connectRedis(
  settings: RedisConnectSettings,
  role: RedisRole,
  options: ConnectRedisOptions = {},
): RedisConnection {
  const client =
    settings.target.kind === "cluster" ? clusterOf(settings, role, options) : redisOf(settings, role, options);
  return new Connection({ client, role, settings, onFault: options.onFault ?? (() => {}) });
}

class Connection implements RedisConnection {
  readonly role: RedisRole;
  readonly client: RedisClient;
  readonly #watch: ResetWatch | undefined;
  #lastFault: EdgeError | undefined;

  constructor(parts: {
    readonly client: RedisClient;
    readonly role: RedisRole;
    readonly settings: RedisConnectSettings;
    readonly onFault: (fault: EdgeError) => void;
  }) {
    this.role = parts.role;
    this.client = parts.client;
    // Without a listener ioredis writes to the console by itself.
    this.client.on("error", (error: unknown) => {
      this.#lastFault = toRedisFault(error);
      parts.onFault(this.#lastFault);
    });
    if (parts.client instanceof Redis) corkWrites(parts.client);
    if (parts.role !== "worker") {
      this.#watch = watchTimeouts(parts.client, timeoutOf(parts.settings, parts.role));
    }
  }

  get resets(): number {
    return this.#watch?.resets ?? 0;
  }

  ready(options: { readonly timeoutMs: number; readonly signal?: AbortSignal | undefined }): Promise<void> {
    if (this.client.status === "ready") return Promise.resolve();
    return new Promise((resolve, reject) => {
      const end = (fault: unknown): void => {
        clearTimeout(timer);
        this.client.off("ready", onReady);
        this.client.off("end", onEnd);
        options.signal?.removeEventListener("abort", onAbort);
        if (fault === undefined) resolve();
        else reject(fault);
      };
      const onReady = (): void => end(undefined);
      const onEnd = (): void => end(this.#lastFault ?? unavailable("the connection was closed"));
      const onAbort = (): void => end(options.signal?.reason ?? unavailable("given up"));
      const timer = setTimeout(
        () => end(this.#lastFault ?? unavailable(`not connected after ${options.timeoutMs} ms`)),
        options.timeoutMs,
      );
      this.client.once("ready", onReady);
      this.client.once("end", onEnd);
      if (options.signal?.aborted === true) onAbort();
      else options.signal?.addEventListener("abort", onAbort, { once: true });
    });
  }

  async close(): Promise<void> {
    const client = this.client;
    if (client.status !== "ready") {
      client.disconnect();
      return;
    }
    await new Promise<void>((resolve) => {
      client.once("end", () => resolve());
      const lastWord = setTimeout(() => {
        client.disconnect();
        resolve();
      }, CLOSE_TIMEOUT_MS);
      client.once("end", () => clearTimeout(lastWord));
      client.quit().catch(() => client.disconnect());
    });
  }
}

function timeoutOf(settings: RedisConnectSettings, role: RedisRole): number {
  const effectMs = settings.commandTimeoutMs ?? COMMAND_TIMEOUT_MS;
  return role === "reader" ? Math.max(effectMs, READER_TIMEOUT_MS) : effectMs;
}

/** 50, 100, … 500 ms: the default backs off to 20 s, which would be 20 s of spooling after a Redis is back. */
function retryStrategy(attempt: number): number {
  return Math.min(attempt * RETRY_STEP_MS, RETRY_MAX_MS);
}

/** What a server says that was the primary when we connected and is no more: the next connection finds the one that is. */
const DEMOTED = new Set(["READONLY", "UNBLOCKED", "MASTERDOWN"]);

/** The refused command itself is not sent again: nothing of it was done, and who sent it decides. */
function reconnectOnError(error: Error): boolean {
  return DEMOTED.has(redisErrorPrefix(error) ?? "");
}

interface ClientOptions {
  readonly enableOfflineQueue: boolean;
  readonly maxRetriesPerRequest: number | null;
  readonly autoResendUnfulfilledCommands?: boolean;
  readonly commandTimeout?: number;
  readonly socketTimeout?: number;
  readonly connectTimeout?: number;
  readonly username?: string;
  readonly password?: string;
  readonly connectionName?: string;
}

/** Never `keyPrefix`: BullMQ's scripts and ours name their keys whole. */
function optionsOf(settings: RedisConnectSettings, role: RedisRole, options: ConnectRedisOptions): ClientOptions {
  const timeoutMs = timeoutOf(settings, role);
  const byRole: Readonly<Record<RedisRole, ClientOptions>> = {
    effects: {
      enableOfflineQueue: false,
      commandTimeout: timeoutMs,
      maxRetriesPerRequest: 0,
      autoResendUnfulfilledCommands: false,
    },
    worker: { enableOfflineQueue: true, maxRetriesPerRequest: null, socketTimeout: WORKER_SILENCE_MS },
    reader: { enableOfflineQueue: true, commandTimeout: timeoutMs, maxRetriesPerRequest: 1 },
  };
  return {
    ...byRole[role],
    connectTimeout: CONNECT_TIMEOUT_MS,
    ...(settings.username === undefined ? {} : { username: settings.username }),
    ...(settings.password === undefined ? {} : { password: settings.password }),
    ...(options.name === undefined ? {} : { connectionName: options.name }),
  };
}

function redisOf(settings: RedisConnectSettings, role: RedisRole, options: ConnectRedisOptions): Redis {
  const { target, tls } = settings;
  const common = {
    ...optionsOf(settings, role, options),
    db: settings.database ?? 0,
    retryStrategy,
    reconnectOnError,
    disconnectTimeout: DISCONNECT_TIMEOUT_MS,
    ...(tls === undefined ? {} : { tls: toTlsOptions(tls) }),
  };
  if (target.kind === "standalone") return new Redis({ ...common, host: target.host, port: target.port });
  if (target.kind !== "sentinel") throw unavailable("a cluster is not one server");
  return new Redis({
    ...common,
    sentinels: target.sentinels.map((one) => ({ host: one.host, port: one.port })),
    name: target.name,
    sentinelRetryStrategy: retryStrategy,
    sentinelCommandTimeout: CONNECT_TIMEOUT_MS,
    // The detector can disconnect in the middle of a connect and leave the client ended for ever (measured: 3 of 6
    // failovers). Our own watch on unanswered commands does its job.
    failoverDetector: false,
    ...(tls === undefined ? {} : { enableTLSForSentinelMode: true, sentinelTLS: toTlsOptions(tls) }),
  });
}

/**
 * How long a cluster client goes on by itself where a node is gone or a slot has no owner. An effect is never repeated:
 * whether it happened is not known. A worker's command bridges the failover of a node.
 */
const CLUSTER_PATIENCE = {
  effects: { maxRedirections: 3, retryDelayOnFailover: 0, retryDelayOnClusterDown: 0 },
  reader: { maxRedirections: 16, retryDelayOnFailover: 100, retryDelayOnClusterDown: 100 },
  worker: { maxRedirections: 100, retryDelayOnFailover: 100, retryDelayOnClusterDown: 100 },
} as const;

function clusterOf(settings: RedisConnectSettings, role: RedisRole, options: ConnectRedisOptions): Cluster {
  const { target, tls } = settings;
  if (target.kind !== "cluster") throw unavailable("not a cluster");
  const common = optionsOf(settings, role, options);
  const cluster = new Cluster(
    target.nodes.map((one) => ({ host: one.host, port: one.port })),
    {
      enableOfflineQueue: common.enableOfflineQueue,
      clusterRetryStrategy: retryStrategy,
      ...CLUSTER_PATIENCE[role],
      slotsRefreshTimeout: CONNECT_TIMEOUT_MS,
      redisOptions: {
        ...common,
        disconnectTimeout: DISCONNECT_TIMEOUT_MS,
        ...(tls === undefined ? {} : { tls: toTlsOptions(tls) }),
      },
    },
  );
  if (role !== "worker") skipSettled(cluster);
  return cluster;
}

function unavailable(message: string): EdgeError {
  return new EdgeError({ code: "queue.unavailable", blame: "network", retry: "backoff", message: `Redis: ${message}` });
}
