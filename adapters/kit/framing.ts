import { EdgeError, type FaultCode } from "./edge-error.ts";
import { invariant } from "./invariant.ts";

/** What one chunk completed. The frames before the fault are whole and good, whatever follows them. */
export interface Framed {
  readonly frames: readonly Uint8Array[];
  readonly fault: EdgeError | undefined;
}

/**
 * Cuts a byte stream into frames. It decides completeness from length and flags alone, holds at most one frame, and
 * refuses what cannot be a frame at once: malformed is never "need more data". How the stream was cut into chunks makes
 * no difference.
 */
export interface Framer {
  /** The frames are copies, the caller's to keep. After a fault every further chunk gives the same fault. */
  cut(chunk: Uint8Array): Framed;
  /** As `cut`, but throws the fault: only for callers that give one frame's bytes at a time and so lose none by it. */
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
  #fault: EdgeError | undefined;

  constructor(framing: PrefixFraming) {
    invariant(framing.prefix > 0 && framing.limit >= framing.prefix, "the longest frame has room for its prefix");
    this.#framing = framing;
    this.#held = new Uint8Array(Math.min(512, framing.limit));
  }

  get pending(): number {
    return this.#length;
  }

  cut(chunk: Uint8Array): Framed {
    const frames: Uint8Array[] = [];
    let at = 0;
    while (at < chunk.length && this.#fault === undefined) {
      try {
        at += this.#fill(chunk.subarray(at), frames);
      } catch (thrown) {
        if (!(thrown instanceof EdgeError)) throw thrown;
        this.#fault = thrown;
      }
    }
    return { frames, fault: this.#fault };
  }

  push(chunk: Uint8Array): readonly Uint8Array[] {
    const { frames, fault } = this.cut(chunk);
    if (fault !== undefined) throw fault;
    return frames;
  }

  /** Takes what the prefix or the frame still wants; returns how much that was. */
  #fill(bytes: Uint8Array, frames: Uint8Array[]): number {
    const wanted = this.#wanted();
    const take = Math.min(wanted - this.#length, bytes.length);
    this.#hold(bytes.subarray(0, take));
    if (this.#length >= this.#framing.prefix && this.#length === this.#wanted()) {
      frames.push(this.#held.slice(0, this.#length));
      this.#length = 0;
    }
    return take;
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
