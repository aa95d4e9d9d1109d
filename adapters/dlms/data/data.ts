import { fromUtf8 } from "../../kit/bytes.ts";

/**
 * A value of the COSEM Data type (IEC 62056-5-3 clause 9.5). `octets` of a decoded value are views into the APDU it came
 * in: valid while that is, so whoever stores, copies. 64-bit integers are `bigint`, and stay so.
 */
export type DlmsData =
  | { readonly kind: "null-data" }
  | { readonly kind: "array"; readonly elements: readonly DlmsData[] }
  | { readonly kind: "structure"; readonly elements: readonly DlmsData[] }
  | { readonly kind: "boolean"; readonly value: boolean }
  /** `length` in bits; bit 0 is the most significant of the first octet. A `BitString` of the kit. */
  | { readonly kind: "bit-string"; readonly octets: Uint8Array; readonly length: number }
  | { readonly kind: SmallIntegerKind; readonly value: number }
  | { readonly kind: "long64" | "long64-unsigned"; readonly value: bigint }
  /** One octet as it came: meters differ in what they put there. */
  | { readonly kind: "bcd"; readonly value: number }
  | { readonly kind: "enum"; readonly value: number }
  | { readonly kind: "octet-string"; readonly octets: Uint8Array }
  /** One character an octet (ISO 8859-1), so that whatever a meter sends comes back the same. */
  | { readonly kind: "visible-string"; readonly text: string }
  /** Octets, because meters send UTF-8 that is none: `textOf` reads it. */
  | { readonly kind: "utf8-string"; readonly octets: Uint8Array }
  | { readonly kind: "compact-array"; readonly description: TypeDescription; readonly elements: readonly DlmsData[] }
  | { readonly kind: "float32" | "float64"; readonly value: number }
  /** 12, 5 and 4 octets as the standard lays them out; `cosem/date-time.ts` reads them. */
  | { readonly kind: "date-time" | "date" | "time"; readonly octets: Uint8Array }
  | { readonly kind: "dont-care" };

/** Integers of up to 32 bits. The delta kinds occur only where delta-value-encoding was negotiated. */
export type SmallIntegerKind =
  | "integer"
  | "long"
  | "double-long"
  | "unsigned"
  | "long-unsigned"
  | "double-long-unsigned"
  | "delta-integer"
  | "delta-long"
  | "delta-double-long"
  | "delta-unsigned"
  | "delta-long-unsigned"
  | "delta-double-long-unsigned";

export type DataKind = DlmsData["kind"];

/** What the elements of a compact-array are, said once for all of them. */
export type TypeDescription =
  | { readonly kind: "array"; readonly count: number; readonly of: TypeDescription }
  | { readonly kind: "structure"; readonly fields: readonly TypeDescription[] }
  | { readonly kind: Exclude<DataKind, "array" | "structure" | "compact-array"> };

/** The tag of each kind. 7, 8, 11 and 14 are not used. */
export const DATA_TAGS: Readonly<Record<DataKind, number>> = {
  "null-data": 0,
  array: 1,
  structure: 2,
  boolean: 3,
  "bit-string": 4,
  "double-long": 5,
  "double-long-unsigned": 6,
  "octet-string": 9,
  "visible-string": 10,
  "utf8-string": 12,
  bcd: 13,
  integer: 15,
  long: 16,
  unsigned: 17,
  "long-unsigned": 18,
  "compact-array": 19,
  long64: 20,
  "long64-unsigned": 21,
  enum: 22,
  float32: 23,
  float64: 24,
  "date-time": 25,
  date: 26,
  time: 27,
  "delta-integer": 28,
  "delta-long": 29,
  "delta-double-long": 30,
  "delta-unsigned": 31,
  "delta-long-unsigned": 32,
  "delta-double-long-unsigned": 33,
  "dont-care": 255,
};

const KINDS: readonly (DataKind | undefined)[] = (() => {
  const kinds: (DataKind | undefined)[] = new Array(256).fill(undefined);
  for (const [kind, tag] of Object.entries(DATA_TAGS)) kinds[tag] = kind as DataKind;
  return kinds;
})();

/** `undefined` for a tag the standard does not have. */
export function kindOfTag(tag: number): DataKind | undefined {
  return KINDS[tag];
}

/** What one value may hold. At the limit the value is refused (`dlms.data.too-deep`, `dlms.data.too-many-elements`). */
export interface DataLimits {
  /** Levels of arrays and structures. */
  readonly depth: number;
  /** Elements of all arrays, structures and compact arrays together. */
  readonly elements: number;
}

/** Object lists nest five levels; a year of quarter hours with eight columns has 280,320 elements. */
export const DATA_LIMITS: DataLimits = { depth: 32, elements: 500_000 };

export const NULL_DATA: DlmsData = Object.freeze({ kind: "null-data" });
export const DONT_CARE: DlmsData = Object.freeze({ kind: "dont-care" });

export function structure(...elements: readonly DlmsData[]): DlmsData {
  return { kind: "structure", elements };
}

export function array(elements: readonly DlmsData[]): DlmsData {
  return { kind: "array", elements };
}

export function octetString(octets: Uint8Array): DlmsData {
  return { kind: "octet-string", octets };
}

export function bool(value: boolean): DlmsData {
  return { kind: "boolean", value };
}

export function enumerated(value: number): DlmsData {
  return { kind: "enum", value };
}

/** `number("long-unsigned", 7)`: an integer of up to 32 bits. The range is checked when it is encoded. */
export function number(kind: SmallIntegerKind, value: number): DlmsData {
  return { kind, value };
}

/** The number of any integer, enumeration or float kind; `undefined` for other kinds and beyond 53 bits. */
export function numberOf(data: DlmsData): number | undefined {
  if (!("value" in data) || typeof data.value === "boolean") return undefined;
  if (typeof data.value === "number") return data.value;
  const value = Number(data.value);
  return Number.isSafeInteger(value) ? value : undefined;
}

/** The text of a string kind; `undefined` for other kinds, and where the octets are no UTF-8. */
export function textOf(data: DlmsData): string | undefined {
  if (data.kind === "visible-string") return data.text;
  return data.kind === "utf8-string" || data.kind === "octet-string" ? fromUtf8(data.octets) : undefined;
}

/** The octets of whatever has some: strings, bits and times. */
export function octetsOf(data: DlmsData): Uint8Array | undefined {
  return "octets" in data ? data.octets : undefined;
}

/** The elements of an array, structure or compact array. */
export function elementsOf(data: DlmsData): readonly DlmsData[] | undefined {
  return "elements" in data ? data.elements : undefined;
}
