import type { DurationMs } from "../adapters/kit/time.ts";

/**
 * Health means that jobs flow, not that a socket is open. A worker whose blocking read never settles after a Redis failover
 * looks idle for ever; it is told from an idle one by jobs that wait.
 */
export class LivenessWatch {
  readonly #stuckMs: DurationMs;
  #lastTaken: number;

  constructor(stuckMs: DurationMs, now: number) {
    this.#stuckMs = stuckMs;
    this.#lastTaken = now;
  }

  took(now: number): void {
    this.#lastTaken = now;
  }

  /** Nothing was taken for so long that it is worth asking how many jobs wait. */
  isQuiet(now: number): boolean {
    return now - this.#lastTaken >= this.#stuckMs;
  }

  /** Jobs wait and none is taken. Counts anew from here, so that a new worker gets its time. */
  isStuck(waiting: number, now: number): boolean {
    if (waiting === 0 || !this.isQuiet(now)) return false;
    this.#lastTaken = now;
    return true;
  }
}
