import { DelayedError, type Job, UnrecoverableError, WaitingError } from "bullmq";
import { EdgeError } from "../adapters/kit/edge-error.ts";
import type { Batch } from "../edge-agent/model/batch.ts";
import type { ConsumerTuning } from "./consumer-settings.ts";
import type { JobOutcome } from "./job-run.ts";
import { untilAccepted } from "./until-accepted.ts";

/** Pauses double at most so often. */
const DOUBLINGS = 20;
/**
 * A pause this short is waited for with the job in hand, which then goes back to the taking end of the queue, before all
 * younger ones. After a longer one it comes at the other end: one bad message must not keep a place for minutes.
 */
const IN_HAND_MS = 1_000;
/** After giving a job back we wait before asking for the next: otherwise we would nearly always be the one who gets it. */
const OTHERS_FIRST_MS = 25;

/** How jobs that were not handled to their end go back into the queue, or to the dead letters. */
export class JobReturns {
  readonly #tuning: ConsumerTuning;
  readonly #pauses = new Set<() => void>();
  readonly #counts = { rejected: 0, givenBack: 0 };
  #isClosing = false;

  constructor(tuning: ConsumerTuning) {
    this.#tuning = tuning;
  }

  get counts(): { readonly rejected: number; readonly givenBack: number } {
    return this.#counts;
  }

  /** Ends all pauses. */
  close(): void {
    this.#isClosing = true;
    for (const end of this.#pauses) end();
  }

  /** Always rejects, with the error by which BullMQ learns where the job has gone. */
  async giveBack(job: Job, token: string | undefined, outcome: JobOutcome): Promise<never> {
    // Two cores may do this to one job (a lock was lost); whoever is last leaves at least what nobody handled.
    const left: Batch = { v: 1, messages: outcome.unhandled };
    if (outcome.handled > 0) await this.#accepted(() => job.updateData(left));
    if (outcome.rejection === undefined) {
      this.#counts.givenBack += 1;
      await this.#accepted(() => job.moveToWait(token));
      throw new WaitingError();
    }
    this.#counts.rejected += 1;
    const { thrown } = outcome.rejection;
    const isHopeless = thrown instanceof EdgeError && thrown.retry === "never";
    if (isHopeless || job.attemptsStarted >= this.#tuning.attempts) {
      throw new UnrecoverableError(thrown instanceof Error ? thrown.message : String(thrown));
    }
    const pauseMs = this.#pauseAfter(job.attemptsStarted);
    if (pauseMs > IN_HAND_MS) {
      await this.#accepted(() => job.moveToDelayed(Date.now() + pauseMs, token));
      throw new DelayedError();
    }
    await this.#pause(pauseMs);
    await this.#accepted(() => job.moveToWait(token));
    await this.#pause(OTHERS_FIRST_MS);
    throw new WaitingError();
  }

  #pauseAfter(starts: number): number {
    const { firstPauseMs, mostPauseMs } = this.#tuning;
    return Math.min(mostPauseMs, firstPauseMs * 2 ** Math.min(Math.max(0, starts - 1), DOUBLINGS));
  }

  #accepted<Result>(write: () => Promise<Result>): Promise<Result> {
    return untilAccepted(write, () => this.#isClosing);
  }

  /** Ends early when we close. */
  async #pause(ms: number): Promise<void> {
    if (this.#isClosing) return;
    await new Promise<void>((resolve) => {
      const end = () => {
        clearTimeout(timer);
        this.#pauses.delete(end);
        resolve();
      };
      const timer = setTimeout(end, ms);
      this.#pauses.add(end);
    });
  }
}
