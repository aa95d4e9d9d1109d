import { Cluster } from "ioredis";
import { nodeOfKey } from "../../../adapters/io/node/redis-node.ts";
import { EdgeError } from "../../../adapters/kit/edge-error.ts";
import { groupTag, leaseToken } from "../../model/reign.ts";
import type {
  AcquireReply,
  AcquireRequest,
  LeaseStore,
  ObservedReply,
  ReleaseReply,
  ReleaseRequest,
  RenewReply,
  RenewRequest,
} from "../store.ts";
import { readAcquire, readObserved, readRelease, readRenew } from "./answers.ts";
import { ACQUIRE, type LeaseScript, OBSERVE, RELEASE, RENEW } from "./scripts.ts";

/** What we need of an ioredis connection; `Redis` and `Cluster` both have it. */
export interface LeaseConnection {
  evalsha(sha: string, keyCount: number, ...args: (string | number)[]): Promise<unknown>;
  eval(text: string, keyCount: number, ...args: (string | number)[]): Promise<unknown>;
  wait(replicas: number, timeoutMs: number): Promise<number>;
}

export interface RedisLeaseStoreOptions {
  readonly group: string;
  /**
   * An acquire counts only once so many replicas have it (WAIT), so that a failover does not forget the epoch. 0: no
   * waiting, for a Redis without replicas.
   */
  readonly waitReplicas?: number;
  /** How long WAIT may take, in milliseconds; it must fit into the attempt timeout. */
  readonly waitTimeoutMs?: number;
}

const WAIT_TIMEOUT_MS = 200;

/**
 * The lease of one group in Redis. Give it a connection that does not queue commands while it is offline and does not
 * resend them after a reconnect (`enableOfflineQueue: false`, `autoResendUnfulfilledCommands: false`,
 * `maxRetriesPerRequest: 0`): a question that could not be asked in time must not be asked later.
 */
export class RedisLeaseStore implements LeaseStore {
  readonly #connection: LeaseConnection;
  readonly #keys: readonly string[];
  readonly #waitReplicas: number;
  readonly #waitTimeoutMs: number;

  constructor(connection: LeaseConnection, options: RedisLeaseStoreOptions) {
    const tag = groupTag(options.group);
    this.#connection = connection;
    this.#keys = [`${tag}:lease`, `${tag}:epoch`, `${tag}:owner`, `${tag}:config`, `${tag}:next`];
    this.#waitReplicas = options.waitReplicas ?? 0;
    this.#waitTimeoutMs = options.waitTimeoutMs ?? WAIT_TIMEOUT_MS;
  }

  async acquire(request: AcquireRequest): Promise<AcquireReply> {
    const { holder, ttlMs, allowedOld, epochFloor, configHash, replaceConfig, reason } = request;
    const args = [holder, ttlMs, allowedOld ?? "", epochFloor, configHash, replaceConfig ? "1" : "0", reason];
    const reply = readAcquire(await this.#run(ACQUIRE, args));
    if (reply.kind === "granted") await this.#awaitReplicas(holder, reply.epoch);
    return reply;
  }

  async renew(request: RenewRequest): Promise<RenewReply> {
    const args = [leaseToken(request), request.ttlMs, request.epoch, request.configHash];
    return readRenew(await this.#run(RENEW, args));
  }

  async release(request: ReleaseRequest): Promise<ReleaseReply> {
    const args = [leaseToken(request), request.successor ?? "", request.graceMs, request.reason];
    return readRelease(await this.#run(RELEASE, args));
  }

  async observe(): Promise<ObservedReply> {
    return readObserved(await this.#run(OBSERVE, []));
  }

  /** Too few replicas: the grant is given back, since a failover could forget it and grant its epoch again. */
  async #awaitReplicas(holder: string, epoch: number): Promise<void> {
    if (this.#waitReplicas === 0) return;
    const have = await this.#confirmedBy();
    if (have >= this.#waitReplicas) return;
    await this.release({ holder, epoch, successor: undefined, graceMs: 1, reason: "too-few-replicas" });
    throw new EdgeError({
      code: "lease.store.replicas",
      blame: "operator",
      retry: "backoff",
      native: have,
      message: `${have} of ${this.#waitReplicas} replicas confirmed epoch ${epoch} within ${this.#waitTimeoutMs} ms; check the replicas, or lower waitReplicas`,
    });
  }

  /** How many replicas have what was just written here. A cluster is asked where the lease is. */
  async #confirmedBy(): Promise<number> {
    const [lease = ""] = this.#keys;
    try {
      const connection = this.#connection instanceof Cluster ? nodeOfKey(this.#connection, lease) : this.#connection;
      return await connection.wait(this.#waitReplicas, this.#waitTimeoutMs);
    } catch (thrown) {
      throw toStoreFault(thrown);
    }
  }

  async #run(script: LeaseScript, args: readonly (string | number)[]): Promise<unknown> {
    const all = [...this.#keys, ...args];
    try {
      return await this.#connection.evalsha(script.sha, this.#keys.length, ...all);
    } catch (thrown) {
      if (!isNoScript(thrown)) throw toStoreFault(thrown);
    }
    // Redis forgets scripts at a restart and does not replicate them: send the text once.
    try {
      return await this.#connection.eval(script.text, this.#keys.length, ...all);
    } catch (thrown) {
      throw toStoreFault(thrown);
    }
  }
}

function isNoScript(thrown: unknown): boolean {
  return thrown instanceof Error && thrown.message.startsWith("NOSCRIPT");
}

const REFUSALS =
  /^(READONLY|OOM|NOREPLICAS|LOADING|MISCONF|MASTERDOWN|UNBLOCKED|BUSY|CLUSTERDOWN|TRYAGAIN|MOVED|ASK|NOAUTH|WRONGPASS|NOPERM|WRONGTYPE|ERR)\b/;

/** Redis reached and refusing, or not reached at all. Either way the fate of the question is told by the next look. */
function toStoreFault(thrown: unknown): EdgeError {
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  const refused = REFUSALS.exec(message)?.[1];
  return refused === undefined
    ? new EdgeError({ code: "lease.store.unreachable", blame: "network", retry: "backoff", message, cause: thrown })
    : new EdgeError({
        code: "lease.store.refused",
        blame: "operator",
        retry: "backoff",
        native: refused,
        message,
        cause: thrown,
      });
}
