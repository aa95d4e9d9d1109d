/** A value on its way out in blocks. */
export class Outgoing {
  readonly #octets: Uint8Array;
  readonly #room: number;
  #at = 0;
  /** Of the block given last. */
  number: number;

  constructor(octets: Uint8Array, room: number, firstBlock: number = 1) {
    this.number = firstBlock - 1;
    this.#octets = octets;
    this.#room = Math.max(1, room);
  }

  next(): { readonly last: boolean; readonly number: number; readonly rawData: Uint8Array } {
    const rawData = this.#octets.subarray(this.#at, this.#at + this.#room);
    this.#at += rawData.length;
    this.number += 1;
    return { last: this.#at >= this.#octets.length, number: this.number, rawData };
  }

  get isDone(): boolean {
    return this.#at >= this.#octets.length;
  }
}

/** Octets of a long SET or ACTION; real meters have less. */
export const INCOMING_OCTETS_MAX = 1_048_576;

/** A value on its way in, in blocks numbered from 1. */
export class Incoming<Target> {
  readonly target: Target;
  readonly #parts: Uint8Array[] = [];
  #length = 0;
  number = 0;

  constructor(target: Target) {
    this.target = target;
  }

  /** `false` for a number out of turn, or too much of it. */
  add(number: number, rawData: Uint8Array): boolean {
    if (number !== this.number + 1 || this.#length + rawData.length > INCOMING_OCTETS_MAX) return false;
    this.number = number;
    this.#parts.push(rawData.slice());
    this.#length += rawData.length;
    return true;
  }

  whole(): Uint8Array {
    const whole = new Uint8Array(this.#length);
    let at = 0;
    for (const part of this.#parts) {
      whole.set(part, at);
      at += part.length;
    }
    return whole;
  }
}
