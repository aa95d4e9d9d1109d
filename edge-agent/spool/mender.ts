import { EdgeError } from "../../adapters/kit/edge-error.ts";
import { type DurationMs, type Instant, later } from "../../adapters/kit/time.ts";

/** What is mended; `mend` throws where it cannot be, and does nothing where nothing is broken. */
export interface Mendable {
  readonly isFailed: boolean;
  mend(): void;
}

export type MendNews =
  /** Seen failed for the first time. */
  { readonly kind: "failed"; readonly again: Instant } | { readonly kind: "mended"; readonly attempts: number };

/** A disk that is full or has a bad moment is back in seconds; one that is dead is not asked more than twice a minute. */
const FIRST_MS: DurationMs = 1_000;
const LONGEST_MS: DurationMs = 30_000;

/** Tries to mend a failed spool, with growing pauses, until it takes records again or is closed. */
export class Mender {
  readonly #spool: Mendable;
  #attempts = 0;
  #again: Instant | undefined;

  constructor(spool: Mendable) {
    this.#spool = spool;
  }

  /** When it is tried next; `undefined` while nothing is broken. */
  get again(): Instant | undefined {
    return this.#again;
  }

  /** To be called about once a second. */
  look(now: Instant): MendNews | undefined {
    if (!this.#spool.isFailed) {
      this.#again = undefined;
      this.#attempts = 0;
      return undefined;
    }
    if (this.#again === undefined) return { kind: "failed", again: this.#wait(now) };
    if (now < this.#again) return undefined;
    this.#attempts += 1;
    try {
      this.#spool.mend();
    } catch (thrown) {
      if (!(thrown instanceof EdgeError)) throw thrown;
      this.#wait(now);
      return undefined;
    }
    const attempts = this.#attempts;
    this.#again = undefined;
    this.#attempts = 0;
    return { kind: "mended", attempts };
  }

  #wait(now: Instant): Instant {
    const again = later(now, Math.min(LONGEST_MS, FIRST_MS * 2 ** this.#attempts));
    this.#again = again;
    return again;
  }
}
