/** A value of MMS (ISO 9506-2 `Data`), as it is on the wire: nothing rounded, nothing scaled. */
export type MmsData =
  | { readonly type: "array"; readonly items: readonly MmsData[] }
  | { readonly type: "structure"; readonly items: readonly MmsData[] }
  | { readonly type: "boolean"; readonly value: boolean }
  /** Bit 0 is the most significant of the first octet; bits that are not used are zero. */
  | { readonly type: "bit-string"; readonly octets: Uint8Array; readonly length: number }
  /** A bigint where a number would lose digits. */
  | { readonly type: "integer"; readonly value: number | bigint }
  | { readonly type: "unsigned"; readonly value: number | bigint }
  /** `width` in bits. */
  | { readonly type: "float"; readonly value: number; readonly width: 32 | 64 }
  | { readonly type: "octet-string"; readonly value: Uint8Array }
  /** One character per octet (ISO 8859-1: ASCII, and what devices send instead). */
  | { readonly type: "visible-string"; readonly value: string }
  /** Unicode. */
  | { readonly type: "mms-string"; readonly value: string }
  /** `ms` of the day; `days` since 1984-01-01 where the six-octet form was used. */
  | { readonly type: "binary-time"; readonly ms: number; readonly days: number | undefined }
  /** `seconds` since 1970, `fraction` in 2^-24 s, `quality` as IEC 61850-8-1 table 28 has it. */
  | { readonly type: "utc-time"; readonly seconds: number; readonly fraction: number; readonly quality: number }
  /** Types nobody uses with IEC 61850 (real, generalized time, BCD, boolean array, object identifier). */
  | { readonly type: "other"; readonly tag: number; readonly content: Uint8Array };

export type MmsType = MmsData["type"];

/** One result of a read, or one value of a report: the value, or why there is none (a DataAccessError). */
export type AccessResult = MmsData | { readonly type: "failure"; readonly error: number };

/** ISO 9506-2 `DataAccessError`. */
export const DATA_ACCESS_ERRORS = [
  "object-invalidated",
  "hardware-fault",
  "temporarily-unavailable",
  "object-access-denied",
  "object-undefined",
  "invalid-address",
  "type-unsupported",
  "type-inconsistent",
  "object-attribute-inconsistent",
  "object-access-unsupported",
  "object-non-existent",
  "object-value-invalid",
] as const;
export type DataAccessErrorName = (typeof DATA_ACCESS_ERRORS)[number];

export function dataAccessErrorText(error: number): string {
  return DATA_ACCESS_ERRORS[error] ?? `data access error ${error}`;
}

export function mmsBoolean(value: boolean): MmsData {
  return { type: "boolean", value };
}

export function mmsInteger(value: number | bigint): MmsData {
  return { type: "integer", value };
}

export function mmsUnsigned(value: number | bigint): MmsData {
  return { type: "unsigned", value };
}

export function mmsFloat(value: number, width: 32 | 64 = 32): MmsData {
  return { type: "float", value, width };
}

export function mmsVisible(value: string): MmsData {
  return { type: "visible-string", value };
}

export function mmsOctets(value: Uint8Array): MmsData {
  return { type: "octet-string", value };
}

export function mmsStructure(...items: readonly MmsData[]): MmsData {
  return { type: "structure", items };
}

/** @param bits `0` and `1`, first bit first. */
export function mmsBits(bits: string): MmsData {
  const octets = new Uint8Array(Math.ceil(bits.length / 8));
  for (let i = 0; i < bits.length; i++) if (bits[i] === "1") octets[i >> 3] = (octets[i >> 3] ?? 0) | (0x80 >> (i & 7));
  return { type: "bit-string", octets, length: bits.length };
}

/** The bits as `0` and `1`, first bit first. */
export function bitsText(data: { readonly octets: Uint8Array; readonly length: number }): string {
  let text = "";
  for (let i = 0; i < data.length; i++) text += ((data.octets[i >> 3] ?? 0) & (0x80 >> (i & 7))) !== 0 ? "1" : "0";
  return text;
}

/** Bits that are not there are `false`. */
export function bitAt(data: { readonly octets: Uint8Array; readonly length: number }, number: number): boolean {
  return number < data.length && ((data.octets[number >> 3] ?? 0) & (0x80 >> (number & 7))) !== 0;
}
