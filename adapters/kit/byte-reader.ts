import { EdgeError, type FaultCode } from "./edge-error.ts";
import { invariant } from "./invariant.ts";

/**
 * Reads a complete frame. Running past its end is a fault of the peer ("truncated"), never "need more data": whether a
 * frame is complete was decided by the framer before this reader was made.
 *
 * `bytes()` and `rest()` return views into the frame: valid while the frame's buffer is, so whoever stores, copies.
 */
export class ByteReader {
  readonly #bytes: Uint8Array;
  readonly #end: number;
  readonly #code: FaultCode;
  #at: number;
  #lazyView: DataView | undefined;

  /** @param code the fault thrown at the end of the bytes, e.g. `dlms.apdu.truncated`. */
  constructor(bytes: Uint8Array, code: FaultCode, range: { readonly start?: number; readonly end?: number } = {}) {
    this.#bytes = bytes;
    this.#at = range.start ?? 0;
    this.#end = range.end ?? bytes.length;
    this.#code = code;
    invariant(
      this.#at >= 0 && this.#at <= this.#end && this.#end <= bytes.length,
      "a reader's range is inside its bytes",
    );
  }

  get offset(): number {
    return this.#at;
  }

  get remaining(): number {
    return this.#end - this.#at;
  }

  /** The octets of the whole frame, which offsets count in. */
  get frame(): Uint8Array {
    return this.#bytes;
  }

  u8(): number {
    return this.#bytes[this.#take(1)] ?? 0;
  }

  i8(): number {
    return this.#view.getInt8(this.#take(1));
  }

  u16(): number {
    return this.#view.getUint16(this.#take(2));
  }

  i16(): number {
    return this.#view.getInt16(this.#take(2));
  }

  u32(): number {
    return this.#view.getUint32(this.#take(4));
  }

  i32(): number {
    return this.#view.getInt32(this.#take(4));
  }

  u64(): bigint {
    return this.#view.getBigUint64(this.#take(8));
  }

  i64(): bigint {
    return this.#view.getBigInt64(this.#take(8));
  }

  f32(): number {
    return this.#view.getFloat32(this.#take(4));
  }

  f64(): number {
    return this.#view.getFloat64(this.#take(8));
  }

  /** An unsigned integer of 1 to 6 bytes, big endian. */
  uint(width: number): number {
    invariant(width >= 1 && width <= 6, "a number holds integers of up to 6 bytes exactly");
    let value = 0;
    const start = this.#take(width);
    for (let i = 0; i < width; i++) value = value * 256 + (this.#bytes[start + i] ?? 0);
    return value;
  }

  /** The next byte without taking it; `undefined` at the end. */
  peek(): number | undefined {
    return this.#at < this.#end ? this.#bytes[this.#at] : undefined;
  }

  bytes(length: number): Uint8Array {
    const start = this.#take(length);
    return this.#bytes.subarray(start, start + length);
  }

  rest(): Uint8Array {
    return this.bytes(this.remaining);
  }

  /** A reader of its own over what is left, which is not taken from this one. */
  fork(): ByteReader {
    return new ByteReader(this.#bytes, this.#code, { start: this.#at, end: this.#end });
  }

  /** Takes bytes without a view or a reader of them; where they start in the frame. */
  skip(length: number): number {
    return this.#take(length);
  }

  /** A reader over the next `length` bytes, which are taken from this one; offsets stay those of the whole frame. */
  slice(length: number): ByteReader {
    const start = this.#take(length);
    return new ByteReader(this.#bytes, this.#code, { start, end: start + length });
  }

  /** Refuses bytes after the value. */
  expectEnd(code: FaultCode): void {
    if (this.remaining === 0) return;
    throw new EdgeError({
      code,
      blame: "device",
      retry: "never",
      offset: this.#at,
      message: `${this.remaining} bytes follow the end of the value at byte ${this.#at}`,
    });
  }

  /** Made when it is needed: most readers stand on a few octets and need none. */
  get #view(): DataView {
    const { buffer, byteOffset, byteLength } = this.#bytes;
    this.#lazyView ??= new DataView(buffer, byteOffset, byteLength);
    return this.#lazyView;
  }

  #take(length: number): number {
    const start = this.#at;
    // Written so that a length that is no number at all is refused too.
    if (!(length >= 0 && length <= this.#end - start)) {
      throw new EdgeError({
        code: this.#code,
        blame: "device",
        retry: "never",
        offset: start,
        message: `${length} bytes wanted at byte ${start}, ${this.#end - start} there`,
      });
    }
    this.#at = start + length;
    return start;
  }
}
