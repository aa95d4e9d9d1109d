import { invariant } from "./invariant.ts";

const FIRST_CAPACITY = 64;

/**
 * A growable big-endian writer. Building frames this way is several times faster than concatenating pieces. `finish()`
 * returns a view of the writer's own buffer; the writer must not be used after it.
 */
export class ByteWriter {
  #bytes: Uint8Array<ArrayBuffer>;
  #lazyView: DataView | undefined;
  #length = 0;

  constructor(capacity: number = FIRST_CAPACITY) {
    this.#bytes = new Uint8Array(capacity);
  }

  get length(): number {
    return this.#length;
  }

  u8(value: number): this {
    fits(value, 0xff);
    const at = this.#grow(1);
    this.#bytes[at] = value;
    return this;
  }

  u16(value: number): this {
    fits(value, 0xffff);
    const at = this.#grow(2);
    this.#bytes[at] = value >>> 8;
    this.#bytes[at + 1] = value;
    return this;
  }

  i16(value: number): this {
    const at = this.#grow(2);
    this.#bytes[at] = value >>> 8;
    this.#bytes[at + 1] = value;
    return this;
  }

  u32(value: number): this {
    fits(value, 0xffff_ffff);
    this.#word(value);
    return this;
  }

  i32(value: number): this {
    this.#word(value);
    return this;
  }

  u64(value: bigint): this {
    const at = this.#grow(8);
    this.#view.setBigUint64(at, value);
    return this;
  }

  i64(value: bigint): this {
    const at = this.#grow(8);
    this.#view.setBigInt64(at, value);
    return this;
  }

  f32(value: number): this {
    const at = this.#grow(4);
    this.#view.setFloat32(at, value);
    return this;
  }

  f64(value: number): this {
    const at = this.#grow(8);
    this.#view.setFloat64(at, value);
    return this;
  }

  bytes(value: Uint8Array): this {
    const at = this.#grow(value.length);
    this.#bytes.set(value, at);
    return this;
  }

  zeros(count: number): this {
    this.#grow(count);
    return this;
  }

  /** Overwrites two bytes written before: for lengths known only afterwards. */
  setU16(at: number, value: number): this {
    invariant(at + 2 <= this.#length, "a length is set where bytes were written");
    fits(value, 0xffff);
    this.#view.setUint16(at, value);
    return this;
  }

  /** Overwrites one byte written before. */
  setU8(at: number, value: number): this {
    invariant(at < this.#length, "a length is set where bytes were written");
    fits(value, 0xff);
    this.#bytes[at] = value;
    return this;
  }

  /** Makes room for `count` zeros at `at`: for a length that turned out to need more octets. */
  insert(at: number, count: number): this {
    invariant(at <= this.#length, "room is made where bytes were written");
    const end = this.#grow(count);
    this.#bytes.copyWithin(at + count, at, end);
    this.#bytes.fill(0, at, at + count);
    return this;
  }

  finish(): Uint8Array<ArrayBuffer> {
    // A view would first move a small array out of the heap; a copy of it is several times cheaper.
    if (this.#bytes.length <= FIRST_CAPACITY && this.#lazyView === undefined) return this.#bytes.slice(0, this.#length);
    return this.#bytes.subarray(0, this.#length);
  }

  /** Four octets, without a view: most writers never need one. */
  #word(value: number): void {
    const at = this.#grow(4);
    const bytes = this.#bytes;
    bytes[at] = value >>> 24;
    bytes[at + 1] = value >>> 16;
    bytes[at + 2] = value >>> 8;
    bytes[at + 3] = value;
  }

  get #view(): DataView {
    this.#lazyView ??= new DataView(this.#bytes.buffer);
    return this.#lazyView;
  }

  #grow(by: number): number {
    const at = this.#length;
    const wanted = at + by;
    if (wanted > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(wanted, this.#bytes.length * 2));
      larger.set(this.#bytes.subarray(0, at));
      this.#bytes = larger;
      this.#lazyView = undefined;
    }
    this.#length = wanted;
    return at;
  }
}

/** DataView would write the low bits of anything: a length that does not fit must not become a shorter one. */
function fits(value: number, max: number): void {
  invariant(Number.isInteger(value) && value >= 0 && value <= max, "an unsigned field holds the value it is given");
}
