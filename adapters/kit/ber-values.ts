import type { BerElement } from "./ber-reader.ts";
import { fromUtf8 } from "./bytes.ts";

/** X.690 8.2: any non-zero octet is TRUE. */
export function toBoolean(element: BerElement): boolean {
  if (element.length !== 1) throw element.refuse(`a BOOLEAN of ${element.length} octets`);
  return element.octet(0) !== 0;
}

/** X.690 8.3, 8.4: two's complement, minimal; refused beyond what a number holds exactly. */
export function toInteger(element: BerElement): number {
  const value = toBigInteger(element, 8);
  const number = Number(value);
  if (!Number.isSafeInteger(number)) throw element.refuse("an INTEGER beyond 53 bits");
  return number;
}

/** @param limit octets accepted. */
export function toBigInteger(element: BerElement, limit: number): bigint {
  const { content } = element;
  const [first, second = 0] = content;
  if (first === undefined) throw element.refuse("an INTEGER without octets");
  if (content.length > limit) throw element.refuse(`an INTEGER of ${content.length} octets; ${limit} are accepted`);
  const padded = content.length > 1 && ((first === 0 && second < 0x80) || (first === 0xff && second >= 0x80));
  if (padded) throw element.refuse("an INTEGER with more octets than it needs");
  let value = first >= 0x80 ? -1n : 0n;
  for (const octet of content) value = (value << 8n) | BigInt(octet);
  return value;
}

export interface BitString {
  /** Bit 0 is the most significant of the first octet, as ASN.1 counts. */
  readonly octets: Uint8Array;
  readonly length: number;
}

/** X.690 8.6, primitive form. Bits that are not used may be anything in BER; here they come back as zero. */
export function toBitString(element: BerElement): BitString {
  if (element.length === 0) throw element.refuse("a BIT STRING without its first octet");
  const unused = element.octet(0);
  const octets = new Uint8Array(element.length - 1);
  for (let at = 0; at < octets.length; at++) octets[at] = element.octet(at + 1);
  if (unused > 7 || (unused > 0 && octets.length === 0))
    throw element.refuse(`a BIT STRING with ${unused} unused bits`);
  const last = octets.length - 1;
  if (last >= 0) octets[last] = (octets[last] ?? 0) & (0xff << unused);
  return { octets, length: octets.length * 8 - unused };
}

/** Bits that are not there are `false`: trailing zeros of a named bit list may be left out (X.680 22.7). */
export function hasBit(bits: BitString, number: number): boolean {
  return number < bits.length && ((bits.octets[number >> 3] ?? 0) & (0x80 >> (number & 7))) !== 0;
}

export function toNull(element: BerElement): null {
  if (element.content.length !== 0) throw element.refuse(`a NULL of ${element.content.length} octets`);
  return null;
}

/** X.690 8.19, as `2.16.756.5.8.1.1`. */
export function toObjectIdentifier(element: BerElement): string {
  const arcs: number[] = [];
  let arc = 0;
  let open = false;
  for (const octet of element.content) {
    if (!open && octet === 0x80) throw element.refuse("an arc of an OBJECT IDENTIFIER starts with zeros");
    arc = arc * 128 + (octet & 0x7f);
    if (!Number.isSafeInteger(arc)) throw element.refuse("an arc of an OBJECT IDENTIFIER beyond 53 bits");
    open = (octet & 0x80) !== 0;
    if (open) continue;
    arcs.push(arc);
    arc = 0;
  }
  const [first] = arcs;
  if (open || first === undefined) throw element.refuse("an OBJECT IDENTIFIER that does not end");
  const root = Math.min(2, Math.floor(first / 40));
  return [root, first - 40 * root, ...arcs.slice(1)].join(".");
}

/** VisibleString, and every other string type of printable ASCII. */
export function toVisible(element: BerElement): string {
  let text = "";
  for (const octet of element.content) {
    if (octet < 0x20 || octet > 0x7e) throw element.refuse("a string of ASCII with an octet that is not printable");
    text += String.fromCharCode(octet);
  }
  return text;
}

export function toUtf8(element: BerElement): string {
  const text = fromUtf8(element.content);
  if (text === undefined) throw element.refuse("a string that is not UTF-8");
  return text;
}
