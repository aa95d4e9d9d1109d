import type { BitString } from "./ber-values.ts";
import { type BerTag, TAG_NUMBER_MAX, type TagClass } from "./ber-tag.ts";
import { ByteWriter } from "./byte-writer.ts";
import { utf8 } from "./bytes.ts";
import { invariant } from "./invariant.ts";

const CLASS_BITS: Readonly<Record<TagClass, number>> = { universal: 0, application: 1, context: 2, private: 3 };

/** Writes elements with the shortest tags, lengths and integers: what it writes is DER wherever its input is. */
export class BerWriter {
  readonly #writer = new ByteWriter();

  element(tag: BerTag, content: Uint8Array): this {
    this.#tag(tag);
    this.#length(content.length);
    this.#writer.bytes(content);
    return this;
  }

  /** An element of elements. `inside` is good while `write` runs and no longer. */
  constructed(tag: BerTag, write: (inside: BerWriter) => void): this {
    invariant(tag.constructed, "an element with elements inside has a constructed tag");
    this.#tag(tag);
    const writer = this.#writer;
    const at = writer.length;
    writer.u8(0);
    write(this);
    const length = writer.length - at - 1;
    // One octet is enough for most; what is longer is moved once for its length.
    if (length < 0x80) writer.setU8(at, length);
    else {
      const octets = lengthOctets(length);
      writer.insert(at + 1, octets).setU8(at, 0x80 | octets);
      for (let i = 1; i <= octets; i++) writer.setU8(at + i, Math.floor(length / 256 ** (octets - i)) % 256);
    }
    return this;
  }

  boolean(tag: BerTag, value: boolean): this {
    return this.element(tag, Uint8Array.of(value ? 0xff : 0));
  }

  integer(tag: BerTag, value: number | bigint): this {
    invariant(typeof value === "bigint" || Number.isSafeInteger(value), "an INTEGER is whole and exact");
    return this.element(tag, twosComplement(BigInt(value)));
  }

  bitString(tag: BerTag, bits: BitString): this {
    const octets = Math.ceil(bits.length / 8);
    invariant(bits.octets.length === octets, "a BIT STRING has the octets its length needs");
    const content = new Uint8Array(1 + octets);
    content[0] = octets * 8 - bits.length;
    content.set(bits.octets, 1);
    return this.element(tag, content);
  }

  null(tag: BerTag): this {
    return this.element(tag, new Uint8Array(0));
  }

  /** @param dotted as `1.0.9506.2.3`. */
  objectIdentifier(tag: BerTag, dotted: string): this {
    const [root = -1, second = -1, ...rest] = dotted.split(".").map(Number);
    const arcs = [root * 40 + second, ...rest];
    const whole = [root, second, ...arcs].every((arc) => Number.isSafeInteger(arc) && arc >= 0);
    invariant(
      whole && root <= 2 && (root === 2 || second < 40),
      "an OBJECT IDENTIFIER has two arcs or more, each in its range",
    );
    const content = new ByteWriter(16);
    for (const arc of arcs) writeBase128(content, arc);
    return this.element(tag, content.finish());
  }

  utf8(tag: BerTag, text: string): this {
    return this.element(tag, utf8(text));
  }

  get length(): number {
    return this.#writer.length;
  }

  finish(): Uint8Array<ArrayBuffer> {
    return this.#writer.finish();
  }

  #tag(tag: BerTag): void {
    invariant(
      Number.isInteger(tag.number) && tag.number >= 0 && tag.number <= TAG_NUMBER_MAX,
      "a tag number has at most 28 bits",
    );
    const leading = (CLASS_BITS[tag.class] << 6) | (tag.constructed ? 0x20 : 0);
    if (tag.number < 0x1f) {
      this.#writer.u8(leading | tag.number);
      return;
    }
    this.#writer.u8(leading | 0x1f);
    writeBase128(this.#writer, tag.number);
  }

  #length(length: number): void {
    if (length < 0x80) {
      this.#writer.u8(length);
      return;
    }
    const octets = lengthOctets(length);
    this.#writer.u8(0x80 | octets);
    for (let shift = octets - 1; shift >= 0; shift--) this.#writer.u8(Math.floor(length / 256 ** shift) % 256);
  }
}

function lengthOctets(length: number): number {
  return length > 0xff_ffff ? 4 : length > 0xffff ? 3 : length > 0xff ? 2 : 1;
}

/** Most significant group first, all but the last with the top bit set (X.690 8.1.2.4, 8.19.2). */
function writeBase128(writer: ByteWriter, value: number): void {
  const groups = [value % 128];
  for (let rest = Math.floor(value / 128); rest > 0; rest = Math.floor(rest / 128)) groups.unshift((rest % 128) | 0x80);
  for (const group of groups) writer.u8(group);
}

function twosComplement(value: bigint): Uint8Array {
  const octets: number[] = [];
  let rest = value;
  do {
    octets.unshift(Number(rest & 0xffn));
    rest >>= 8n;
  } while (!(rest === 0n && (octets[0] ?? 0) < 0x80) && !(rest === -1n && (octets[0] ?? 0) >= 0x80));
  return Uint8Array.from(octets);
}
