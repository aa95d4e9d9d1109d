import type { Redis } from "ioredis";

/** Ids looked at where redelivered jobs wait: at the taking end of the waiting list. */
const FRONT_OF_WAITING = 64;
const DELAYED = 200;

/** Jobs added before (or in the same millisecond as) some time that are unfinished elsewhere. */
export interface EarlierJobs {
  /** Active at another core, or waiting for a repeat. */
  readonly underWay: number;
  /** Put back at the taking end of the waiting list, because their core died or rejected them: whoever takes next gets them. */
  readonly returned: number;
}

/**
 * Finds what is unfinished of what was added before a job. The committer adds jobs in the order of their devices, so a
 * missing predecessor is in one of these or nowhere.
 */
export async function findEarlierJobs(
  redis: Redis,
  /** The key of a part of the queue, BullMQ's `queue.toKey`. */
  toKey: (part: string) => string,
  than: { readonly timestamp: number; readonly ours: ReadonlySet<string> },
): Promise<EarlierJobs> {
  const [active, delayed, front] = await Promise.all([
    redis.lrange(toKey("active"), 0, -1),
    redis.zrange(toKey("delayed"), "0", String(DELAYED - 1)),
    redis.lrange(toKey("wait"), -FRONT_OF_WAITING, -1),
  ]);
  const isEarlier = async (id: string): Promise<boolean> => {
    if (than.ours.has(id)) return false;
    const timestamp = await redis.hget(toKey(id), "timestamp");
    return timestamp !== null && Number(timestamp) <= than.timestamp;
  };
  const [underWay, returned] = await Promise.all([
    Promise.all([...active, ...delayed].map(isEarlier)),
    Promise.all(front.map(isEarlier)),
  ]);
  return { underWay: underWay.filter(Boolean).length, returned: returned.filter(Boolean).length };
}
