import type { Redis } from "ioredis";
import { EdgeError } from "../../kit/edge-error.ts";
import type { DurationMs } from "../../kit/time.ts";
import type { RedisClient } from "./redis.ts";
import { nodeOfKey } from "./redis-node.ts";

/**
 * What must have happened to a write, besides Redis having taken it, before it counts as kept.
 *
 * `replicas`: that many replicas confirmed (WAIT), which survives the loss of the node though, as Redis says itself, not
 * every partition. `aof`: fsynced here and on that many replicas (WAITAOF, from Redis 7.2).
 */
export interface Confirmation {
  readonly kind: "replicas" | "aof";
  readonly replicas: number;
  readonly timeoutMs: DurationMs;
}

/**
 * Runs `write`, which writes to `key`, and resolves once it reached the level. Rejects with `queue.unavailable` where it
 * was written and the level was not reached: it may survive, and it may be repeated. What `write` throws is passed on.
 */
export async function confirmed<T>(
  redis: RedisClient,
  key: string,
  level: Confirmation,
  write: () => Promise<T>,
): Promise<T> {
  const node = nodeOfKey(redis, key);
  // WAIT speaks of the writes of its own connection: on a new one it would confirm nothing and sound as if it did.
  const closes = closesOf(node);
  const before = closes.count;
  const outcome = await write();
  const missing = await missingTo(node, level);
  if (missing !== undefined) throw unconfirmed(missing);
  if (closes.count !== before || nodeOfKey(redis, key) !== node) {
    throw unconfirmed("the connection was lost before it was confirmed");
  }
  return outcome;
}

const CLOSES = new WeakMap<Redis, { count: number }>();

/** How often a client has lost its connection: one listener for all writes under way. */
function closesOf(node: Redis): { readonly count: number } {
  const known = CLOSES.get(node);
  if (known !== undefined) return known;
  const closes = { count: 0 };
  node.on("close", () => {
    closes.count += 1;
  });
  CLOSES.set(node, closes);
  return closes;
}

/** What is missing to the level, `undefined` where nothing is. */
async function missingTo(node: Redis, level: Confirmation): Promise<string | undefined> {
  if (level.kind === "replicas") {
    const replies = await node.wait(level.replicas, level.timeoutMs);
    return replies < level.replicas ? `${replies} of ${level.replicas} replicas confirmed it` : undefined;
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
    message: `what was written did not become as durable as asked for: ${why}`,
  });
}
