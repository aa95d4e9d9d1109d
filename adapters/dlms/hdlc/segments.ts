import { hdlcFault } from "./faults.ts";
import { SEGMENTED_OCTETS_MAX } from "./limits.ts";

/** One information field of a longer text of octets. */
export interface Segment {
  readonly octets: Uint8Array;
  /** More follow: the S bit of its frame. */
  readonly more: boolean;
}

/** Cuts an APDU with its LLC octets into information fields; views, valid while `octets` is. */
export function segmentsOf(octets: Uint8Array, informationMax: number): Segment[] {
  const segments: Segment[] = [];
  for (let at = 0; at < octets.length; at += informationMax) {
    const end = Math.min(octets.length, at + informationMax);
    segments.push({ octets: octets.subarray(at, end), more: end < octets.length });
  }
  return segments;
}

/** Puts segments together again. */
export class Reassembly {
  readonly #max: number;
  readonly #parts: Uint8Array[] = [];
  #length = 0;

  constructor(max: number = SEGMENTED_OCTETS_MAX) {
    this.#max = max;
  }

  /** Octets of an unfinished APDU. */
  get held(): number {
    return this.#length;
  }

  /** The whole where this was the last segment. Throws `hdlc.frame.overfull`. */
  add({ octets, more }: Segment): Uint8Array | undefined {
    if (this.#length + octets.length > this.#max) {
      this.clear();
      throw hdlcFault("hdlc.frame.overfull", `an APDU of more than ${this.#max} octets in segments`);
    }
    this.#parts.push(octets);
    this.#length += octets.length;
    if (more) return undefined;
    const whole = new Uint8Array(this.#length);
    let at = 0;
    for (const part of this.#parts) {
      whole.set(part, at);
      at += part.length;
    }
    this.clear();
    return whole;
  }

  clear(): void {
    this.#parts.length = 0;
    this.#length = 0;
  }
}
