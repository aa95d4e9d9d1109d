import { EdgeError } from "../../adapters/kit/edge-error.ts";
import { PAIR_LIMITS, pairFault } from "./frames.ts";

/** Bytes of the length, which counts what follows it. */
export const LENGTH_BYTES = 4;

/**
 * Cuts the peer's stream into frames, one at a time, so that the frames before a fault are handled however the stream
 * arrived. It holds at most one unfinished frame.
 */
export class FrameCutter {
  #held: Uint8Array<ArrayBuffer> = new Uint8Array(512);
  #length = 0;

  /**
   * The frames this chunk completes, their length included. Each is a view, valid until the next one is taken. Throws
   * `link.frame.oversized` as soon as an impossible length is announced.
   */
  *cut(chunk: Uint8Array): Generator<Uint8Array, void> {
    let at = 0;
    while (at < chunk.length) {
      const wanted = this.#wanted();
      const take = Math.min(wanted - this.#length, chunk.length - at);
      this.#hold(chunk.subarray(at, at + take));
      at += take;
      if (this.#length < LENGTH_BYTES || this.#length < this.#wanted()) continue;
      const frame = this.#held.subarray(0, this.#length);
      this.#length = 0;
      yield frame;
    }
  }

  #wanted(): number {
    if (this.#length < LENGTH_BYTES) return LENGTH_BYTES;
    const [a = 0, b = 0, c = 0, d = 0] = this.#held;
    const follows = a * 0x1_00_00_00 + b * 0x1_00_00 + c * 0x1_00 + d;
    if (follows > 0 && LENGTH_BYTES + follows <= PAIR_LIMITS.frameBytes) return LENGTH_BYTES + follows;
    const message = `a frame of ${follows} bytes is announced; 1 to ${PAIR_LIMITS.frameBytes - LENGTH_BYTES} are accepted`;
    throw new EdgeError(pairFault("link.frame.oversized", message, { retry: "never", offset: 0 }));
  }

  #hold(bytes: Uint8Array): void {
    const wanted = this.#length + bytes.length;
    if (wanted > this.#held.length) {
      const larger = new Uint8Array(Math.min(PAIR_LIMITS.frameBytes, Math.max(wanted, this.#held.length * 2)));
      larger.set(this.#held.subarray(0, this.#length));
      this.#held = larger;
    }
    this.#held.set(bytes, this.#length);
    this.#length = wanted;
  }
}
