import { type Framer, PrefixFramer } from "../../kit/framing.ts";
import { iec61850Fault } from "../codes.ts";
import { TPKT_LIMIT_BYTES } from "../limits.ts";

/** RFC 1006 §6: version 3, a reserved octet, the length of the whole packet in two octets. */
export const TPKT_HEADER_BYTES = 4;
const VERSION = 3;
/** The header and the shortest TPDU. */
const LEAST_BYTES = 7;

/** Cuts a TCP stream into TPKTs, header included. A version that is not 3 is a fault at once. */
export function tpktFramer(): Framer {
  return new PrefixFramer({
    prefix: TPKT_HEADER_BYTES,
    lengthOf: (header) => tpktLength(header),
    limit: TPKT_LIMIT_BYTES,
    tooLong: "iec61850.tpkt.overlong",
  });
}

/** The TPDU inside one whole TPKT, as a view. */
export function decodeTpkt(frame: Uint8Array): Uint8Array {
  if (frame.length < TPKT_HEADER_BYTES)
    throw iec61850Fault("iec61850.tpkt.truncated", `a TPKT of ${frame.length} octets has no header`, { offset: 0 });
  const length = tpktLength(frame);
  if (length !== frame.length)
    throw iec61850Fault("iec61850.tpkt.truncated", `a TPKT says ${length} octets and has ${frame.length}`, {
      offset: 2,
    });
  return frame.subarray(TPKT_HEADER_BYTES);
}

/** @param parts the octets of one TPDU; together at most 65,531. */
export function encodeTpkt(...parts: readonly Uint8Array[]): Uint8Array {
  let length = TPKT_HEADER_BYTES;
  for (const part of parts) length += part.length;
  if (length > TPKT_LIMIT_BYTES)
    throw iec61850Fault("iec61850.tpkt.overlong", `a TPKT of ${length} octets cannot be`, { blame: "us" });
  const frame = new Uint8Array(length);
  frame[0] = VERSION;
  frame[2] = length >> 8;
  frame[3] = length & 0xff;
  let at = TPKT_HEADER_BYTES;
  for (const part of parts) {
    frame.set(part, at);
    at += part.length;
  }
  return frame;
}

function tpktLength(header: Uint8Array): number {
  const [version = 0, , high = 0, low = 0] = header;
  if (version !== VERSION)
    throw iec61850Fault("iec61850.tpkt.malformed", `TPKT version ${version} where 3 should be`, { offset: 0 });
  const length = high * 256 + low;
  if (length < LEAST_BYTES)
    throw iec61850Fault("iec61850.tpkt.malformed", `a TPKT of ${length} octets has no room for a TPDU`, { offset: 2 });
  return length;
}
