import { bitAt, mmsBits, type MmsData } from "../mms/data.ts";

/** IEC 61850-8-1 table 39: the bits of OptFlds; bit 0 is reserved. */
export const OPTIONAL_FIELDS = {
  sequenceNumber: 1,
  timeStamp: 2,
  reason: 3,
  dataSet: 4,
  dataReference: 5,
  bufferOverflow: 6,
  entryId: 7,
  confRev: 8,
  segmentation: 9,
} as const;
export type OptionalField = keyof typeof OPTIONAL_FIELDS;

/** IEC 61850-8-1 table 40: TrgOps and, with `application`, the reason for inclusion; bit 0 is reserved. */
export const TRIGGERS = {
  dataChange: 1,
  qualityChange: 2,
  dataUpdate: 3,
  integrity: 4,
  interrogation: 5,
  application: 6,
} as const;
export type Trigger = keyof typeof TRIGGERS;

type Bits = { readonly octets: Uint8Array; readonly length: number };

const OPTIONAL_BITS = 10;
const TRIGGER_BITS = 6;

export function optionalFields(...fields: readonly OptionalField[]): MmsData {
  return bitsOf(
    OPTIONAL_BITS,
    fields.map((one) => OPTIONAL_FIELDS[one]),
  );
}

export function triggerOptions(...triggers: readonly Trigger[]): MmsData {
  return bitsOf(
    TRIGGER_BITS,
    triggers.map((one) => TRIGGERS[one]),
  );
}

export function hasField(bits: Bits, field: OptionalField): boolean {
  return bitAt(bits, OPTIONAL_FIELDS[field]);
}

export function triggersOf(bits: Bits): readonly Trigger[] {
  // All of them are in the first octet, and what was not sent is zero.
  const [octet = 0] = bits.octets;
  const known = REASONS.get(octet);
  if (known !== undefined) return known;
  const triggers = (Object.keys(TRIGGERS) as Trigger[]).filter((one) => bitAt(bits, TRIGGERS[one]));
  REASONS.set(octet, triggers);
  return triggers;
}

/** At most 256: reports say the same few for every value. */
const REASONS = new Map<number, readonly Trigger[]>();

function bitsOf(length: number, set: readonly number[]): MmsData {
  return mmsBits(Array.from({ length }, (_, at) => (set.includes(at) ? "1" : "0")).join(""));
}
