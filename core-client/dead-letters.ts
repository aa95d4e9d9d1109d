import type { Queue } from "bullmq";
import { EdgeError } from "../adapters/kit/edge-error.ts";

/** A job nobody could handle, kept in the queue's failed set until it is replayed or removed. */
export interface DeadLetter {
  readonly group: string;
  readonly id: string;
  readonly reason: string;
  readonly starts: number;
  /** RFC 3339 UTC; absent where BullMQ does not know. */
  readonly failedAt: string | undefined;
  readonly messages: number;
  /** The job's data as it is: what made it a dead letter may be that it is no batch. */
  readonly data: unknown;
}

/** Most dead letters given in one answer. */
export const DEAD_LETTERS_PAGE = 100;

export async function listDeadLetters(group: string, queue: Queue, from: number = 0): Promise<readonly DeadLetter[]> {
  const jobs = await queue.getFailed(from, from + DEAD_LETTERS_PAGE - 1);
  return jobs.map((job) => ({
    group,
    id: job.id ?? "",
    reason: job.failedReason ?? "",
    starts: job.attemptsStarted,
    failedAt: job.finishedOn === undefined ? undefined : new Date(job.finishedOn).toISOString(),
    messages: countMessages(job.data),
    data: job.data,
  }));
}

/** Puts a dead letter back into the queue with all its attempts. Rejects with `core.dead-letter.missing`. */
export async function replayDeadLetter(queue: Queue, id: string): Promise<void> {
  const job = await queue.getJob(id);
  if (job === undefined || !(await job.isFailed())) {
    throw new EdgeError({
      code: "core.dead-letter.missing",
      blame: "operator",
      retry: "never",
      message: `there is no dead letter ${id}`,
    });
  }
  await job.retry("failed", { resetAttemptsMade: true, resetAttemptsStarted: true });
}

function countMessages(data: unknown): number {
  if (typeof data !== "object" || data === null || !("messages" in data)) return 0;
  return Array.isArray(data.messages) ? data.messages.length : 0;
}
