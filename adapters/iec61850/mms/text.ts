import type { BerElement } from "../../kit/ber-reader.ts";
import { fromUtf8, utf8 } from "../../kit/bytes.ts";

/** ISO 8859-1: devices send it where the standard asks for ASCII, and no octet of it may be lost. */
export function fromLatin1(octets: Uint8Array): string {
  let text = "";
  for (const octet of octets) text += String.fromCharCode(octet);
  return text;
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
  for (const octet of element.content)
    if (octet < 0x20 || octet === 0x7f) throw element.refuse("a name with a control character");
  return fromLatin1(element.content);
}
