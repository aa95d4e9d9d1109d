import type { BitSet, Initiate } from "../../../adapters/iec61850/mms/pdu.ts";
import { SERVICE } from "../../../adapters/iec61850/mms/services.ts";

/** The largest PDU taken, bytes: what every stack in the field offers. */
export const PDU_BYTES = 65_000;
/** Requests a client may have under way. */
export const OUTSTANDING = 10;
const NESTING = 10;
const PDU_BYTES_LEAST = 64;

const NOT_SERVED: readonly (keyof typeof SERVICE)[] = ["writeJournal", "reportJournalStatus"];

/** Every service this server has: bit strings as the initiate response gives them. */
const SERVICES: BitSet = bitSet(
  85,
  Object.entries(SERVICE).flatMap(([name, bit]) => ((NOT_SERVED as readonly string[]).includes(name) ? [] : [bit])),
);
/** str1, str2, vnam, valt, vlis. */
const PARAMETERS: BitSet = bitSet(11, [0, 1, 2, 3, 7]);

/** What both can: ISO 9506-2, 8.2. `undefined` where a PDU could hold nothing. */
export function negotiate(asked: Initiate, pduBytes: number = PDU_BYTES): Initiate | undefined {
  const localDetail = Math.min(asked.localDetail ?? pduBytes, pduBytes);
  if (localDetail < PDU_BYTES_LEAST) return undefined;
  return {
    localDetail,
    outstandingCalling: Math.min(Math.max(1, asked.outstandingCalling), OUTSTANDING),
    outstandingCalled: Math.min(Math.max(1, asked.outstandingCalled), OUTSTANDING),
    nesting: Math.min(asked.nesting ?? NESTING, NESTING),
    version: 1,
    parameters: PARAMETERS,
    services: SERVICES,
  };
}

function bitSet(length: number, set: readonly number[]): BitSet {
  const octets = new Uint8Array(Math.ceil(length / 8));
  for (const bit of set) octets[bit >> 3] = (octets[bit >> 3] ?? 0) | (0x80 >> (bit & 7));
  return { octets, length };
}
