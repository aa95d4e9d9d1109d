import type { BerElement } from "../../kit/ber-reader.ts";
import type { BerTag } from "../../kit/ber-tag.ts";
import type { BerWriter } from "../../kit/ber-writer.ts";

/** 64 bits and a sign. */
const OCTETS_LIMIT = 9;

/**
 * Two's complement of 1 to 9 octets. Padded integers are read too: devices send `02 04 00 00 00 01`, and nothing is
 * ambiguous about it.
 */
export function toWhole(element: BerElement): number | bigint {
  const { length } = element;
  const first = element.octet(0);
  if (length === 0 || length > OCTETS_LIMIT)
    throw element.refuse(`an INTEGER of ${length} octets; 1 to ${OCTETS_LIMIT} are accepted`);
  if (length <= 6) {
    let value = first >= 0x80 ? first - 0x100 : first;
    for (let at = 1; at < length; at++) value = value * 0x100 + element.octet(at);
    return value;
  }
  let value = first >= 0x80 ? -1n : 0n;
  for (const octet of element.content) value = (value << 8n) | BigInt(octet);
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

/** An integer that a number holds exactly. */
export function toNumber(element: BerElement): number {
  const value = toWhole(element);
  if (typeof value === "bigint") throw element.refuse("an INTEGER beyond 53 bits");
  return value;
}

/** A count or size: not negative. */
export function toCount(element: BerElement): number {
  const value = toNumber(element);
  if (value < 0) throw element.refuse("a negative number where a count should be");
  return value;
}

/** As few octets as two's complement needs. */
export function writeWhole(writer: BerWriter, tag: BerTag, value: number | bigint): void {
  if (typeof value === "number" && value >= -0x8000_0000 && value <= 0x7fff_ffff) {
    writer.element(tag, shortest(value | 0));
    return;
  }
  writer.integer(tag, value);
}

function shortest(value: number): Uint8Array {
  if (value >= -0x80 && value <= 0x7f) return Uint8Array.of(value);
  if (value >= -0x8000 && value <= 0x7fff) return Uint8Array.of(value >> 8, value);
  if (value >= -0x80_0000 && value <= 0x7f_ffff) return Uint8Array.of(value >> 16, value >> 8, value);
  return Uint8Array.of(value >> 24, value >> 16, value >> 8, value);
}
