import { fromUtf8, utf8 } from "../../kit/bytes.ts";
import { type Framer, PrefixFramer } from "../../kit/framing.ts";
import { iec61850Fault } from "../codes.ts";

/** The longest frame between us and the process of the library: the largest MMS PDU, and what a list of names needs more. */
export const NATIVE_FRAME_LIMIT_BYTES = 1_048_576;

const HEADER_BYTES = 5;
const PDU = 0x4d;
const NOTICE = 0x4a;

/** What goes over the pipe: MMS PDUs as they would be on the wire, and notices about the association itself. */
export type NativeFrame =
  | { readonly kind: "pdu"; readonly pdu: Uint8Array }
  | { readonly kind: "notice"; readonly notice: unknown };

/** Four octets of length, one of kind, then the PDU or the notice as JSON. */
export function encodeFrame(frame: NativeFrame): Uint8Array {
  const content = frame.kind === "pdu" ? frame.pdu : utf8(JSON.stringify(frame.notice));
  const bytes = new Uint8Array(HEADER_BYTES + content.length);
  new DataView(bytes.buffer).setUint32(0, content.length + 1);
  bytes[4] = frame.kind === "pdu" ? PDU : NOTICE;
  bytes.set(content, HEADER_BYTES);
  return bytes;
}

export function nativeFramer(): Framer {
  return new PrefixFramer({
    prefix: HEADER_BYTES,
    limit: NATIVE_FRAME_LIMIT_BYTES,
    tooLong: "iec61850.native.malformed",
    lengthOf: (prefix) => {
      const length = new DataView(prefix.buffer, prefix.byteOffset).getUint32(0) + 4;
      if (length < HEADER_BYTES) throw malformed("a frame without a kind");
      return length;
    },
  });
}

/** Throws `iec61850.native.malformed`. */
export function decodeFrame(frame: Uint8Array): NativeFrame {
  const content = frame.subarray(HEADER_BYTES);
  if (frame[4] === PDU) return { kind: "pdu", pdu: content };
  if (frame[4] !== NOTICE) throw malformed(`a frame of the kind ${frame[4]}`);
  try {
    const notice: unknown = JSON.parse(fromUtf8(content) ?? "");
    return { kind: "notice", notice };
  } catch (_noJson) {
    throw malformed("a notice that is no JSON");
  }
}

/** The device is what that process stands for: whatever it says wrong, this association is what it costs. */
function malformed(what: string): Error {
  return iec61850Fault("iec61850.native.malformed", `the process of the library sent ${what}`, { retry: "backoff" });
}
