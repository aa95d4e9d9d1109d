import type { ProcessorShare } from "./processor-share.ts";

export interface SilenceWatchParts {
  /** Before the first sign nothing is silence for so long, ms. */
  readonly graceMs: number;
  readonly silentForMs: number;
  /** What the watched one got of the processors, where that can be known. */
  readonly share?: (() => ProcessorShare | undefined) | undefined;
  /** Called once, with the length of the silence in ms. */
  readonly silent: (forMs: number) => void;
}

const LOOKS_PER_SILENCE = 10;
const SHORTEST_LOOK_MS = 10;
/** A loop that wants to run and gets less than a tenth of a processor is silent all the same: nobody is served by it. */
const STARVED_FACTOR = 10;
/** One look may find a starved process just between two things it does. */
const IDLE_LOOKS = 2;
/** Whoever has not spoken yet is starting as long as it runs now and then. */
const STANDSTILL_MS = 5_000;

/**
 * Notices that somebody has gone silent, and is not fooled by its own sleep: where this loop did not turn, what was not
 * heard meanwhile says nothing about the other, and the silence counts from the moment we woke.
 *
 * Nor by a machine that is too busy: who is ready to run and does not get a processor does not hang, and killing it would
 * make the machine busier. Of such a one only the time counts in which it ran and said nothing. Who sleeps, is stopped or
 * waits for something is judged by the clock.
 */
export class SilenceWatch {
  readonly #parts: SilenceWatchParts;
  readonly #everyMs: number;
  #timer: NodeJS.Timeout | undefined;
  #heard = false;
  #patienceMs = 0;
  #since = 0;
  #lookedAt = 0;
  /** What it had run at the first look after the last sign. */
  #ranMs: number | undefined;
  /** Looks in a row that found it over its time and waiting. */
  #idle = 0;
  /** When a look over its time found last that it had run. */
  #progress: { readonly ranMs: number; readonly at: number } | undefined;

  constructor(parts: SilenceWatchParts) {
    this.#parts = parts;
    this.#everyMs = Math.max(SHORTEST_LOOK_MS, parts.silentForMs / LOOKS_PER_SILENCE);
  }

  start(): void {
    this.#since = performance.now();
    this.#lookedAt = this.#since;
    this.#timer = setInterval(() => this.#look(), this.#everyMs);
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  /** @param patienceMs what the next silence may take on top: who speaks has announced that it will be busy */
  heard(patienceMs: number = 0): void {
    this.#heard = true;
    this.#patienceMs = patienceMs;
    this.#since = performance.now();
    this.#ranMs = undefined;
    this.#idle = 0;
  }

  #look(): void {
    const now = performance.now();
    const slept = now - this.#lookedAt - this.#everyMs;
    this.#lookedAt = now;
    if (slept > this.#everyMs) this.#since = Math.max(this.#since, Math.min(now, this.#since + slept));
    this.#ranMs ??= this.#parts.share?.()?.ranMs;
    if (now - this.#since <= this.#limit()) return;
    // Signs may wait in our own channel: they are read before anybody is judged.
    setImmediate(() => setImmediate(() => this.#judge()));
  }

  #judge(): void {
    const forMs = performance.now() - this.#since;
    if (this.#timer === undefined || forMs <= this.#limit()) return;
    const share = this.#parts.share?.();
    // Who was stopped does what it announced to be busy with no more than anything else.
    const isOver = share?.state === "stopped" || forMs > this.#limit(this.#patienceMs);
    if (!isOver || (share !== undefined && this.#isStarved(share, forMs))) return;
    this.stop();
    this.#parts.silent(forMs);
  }

  #isStarved(share: ProcessorShare, forMs: number): boolean {
    if (this.#ranMs === undefined) return false;
    const counted = Math.max(share.ranMs - this.#ranMs, forMs / STARVED_FACTOR);
    if (share.state === "stopped" || counted > this.#limit(this.#patienceMs)) return false;
    if (!this.#heard) return this.#isStarting(share.ranMs);
    this.#idle = share.state === "runnable" ? 0 : this.#idle + 1;
    return this.#idle < IDLE_LOOKS;
  }

  #isStarting(ranMs: number): boolean {
    const now = performance.now();
    if (this.#progress === undefined || ranMs > this.#progress.ranMs) this.#progress = { ranMs, at: now };
    return now - this.#progress.at < STANDSTILL_MS;
  }

  #limit(patienceMs: number = 0): number {
    return this.#heard ? this.#parts.silentForMs + patienceMs : this.#parts.graceMs;
  }
}
