import type { EdgeError } from "../kit/edge-error.ts";
import { oslpFault } from "./codes.ts";

/**
 * The ECDSA signature inside the security key. It is cut out strictly before any cryptography sees it: the field is 128
 * bytes, the signature says its own length, and libraries differ in what they make of bytes behind it (JDK-8161571).
 * The padding itself is not looked at: it is not signed, and platforms in the field never checked it.
 */
const SEQUENCE = 0x30;
const INTEGER = 0x02;
/** r and s of P-256 have 32 bytes, one more where the highest bit would make them negative. */
const INTEGER_BYTES_MAX = 33;

/** SEQUENCE { r INTEGER, s INTEGER } in DER, padding removed; a view. Throws `oslp.signature.malformed`. */
export function signatureOf(securityKey: Uint8Array): Uint8Array {
  if (securityKey[0] !== SEQUENCE) throw malformed("is not a DER sequence", 0);
  const length = securityKey[1] ?? 0xff;
  // A length of 0x80 and more is the long form, which 128 bytes never need.
  if (length >= 0x80 || length + 2 > securityKey.length) throw malformed("announces more bytes than the field has", 1);
  const end = length + 2;
  const afterR = integerEnd(securityKey, 2, end);
  const afterS = integerEnd(securityKey, afterR, end);
  if (afterS !== end) throw malformed("holds more than two integers", afterS);
  return securityKey.subarray(0, end);
}

/** The end of a positive, minimally written INTEGER that starts at `at`. */
function integerEnd(bytes: Uint8Array, at: number, end: number): number {
  if (at + 2 > end || bytes[at] !== INTEGER) throw malformed("lacks an integer", at);
  const length = bytes[at + 1] ?? 0;
  const first = bytes[at + 2] ?? 0;
  const second = bytes[at + 3] ?? 0;
  if (length === 0 || length > INTEGER_BYTES_MAX || at + 2 + length > end)
    throw malformed("has an integer of wrong length", at + 1);
  if (first >= 0x80) throw malformed("has a negative integer", at + 2);
  if (first === 0 && (length === 1 || second < 0x80)) throw malformed("has a zero or padded integer", at + 2);
  return at + 2 + length;
}

function malformed(what: string, offset: number): EdgeError {
  return oslpFault("oslp.signature.malformed", `the signature ${what}`, { offset });
}
