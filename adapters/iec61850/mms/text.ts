import type { BerElement } from "../../kit/ber-reader.ts";
import { fromUtf8, utf8 } from "../../kit/bytes.ts";

/** ISO 8859-1: devices send it where the standard asks for ASCII, and no octet of it may be lost. */
export function fromLatin1(octets: Uint8Array): string {
  if (octets.length <= PART) return textOf(octets);
  let text = "";
  for (let at = 0; at < octets.length; at += PART) text += textOf(octets.subarray(at, at + PART));
  return text;
}

/** Octets made text in one call: each is an argument, and there is an end to those. */
const PART = 1_024;

/** Character by character it leaves a text behind for each. */
function textOf(octets: Uint8Array): string {
  return Reflect.apply(String.fromCharCode, undefined, octets);
}

/** Characters beyond ISO 8859-1 become `?`: a VisibleString cannot say them. */
export function toLatin1(text: string): Uint8Array {
  const octets = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    octets[i] = code <= 0xff ? code : 0x3f;
  }
  return octets;
}

/** An MMSString: UTF-8, and ISO 8859-1 where it is not (quirk `latin1-mms-string`). */
export function toMmsText(element: BerElement): string {
  return fromUtf8(element.content) ?? fromLatin1(element.content);
}

export function fromMmsText(text: string): Uint8Array {
  return utf8(text);
}

/** An identifier: at most 129 printable characters in Edition 2; we keep what comes. */
export function toIdentifier(element: BerElement): string {
  for (let at = 0; at < element.length; at++) {
    const octet = element.octet(at);
    if (octet < 0x20 || octet === 0x7f) throw element.refuse("a name with a control character");
  }
  return fromLatin1(element.content);
}
