import { acknowledges, next, type SequenceNumber } from "./control.ts";
import type { Segment } from "./segments.ts";

/** A segment with the number it goes out under. */
export interface Numbered {
  readonly number: SequenceNumber;
  readonly segment: Segment;
  /** The last of its window: its frame carries P. */
  readonly isLast: boolean;
}

/** The sending half of a client link: what is on its way, what waits, and the numbers of both. */
export class Transmission {
  #window: number;
  /** N(S) of the first frame that was not acknowledged. */
  #first: SequenceNumber = 0;
  readonly #unacknowledged: Segment[] = [];
  #waiting: Segment[] = [];

  constructor(window: number) {
    this.#window = window;
  }

  get isUnacknowledged(): boolean {
    return this.#unacknowledged.length > 0;
  }

  get isEmpty(): boolean {
    return this.#unacknowledged.length === 0 && this.#waiting.length === 0;
  }

  begin(segments: readonly Segment[]): void {
    this.#waiting.push(...segments);
  }

  /** Everything below `number` has arrived. Returns how many frames that were; a number out of the window says nothing. */
  acknowledge(number: SequenceNumber): number {
    if (!acknowledges(number, this.#first, next(this.#first, this.#unacknowledged.length))) return 0;
    const count = (number - this.#first) & 7;
    this.#unacknowledged.splice(0, count);
    this.#first = number;
    return count;
  }

  /** What the window allows now. */
  window(): Numbered[] {
    const room = Math.max(0, this.#window - this.#unacknowledged.length);
    const from = this.#unacknowledged.length;
    const taken = this.#waiting.slice(0, room);
    this.#waiting = this.#waiting.slice(room);
    this.#unacknowledged.push(...taken);
    return this.#numbered(from);
  }

  /** Everything on its way once more. */
  again(): Numbered[] {
    return this.#numbered(0);
  }

  #numbered(from: number): Numbered[] {
    const last = this.#unacknowledged.length - 1;
    return this.#unacknowledged
      .map((segment, at) => ({ number: next(this.#first, at), segment, isLast: at === last }))
      .slice(from);
  }
}
