import type { Cluster, Redis } from "ioredis";
import { nodeOfKey } from "../../adapters/io/node/redis-node.ts";
import { EdgeError } from "../../adapters/kit/edge-error.ts";
import type { DurationMs } from "../../adapters/kit/time.ts";
import { toCommitFault } from "./commit-faults.ts";

/**
 * What must have happened to a commit, besides Redis having taken it, before it counts as durable.
 *
 * `none`: the reply is enough. With `appendfsync always` Redis has written and fsynced its log before it replies; with
 * `everysec` a loss of power (not of the process) may take up to two seconds. `replicas`: that many replicas confirmed
 * (WAIT), which survives the loss of the node though, as Redis says itself, not every partition. `aof`: fsynced here and
 * on that many replicas (WAITAOF, from Redis 7.2; where the server has it not, `checkRedis` says so before the start).
 */
export type Durability =
  | { readonly kind: "none" }
  | { readonly kind: "replicas"; readonly replicas: number; readonly timeoutMs: DurationMs }
  | { readonly kind: "aof"; readonly replicas: number; readonly timeoutMs: DurationMs };

/**
 * Runs `write`, which writes to `key`, and resolves once it reached the level. Rejects with `queue.unavailable` where it
 * was written and the level was not reached: it may survive, and it may be repeated.
 */
export async function durably<T>(
  redis: Redis | Cluster,
  key: string,
  level: Durability,
  write: () => Promise<T>,
): Promise<T> {
  if (level.kind === "none") return write();
  const node = nodeOfKey(redis, key);
  // WAIT speaks of the writes of its own connection: on a new one it would confirm nothing and sound as if it did.
  let lost = false;
  const onClose = (): void => {
    lost = true;
  };
  node.once("close", onClose);
  try {
    const outcome = await write();
    const missing = await confirm(node, level);
    if (missing !== undefined) throw unconfirmed(missing);
    if (lost || nodeOfKey(redis, key) !== node) throw unconfirmed("the connection was lost before it was confirmed");
    return outcome;
  } catch (thrown) {
    throw toCommitFault(thrown);
  } finally {
    node.off("close", onClose);
  }
}

/** What is missing to the level, `undefined` where nothing is. */
async function confirm(node: Redis, level: Exclude<Durability, { kind: "none" }>): Promise<string | undefined> {
  if (level.kind === "replicas") {
    const confirmed = await node.wait(level.replicas, level.timeoutMs);
    return confirmed < level.replicas ? `${confirmed} of ${level.replicas} replicas confirmed it` : undefined;
  }
  const reply: unknown = await node.call("WAITAOF", "1", String(level.replicas), String(level.timeoutMs));
  const [local, replicas] = Array.isArray(reply) ? reply.map(Number) : [];
  if (local === undefined || replicas === undefined || local < 1) return "it is not on the disk of this node";
  return replicas < level.replicas ? `it is on the disks of ${replicas} of ${level.replicas} replicas` : undefined;
}

function unconfirmed(why: string): EdgeError {
  return new EdgeError({
    code: "queue.unavailable",
    blame: "operator",
    retry: "backoff",
    message: `the commit did not become as durable as asked for: ${why}`,
  });
}
