import type { Segment } from "../../../adapters/dlms/hdlc/segments.ts";

/** What a meter has to say on one link, numbered from the link's beginning; kept until the client has confirmed it. */
export class Outbox {
  readonly #windowMax: number;
  /** Not confirmed yet; the first has the number `#base`. */
  #segments: Segment[] = [];
  #base = 0;
  /** How many of them have been sent. */
  #sent = 0;

  constructor(windowMax: number) {
    this.#windowMax = windowMax;
  }

  get isEmpty(): boolean {
    return this.#segments.length === 0;
  }

  /** N(S) of the next frame. */
  get next(): number {
    return (this.#base + this.#sent) % 8;
  }

  put(segments: readonly Segment[]): void {
    this.#segments.push(...segments);
  }

  /** N(R) of the client; `false` for a number that confirms what was never sent. */
  confirm(number: number): boolean {
    const count = (number - this.#base + 8) % 8;
    if (count > this.#sent) return false;
    this.#segments = this.#segments.slice(count);
    this.#sent -= count;
    this.#base = number;
    return true;
  }

  /** What was not confirmed is sent once more. */
  rewind(): void {
    this.#sent = 0;
  }

  take(): { readonly number: number; readonly segment: Segment }[] {
    const from = this.#sent;
    const window = this.#segments.slice(from, this.#windowMax);
    this.#sent += window.length;
    return window.map((segment, at) => ({ number: (this.#base + from + at) % 8, segment }));
  }
}
