import { invariant } from "../../kit/invariant.ts";
import { dlmsFault } from "../codes.ts";

/** At this value the key must be replaced: the counter never starts again with the same key. */
export const COUNTER_MAX = 0xffff_ffff;
/** One association of a nightly read needs some dozens. */
export const COUNTER_BLOCK = 200;

/** Gives each value of the invocation counter of one key at most once. */
export interface InvocationCounters {
  /** Values that `take` can give now. */
  readonly available: number;
  /** Throws `dlms.security.counter-unreserved` where none is left, `dlms.security.counter-exhausted` at the end of all. */
  take(): number;
}

/**
 * Counters out of blocks that were made durable before the first of them is used. The device memory holds the ceiling: the
 * lowest value that was never reserved. Whoever comes after a crash or a takeover starts there, so what was reserved and
 * not used is skipped, and nothing is used twice.
 */
export class CounterReserve implements InvocationCounters {
  #next: number;
  #ceiling: number;
  #wanted: number | undefined;

  /** @param ceiling as the memory has it; for a new key 1, because some servers refuse 0. */
  constructor(ceiling: number) {
    invariant(Number.isInteger(ceiling) && ceiling >= 0, "a ceiling is a counter");
    this.#next = ceiling;
    this.#ceiling = ceiling;
  }

  get available(): number {
    return this.#ceiling - this.#next;
  }

  /** No value at or above it was used. */
  get ceiling(): number {
    return this.#ceiling;
  }

  take(): number {
    if (this.#next > COUNTER_MAX) throw exhausted();
    if (this.#next >= this.#ceiling) {
      throw dlmsFault("dlms.security.counter-unreserved", "no invocation counter is reserved", {
        blame: "us",
        retry: "backoff",
      });
    }
    return this.#next++;
  }

  /** The ceiling to make durable so that a block more can be used; `reserved` tells that it is. */
  wanted(block: number = COUNTER_BLOCK): number {
    invariant(block > 0, "a block has counters");
    if (this.#ceiling > COUNTER_MAX) throw exhausted();
    this.#wanted = Math.min(Math.max(this.#ceiling, this.#next) + block, COUNTER_MAX + 1);
    return this.#wanted;
  }

  /** What `wanted` gave is durable now. */
  reserved(): void {
    invariant(this.#wanted !== undefined, "a ceiling is durable only after it was wanted");
    this.#ceiling = Math.max(this.#ceiling, this.#wanted);
    this.#wanted = undefined;
  }

  /**
   * The server wants at least this one. Upwards only: a server (or whoever pretends to be it) cannot make us use a value
   * again. The values skipped are gone; what is above the ceiling must be reserved first.
   */
  raise(to: number): void {
    if (to <= this.#next) return;
    this.#next = to;
    if (this.#next > this.#ceiling) this.#ceiling = this.#next;
  }
}

/** Refuses what is not above the last counter that one sender used with one key (IEC 62056-5-3 clause 5.3.7.3). */
export class ReplayGuard {
  #last: number | undefined;
  #setBackFrom: number | undefined;
  #takesSetBack: boolean;

  /**
   * @param last the last one accepted, as it was remembered; `undefined` where nothing is known.
   * @param takesSetBack the first counter may be lower than what is remembered: the sender was reset, or is another one. It
   *   has proved its key in this association then; every further one must rise.
   */
  constructor(last?: number | undefined, takesSetBack: boolean = false) {
    this.#last = last;
    this.#takesSetBack = takesSetBack;
  }

  /** What was remembered, where the first counter was not above it and was taken. */
  get setBackFrom(): number | undefined {
    return this.#setBackFrom;
  }

  get last(): number | undefined {
    return this.#last;
  }

  /** Only after the tag verified: otherwise anybody could push the counter up. Throws `dlms.security.replayed`. */
  accept(counter: number): void {
    const first = this.#takesSetBack;
    this.#takesSetBack = false;
    if (this.#last !== undefined && counter <= this.#last) {
      if (first) this.#setBackFrom = this.#last;
      else throw replayed(counter, this.#last);
    }
    this.#last = counter;
  }
}

function replayed(counter: number, last: number): Error {
  return dlmsFault(
    "dlms.security.replayed",
    `invocation counter ${counter} after ${last}: a replay, or a counter that was set back`,
    { native: counter },
  );
}

function exhausted(): Error {
  return dlmsFault(
    "dlms.security.counter-exhausted",
    "the invocation counter is at its end; the key must be replaced",
    {
      blame: "operator",
    },
  );
}
