import type { JobsOptions } from "bullmq";
import type { Cluster, Redis } from "ioredis";
import { toRedisFault } from "../../adapters/io/node/redis-fault.ts";
import type { DurationMs, WallMs } from "../../adapters/kit/time.ts";
import { groupTag } from "../model/reign.ts";

/** The queue of a group that carries batches of messages towards the cores. */
export const MESSAGES_QUEUE = "messages";

/**
 * What every batch is queued with. A core that fails on one tries again for about an hour, doubling; then it stays in
 * `failed` until somebody looks: it holds acknowledged messages, so nothing removes it by itself. Finished ones are kept
 * for a while, so that a commit repeated after a lost reply finds them and adds nothing; a thousand of at most 64 KiB are
 * 64 MiB a group.
 */
export const MESSAGE_JOB_OPTIONS: JobsOptions = {
  attempts: 12,
  backoff: { type: "exponential", delay: 1_000 },
  removeOnComplete: { age: 3_600, count: 1_000 },
};

/** How much of a queue is where, in jobs. */
export interface QueueDepth {
  readonly waiting: number;
  readonly active: number;
  /** Failed once and waiting for the next attempt. */
  readonly delayed: number;
  /** Given up: somebody has to look. */
  readonly failed: number;
  /** Age of the oldest job that waits or is worked on; `undefined` where there is none. */
  readonly oldestMs: DurationMs | undefined;
}

/** Reads how far the cores are with one queue of a group. Needs no lease: it changes nothing. */
export async function queueDepth(
  redis: Redis | Cluster,
  queue: { readonly group: string; readonly name: string },
  now: WallMs,
): Promise<QueueDepth> {
  const key = (part: string): string => `${groupTag(queue.group)}:${queue.name}:${part}`;
  try {
    const [wait, paused, prioritized, active, delayed, failed] = await Promise.all([
      redis.llen(key("wait")),
      redis.llen(key("paused")),
      redis.zcard(key("prioritized")),
      redis.llen(key("active")),
      redis.zcard(key("delayed")),
      redis.zcard(key("failed")),
    ]);
    // Jobs enter at the left; the right end of both lists is the oldest.
    const ends = await Promise.all([redis.lindex(key("wait"), -1), redis.lindex(key("active"), -1)]);
    const ids = ends.filter((id) => id !== null);
    const times = await Promise.all(ids.map((id) => redis.hget(key(id), "timestamp")));
    const ages = times.filter((time) => time !== null).map((time) => Math.max(0, now - Number(time)));
    const oldestMs = ages.length === 0 ? undefined : Math.max(...ages);
    return { waiting: wait + paused + prioritized, active, delayed, failed, oldestMs };
  } catch (thrown) {
    throw toRedisFault(thrown);
  }
}
