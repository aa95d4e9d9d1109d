/**
 * The conformance block (IEC 62056-5-3 clause 9.4.6.1): 24 bits as one number, bit 0 of the standard being the most
 * significant. Bits that have no name stay as they came.
 */
export type Conformance = number;

/** In the order of the standard; the index is the bit. */
export const CONFORMANCE_BITS = [
  "reserved-zero",
  "general-protection",
  "general-block-transfer",
  "read",
  "write",
  "unconfirmed-write",
  "delta-value-encoding",
  "reserved-seven",
  "attribute0-supported-with-set",
  "priority-mgmt-supported",
  "attribute0-supported-with-get",
  "block-transfer-with-get-or-read",
  "block-transfer-with-set-or-write",
  "block-transfer-with-action",
  "multiple-references",
  "information-report",
  "data-notification",
  "access",
  "parameterized-access",
  "get",
  "set",
  "selective-access",
  "event-notification",
  "action",
] as const;
export type ConformanceBit = (typeof CONFORMANCE_BITS)[number];

export function conformance(...bits: readonly ConformanceBit[]): Conformance {
  let block = 0;
  for (const bit of bits) block |= maskOf(bit);
  return block;
}

export function conforms(block: Conformance, bit: ConformanceBit): boolean {
  return (block & maskOf(bit)) !== 0;
}

export function conformanceNames(block: Conformance): ConformanceBit[] {
  return CONFORMANCE_BITS.filter((bit) => conforms(block, bit));
}

/** What a client of logical names proposes that can do all this room can. */
export const LN_CONFORMANCE: Conformance = conformance(
  "general-protection",
  "general-block-transfer",
  "priority-mgmt-supported",
  "block-transfer-with-get-or-read",
  "block-transfer-with-set-or-write",
  "block-transfer-with-action",
  "multiple-references",
  "data-notification",
  "access",
  "get",
  "set",
  "selective-access",
  "event-notification",
  "action",
);

/** The same of a client of short names. */
export const SN_CONFORMANCE: Conformance = conformance(
  "general-protection",
  "general-block-transfer",
  "read",
  "write",
  "unconfirmed-write",
  "block-transfer-with-get-or-read",
  "block-transfer-with-set-or-write",
  "multiple-references",
  "information-report",
  "data-notification",
  "parameterized-access",
);

function maskOf(bit: ConformanceBit): number {
  return 1 << (23 - CONFORMANCE_BITS.indexOf(bit));
}
