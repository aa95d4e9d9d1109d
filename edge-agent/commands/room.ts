/**
 * Commands that wait for a place at least, before no more are taken: what waits here for long is copied by the collector
 * again and again, and dies among what is old.
 */
const LINE_LEAST = 128;

export interface RoomLimits {
  /** Commands in our hands at once, waiting ones included. */
  readonly window: number;
  /** Commands under way at once. */
  readonly atOnce: number;
  /** Asked for at once, at most. */
  readonly perCall: number;
}

/** How many commands are in our hands, and whether it is worth asking for more. */
export class Room {
  readonly #limits: RoomLimits;
  readonly #inLine: () => number;
  readonly #enough: number;
  readonly #line: number;
  #held = 0;
  #freed: (() => void) | undefined;

  /** `inLine`: how many of those in our hands wait for a place. */
  constructor(limits: RoomLimits, inLine: () => number) {
    this.#limits = limits;
    this.#inLine = inLine;
    // With a backlog places become free one at a time, and a question for each would cost as much as one for a hundred.
    this.#enough = Math.min(limits.perCall, Math.max(1, Math.floor(limits.window / 4)));
    this.#line = Math.max(LINE_LEAST, Math.floor(limits.atOnce / 2));
  }

  get held(): number {
    return this.#held;
  }

  /** How many to ask for; 0 where it is not worth a question. */
  get wanted(): number {
    const free = this.#limits.window - this.#held;
    return free < this.#enough || this.#inLine() >= this.#line ? 0 : Math.min(free, this.#limits.perCall);
  }

  hold(): void {
    this.#held += 1;
  }

  letGo(commands: number): void {
    this.#held -= commands;
    this.look();
  }

  /** To be called when the line has become shorter. */
  look(): void {
    if (this.#freed !== undefined && this.wanted > 0) this.wake();
  }

  /** Resolves when it is worth a question, or `wake` is called. */
  wait(): Promise<void> {
    return new Promise((resolve) => {
      this.#freed = resolve;
    });
  }

  wake(): void {
    this.#freed?.();
    this.#freed = undefined;
  }
}
