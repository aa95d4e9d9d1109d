/**
 * Reads nothing of an MQTT stream but how long each Control Packet says it is (MQTT 3.1.1 and 5, 2.2.3 Remaining Length), so
 * that a peer which announces a packet of 256 MiB is cut off at its fifth byte and not after 256 MiB.
 */
export class PacketGauge {
  readonly #maxBytes: number;
  /** Bytes of the present packet still to come; `undefined` while its header is read. */
  #left: number | undefined;
  #headerBytes = 0;
  #length = 0;

  /** @param maxBytes the largest Remaining Length that passes */
  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /**
   * How many of the bytes may go on to the parser now: all, or those up to the end of so many packets; the others are to be
   * given again, first. `undefined`: a packet is too long, and the stream is to be closed.
   */
  take(bytes: Uint8Array, packets: number): number | undefined {
    let at = 0;
    let whole = 0;
    while (at < bytes.length) {
      if (this.#left !== undefined) {
        const step = Math.min(this.#left, bytes.length - at);
        at += step;
        this.#left -= step;
        if (this.#left > 0) continue;
        this.#left = undefined;
        whole += 1;
        if (whole === packets) return at;
        continue;
      }
      const byte = bytes[at] ?? 0;
      at += 1;
      this.#headerBytes += 1;
      if (this.#headerBytes === 1) continue;
      this.#length += (byte & 0x7f) * 128 ** (this.#headerBytes - 2);
      if (this.#length > this.#maxBytes) return undefined;
      if ((byte & 0x80) !== 0) {
        // Four bytes of length are the most there are [2.2.3].
        if (this.#headerBytes >= 5) return undefined;
        continue;
      }
      this.#left = this.#length === 0 ? undefined : this.#length;
      this.#headerBytes = 0;
      this.#length = 0;
      if (this.#left !== undefined) continue;
      whole += 1;
      if (whole === packets) return at;
    }
    return at;
  }
}
