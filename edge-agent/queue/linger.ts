import type { DurationMs, Instant } from "../../adapters/kit/time.ts";

/** Messages a commit must carry on average for lingering to pay: below that, waiting costs latency and gathers nobody. */
const WORTH_WAITING_FOR = 4;
/** Weight of the newest commit in the average. */
const WEIGHT = 0.25;

/**
 * How long a message waits for others to share its job. At a low rate not at all: the commit leaves in the same turn of the
 * event loop. At a high rate a few milliseconds, because a hundred messages in one job cost Redis and the cores a tenth of
 * what a hundred jobs cost. What decides is what the last commits carried.
 */
export class Linger {
  readonly #maxMs: DurationMs;
  #carried = 0;

  /** @param maxMs 0 never lingers. */
  constructor(maxMs: DurationMs) {
    this.#maxMs = maxMs;
  }

  sent(messages: number): void {
    this.#carried += (messages - this.#carried) * WEIGHT;
  }

  /** The time left for a commit whose oldest entry was taken at `oldest`. */
  left(oldest: Instant, now: Instant): DurationMs {
    if (this.#carried < WORTH_WAITING_FOR) return 0;
    return Math.max(0, oldest + this.#maxMs - now);
  }
}
