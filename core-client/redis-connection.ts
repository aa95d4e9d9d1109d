import { connectRedis, type RedisClient } from "../adapters/io/node/redis.ts";
import { type RedisConnectSettings, redisSettingsOf } from "../adapters/io/node/redis-settings.ts";

/**
 * What a connection is for. `worker`: waits for Redis to come back, however long it takes, because what it carries must
 * arrive. `producer`: fails fast, because somebody stands there and waits for the answer.
 */
export type Purpose = "worker" | "producer";

/**
 * Where Redis is: one server, Sentinels or a cluster, as a URL (`redis://…`, `redis+sentinel://h:p,h:p/name`,
 * `redis+cluster://h:p,h:p`, `rediss…` for TLS), as settings, or as a way to connect of one's own. That one gives a new
 * connection at every call and never an ioredis `keyPrefix`: BullMQ forbids it, and the keys are named whole.
 */
export type RedisTarget = string | RedisConnectSettings | ((purpose: Purpose) => RedisClient);

/** Throws `config.redis.url`. */
export function connect(target: RedisTarget, purpose: Purpose): RedisClient {
  if (typeof target === "function") return quiet(target(purpose));
  const settings = typeof target === "string" ? redisSettingsOf(target) : target;
  return connectRedis(settings, purpose === "worker" ? "worker" : "reader", { name: `busbar-core-${purpose}` }).client;
}

/**
 * How many replicas confirm a command before it counts as sent, where nobody said: one where Sentinels may make another
 * server the primary, none elsewhere.
 */
export function replicasFor(target: RedisTarget): number {
  if (typeof target === "function") return 0;
  const settings = typeof target === "string" ? redisSettingsOf(target) : target;
  return settings.target.kind === "sentinel" ? 1 : 0;
}

/** Connection errors reach the callers through their commands; without a listener ioredis would print them. */
function quiet(redis: RedisClient): RedisClient {
  redis.on("error", () => undefined);
  return redis;
}
