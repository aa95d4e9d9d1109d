import { EdgeError, type FaultCode } from "./edge-error.ts";

/**
 * Cuts a byte stream into frames. It decides completeness from length and flags alone, holds at most one frame, and
 * throws where the stream cannot be a frame: malformed is never "need more data".
 */
export interface Framer {
  /** The frames completed by this chunk. Frames are views of the framer's own copy: valid until the next `push`. */
  push(chunk: Uint8Array): readonly Uint8Array[];
  /** Bytes of an unfinished frame held back. */
  readonly pending: number;
}

export interface PrefixFraming {
  /** Bytes that must be there before the frame's length is known. */
  readonly prefix: number;
  /** The whole length of the frame, prefix included. May throw an EdgeError on a prefix that cannot be. */
  readonly lengthOf: (prefix: Uint8Array) => number;
  /** The longest frame accepted; a longer announcement is a fault at once, before its bytes are awaited. */
  readonly limit: number;
  readonly tooLong: FaultCode;
}

/** Frames that announce their length in a prefix of fixed size: OSLP envelopes, TPKT, the DLMS wrapper. */
export class PrefixFramer implements Framer {
  readonly #framing: PrefixFraming;
  #held: Uint8Array;
  #length = 0;

  constructor(framing: PrefixFraming) {
    this.#framing = framing;
    this.#held = new Uint8Array(Math.min(512, framing.limit));
  }

  get pending(): number {
    return this.#length;
  }

  push(chunk: Uint8Array): readonly Uint8Array[] {
    const frames: Uint8Array[] = [];
    let at = 0;
    while (at < chunk.length) {
      const wanted = this.#wanted();
      const take = Math.min(wanted - this.#length, chunk.length - at);
      this.#hold(chunk.subarray(at, at + take));
      at += take;
      if (this.#length >= this.#framing.prefix && this.#length === this.#wanted()) {
        frames.push(this.#held.slice(0, this.#length));
        this.#length = 0;
      }
    }
    return frames;
  }

  #wanted(): number {
    const { prefix, lengthOf, limit, tooLong } = this.#framing;
    if (this.#length < prefix) return prefix;
    const length = lengthOf(this.#held.subarray(0, prefix));
    if (length > limit || length < prefix) {
      throw new EdgeError({
        code: tooLong,
        blame: "device",
        retry: "never",
        offset: 0,
        message: `a frame of ${length} bytes is announced; ${prefix} to ${limit} are accepted`,
      });
    }
    return length;
  }

  #hold(bytes: Uint8Array): void {
    const wanted = this.#length + bytes.length;
    if (wanted > this.#held.length) {
      const larger = new Uint8Array(Math.min(this.#framing.limit, Math.max(wanted, this.#held.length * 2)));
      larger.set(this.#held.subarray(0, this.#length));
      this.#held = larger;
    }
    this.#held.set(bytes, this.#length);
    this.#length = wanted;
  }
}
