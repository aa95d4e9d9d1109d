import { WaitingError } from "bullmq";
import { redisErrorPrefix, toRedisFault } from "../adapters/io/node/redis-fault.ts";
import type { DurationMs } from "../adapters/kit/time.ts";

const AGAIN_AFTER_MS: DurationMs = 50;

/**
 * Repeats a write of a job in hand for as long as Redis refuses it: full, without enough replicas, read-only. As an error it
 * would make BullMQ put the job to the dead letters, handled or not, or leave it to its lock, and every younger message of
 * its devices would wait for that lock to run out. Any other error is thrown at once. When `isOver` the job is
 * left to its lock: the `WaitingError` that says so makes BullMQ write nothing, which Redis might take by then.
 */
export async function untilAccepted<Result>(write: () => Promise<Result>, isOver: () => boolean): Promise<Result> {
  for (;;) {
    try {
      return await write();
    } catch (thrown) {
      const isRefused = redisErrorPrefix(thrown) !== undefined && toRedisFault(thrown).code === "queue.refused";
      if (!isRefused) throw thrown;
      if (isOver()) throw new WaitingError("left to its lock: Redis refuses what was to be written of it");
      await new Promise((resolve) => setTimeout(resolve, AGAIN_AFTER_MS));
    }
  }
}
