import type { Instant } from "../../adapters/kit/time.ts";

/** An amount per second that forgets: what happened a minute ago weighs a third of what happens now. */
export class Rate {
  readonly #tauMs: number;
  #amount = 0;
  #at: Instant;

  constructor(now: Instant, tauMs: number = 60_000) {
    this.#at = now;
    this.#tauMs = tauMs;
  }

  add(amount: number, now: Instant): void {
    this.#decay(now);
    this.#amount += amount;
  }

  perSecond(now: Instant): number {
    this.#decay(now);
    return (this.#amount / this.#tauMs) * 1_000;
  }

  #decay(now: Instant): void {
    this.#amount *= Math.exp(-Math.max(0, now - this.#at) / this.#tauMs);
    this.#at = now;
  }
}
