import type { Cluster, Redis } from "ioredis";
import { type Confirmation, confirmed } from "../../adapters/io/node/redis-confirm.ts";
import { toCommitFault } from "./commit-faults.ts";

/**
 * What must have happened to a commit, besides Redis having taken it, before it counts as durable.
 *
 * `none`: the reply is enough. With `appendfsync always` Redis has written and fsynced its log before it replies; with
 * `everysec` a loss of power (not of the process) may take up to two seconds. The others as `Confirmation` says; where the
 * server has no WAITAOF, `checkRedis` says so before the start.
 */
export type Durability = { readonly kind: "none" } | Confirmation;

/** Runs `write`, which writes to `key`, and resolves once it reached the level. Rejects with a commit fault. */
export async function durably<T>(
  redis: Redis | Cluster,
  key: string,
  level: Durability,
  write: () => Promise<T>,
): Promise<T> {
  if (level.kind === "none") return write();
  try {
    return await confirmed(redis, key, level, write);
  } catch (thrown) {
    throw toCommitFault(thrown);
  }
}
