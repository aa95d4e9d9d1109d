import { OVERTAKING_MAX } from "./limits.ts";

const MODULUS = 256;

/** What a sequence number told: in its place, early (others are missing), a repeat or late one, or a loss beyond waiting. */
export type SequenceVerdict = "expected" | "early" | "behind" | "lost";

/** The `seq` of an edge node, 0 to 255 and round again: what has come, and what is missing in between. */
export class Sequence {
  #next: number;
  /** Distances from `#next` that came early; the smallest is above 0. */
  #early: ReadonlySet<number> = new Set();

  /** @param first the number of the NBIRTH */
  constructor(first: number) {
    this.#next = (first + 1) % MODULUS;
  }

  /** How many are missing before the last that came. */
  get missing(): number {
    return this.#early.size === 0 ? 0 : Math.max(...this.#early) + 1 - this.#early.size;
  }

  take(seq: number): SequenceVerdict {
    const distance = (seq - this.#next + MODULUS) % MODULUS;
    if (distance === 0) {
      this.#advance();
      return "expected";
    }
    if (this.#early.has(distance)) return "behind";
    if (distance <= OVERTAKING_MAX) {
      this.#early = new Set([...this.#early, distance]);
      return "early";
    }
    if (distance >= MODULUS - OVERTAKING_MAX) return "behind";
    this.#next = (seq + 1) % MODULUS;
    this.#early = new Set();
    return "lost";
  }

  /** Goes on after the last that came: what is missing is waited for no longer. Returns how many those were. */
  giveUp(): number {
    const lost = this.missing;
    const last = Math.max(-1, ...this.#early);
    this.#next = (this.#next + last + 1) % MODULUS;
    this.#early = new Set();
    return lost;
  }

  #advance(): void {
    let by = 1;
    while (this.#early.has(by)) by += 1;
    this.#next = (this.#next + by) % MODULUS;
    this.#early = new Set([...this.#early].map((one) => one - by).filter((one) => one > 0));
  }
}
