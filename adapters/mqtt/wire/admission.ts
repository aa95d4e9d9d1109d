/** So many come in, and then so many of those who are there have their turn. */
export const TOGETHER = 128;
/** Coming in takes no longer than this at a time, ms: a TLS handshake costs more than an open socket. */
const LONGEST_MS = 40;

/**
 * Lets those in who wait at the door. The event loop accepts one connection a turn (libuv since 1.45), and a turn is as long
 * as all that connected clients have just said: with every client that has come back the next ones wait longer. While
 * somebody comes in, what the others say therefore waits, so that turns are short; after so many it is theirs again.
 */
export class Admission {
  /** In the order in which they began to wait. */
  readonly #held = new Set<() => void>();
  #isAdmitting = false;
  #isResuming = false;
  /** Whether the end of this turn is looked at. */
  #isWatching = false;
  #cameThisTurn = false;
  #accepted = 0;
  /** The end of the turn the first one came in: what was begun in that turn is not counted. */
  #since: number | undefined;

  /** A connection was accepted just now. */
  accepted(): void {
    this.#cameThisTurn = true;
    this.#accepted += 1;
    if (!this.#isAdmitting) {
      this.#isAdmitting = true;
      this.#accepted = 1;
      this.#since = undefined;
    }
    this.#watch();
  }

  /** Whether reading waits; `resume` is then called once, when it is to be tried again. */
  holds(resume: () => void): boolean {
    if (this.#isResuming || (!this.#isAdmitting && this.#held.size === 0)) return false;
    this.#held.add(resume);
    return true;
  }

  #watch(): void {
    if (this.#isWatching) return;
    this.#isWatching = true;
    setImmediate(() => this.#turned());
  }

  #turned(): void {
    this.#isWatching = false;
    if (this.#isAdmitting && this.#goesOn()) {
      this.#watch();
      return;
    }
    this.#isAdmitting = false;
    this.#isResuming = true;
    for (const resume of [...this.#held].slice(0, TOGETHER)) {
      this.#held.delete(resume);
      resume();
    }
    this.#isResuming = false;
    if (this.#held.size > 0) this.#watch();
  }

  #goesOn(): boolean {
    this.#since ??= performance.now();
    const came = this.#cameThisTurn;
    this.#cameThisTurn = false;
    return came && this.#accepted < TOGETHER && performance.now() - this.#since < LONGEST_MS;
  }
}
