import type { RedisSettings } from "../config/config.ts";
import type { Durability } from "../queue/durability.ts";

/** What a commit waits for, of `redis.wait`. The wait ends before the command would time out. */
export function durabilityOf(redis: Pick<RedisSettings, "wait" | "commandTimeoutMs">): Durability {
  const timeoutMs = Math.max(1, Math.floor(redis.commandTimeoutMs / 2));
  if (redis.wait === "none") return { kind: "none" };
  if (redis.wait === "aof") return { kind: "aof", replicas: 0, timeoutMs };
  return { kind: "replicas", replicas: redis.wait.replicas, timeoutMs };
}
