import { concat } from "../../kit/bytes.ts";
import { hdlcFault } from "./faults.ts";

/** The three octets before every APDU (IEC 62056-46 5): only in its first segment. */
const COMMAND = Uint8Array.of(0xe6, 0xe6, 0x00);
const RESPONSE = Uint8Array.of(0xe6, 0xe7, 0x00);

/** From a client: `command`. From a server, pushes included: `response`. */
export function withLlc(kind: "command" | "response", apdu: Uint8Array): Uint8Array {
  return concat([kind === "command" ? COMMAND : RESPONSE, apdu]);
}

/** The APDU behind the LLC octets; which of the two was sent is not looked at, since meters mix them up in pushes. */
export function withoutLlc(octets: Uint8Array): Uint8Array {
  const [destination, source, quality] = octets;
  if (destination !== 0xe6 || (source !== 0xe6 && source !== 0xe7) || quality !== 0x00) {
    throw hdlcFault("hdlc.llc.malformed", "an APDU follows the octets E6 E6 00 or E6 E7 00", { offset: 0 });
  }
  return octets.subarray(3);
}
