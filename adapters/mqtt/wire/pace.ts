import { type DurationMs, type Instant, later } from "../../kit/time.ts";

/**
 * A token bucket: so many messages a second, with a burst of one second. It says how long the next one waits; waits grow in
 * order, so what is held back keeps its order.
 */
export class Pace {
  readonly #everyMs: number;
  readonly #burstMs: number;
  #next: Instant;

  constructor(perSecond: number, now: Instant) {
    this.#everyMs = 1_000 / perSecond;
    this.#burstMs = Math.max(1_000, this.#everyMs);
    this.#next = later(now, -this.#burstMs);
  }

  /** Takes a place and says how long to wait for it, ms. */
  take(now: Instant): DurationMs {
    if (this.#next < now - this.#burstMs) this.#next = later(now, -this.#burstMs);
    this.#next = later(this.#next, this.#everyMs);
    return Math.max(0, this.#next - now);
  }
}
