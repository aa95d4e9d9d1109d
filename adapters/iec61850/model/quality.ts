import { DETAIL_QUALITIES, type Quality, VALIDITIES } from "../../../edge-agent/model/quality.ts";
import { bitAt, type MmsData } from "../mms/data.ts";

type Bits = { readonly octets: Uint8Array; readonly length: number };

/** IEC 61850-8-1 table 27: validity in bits 0 and 1, counted from the first on the wire. */
const VALIDITY_BY_BITS = [0, 1, 2, 3].map((bits) => VALIDITIES[bits] ?? "invalid");
const DETAIL_FROM = 2;
const SUBSTITUTED = 10;
const TEST = 11;
const OPERATOR_BLOCKED = 12;

/** The bits that say something. */
const QUALITY_BITS = 13;

/** Each quality once, by its bits: nearly every value has one, and nearly all have the same. */
const known: (Quality | undefined)[] = new Array<Quality | undefined>(2 ** QUALITY_BITS);

/** The quality of a value, the same object for the same bits. Bits a shorter bit string does not have are false. */
export function qualityOf(bits: Bits): Quality {
  const first = bits.octets[0] ?? 0;
  const second = bits.octets[1] ?? 0;
  const said = ((first << 8) | second) & (0xffff << (16 - Math.min(bits.length, QUALITY_BITS)));
  const before = known[said >> (16 - QUALITY_BITS)];
  if (before !== undefined) return before;
  const quality = toQuality(bits);
  known[said >> (16 - QUALITY_BITS)] = quality;
  return quality;
}

function toQuality(bits: Bits): Quality {
  const validity = VALIDITY_BY_BITS[(bitAt(bits, 0) ? 2 : 0) + (bitAt(bits, 1) ? 1 : 0)] ?? "invalid";
  const detail = DETAIL_QUALITIES.filter((_name, at) => bitAt(bits, DETAIL_FROM + at));
  return {
    validity,
    ...(detail.length > 0 && { detail }),
    ...(bitAt(bits, SUBSTITUTED) && { source: "substituted" as const }),
    ...(bitAt(bits, TEST) && { test: true }),
    ...(bitAt(bits, OPERATOR_BLOCKED) && { operatorBlocked: true }),
  };
}

/** Whether a value is what 61850-7-3 calls Quality: a bit string of 13. */
export function isQuality(data: MmsData): data is Extract<MmsData, { type: "bit-string" }> {
  return data.type === "bit-string" && data.length === 13;
}
