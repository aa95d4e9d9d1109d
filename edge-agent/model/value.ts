import { VALUE_LENGTH } from "./limits.ts";

/** The native types of values, so that a value can be encoded again exactly. */
export const VALUE_TYPES = [
  "i8",
  "i16",
  "i32",
  "i64",
  "u8",
  "u16",
  "u32",
  "u64",
  "f32",
  "f64",
  "bool",
  "enum",
  "string",
  "bytes",
  "bitstring",
  "time",
] as const;
export type ValueType = (typeof VALUE_TYPES)[number];

/** `null`: there is no value; the quality says why. */
export type Value = number | string | boolean | null;

const INTEGERS: Readonly<Partial<Record<ValueType, { readonly low: number; readonly high: number }>>> = {
  i8: { low: -0x80, high: 0x7f },
  i16: { low: -0x8000, high: 0x7fff },
  i32: { low: -0x8000_0000, high: 0x7fff_ffff },
  u8: { low: 0, high: 0xff },
  u16: { low: 0, high: 0xffff },
  u32: { low: 0, high: 0xffff_ffff },
};
const I64 = { low: -(2n ** 63n), high: 2n ** 63n - 1n };
const U64 = { low: 0n, high: 2n ** 64n - 1n };
/** What JSON has no number for, written as the protobuf JSON mapping does. */
const UNWRITABLE = new Set(["NaN", "Infinity", "-Infinity"]);
const DECIMAL = /^-?(?:0|[1-9]\d*)(?:\.\d+)?$/;
const INTEGER = /^-?(?:0|[1-9]\d*)$/;
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z$/;

/**
 * Why `value` cannot be of that native type, or `undefined` where it can. 64-bit integers are decimal strings (a JSON
 * number loses precision above 2^53), `bytes` is lower-case hex, `bitstring` is `0` and `1` from the first bit on the
 * wire, `enum` its number or name.
 */
export function valueFlaw(type: ValueType, value: Value): string | undefined {
  if (value === null) return undefined;
  if (typeof value === "string" && value.length > VALUE_LENGTH) return `longer than ${VALUE_LENGTH} characters`;
  return fits(type, value) ? undefined : `not a value of type ${type}`;
}

/**
 * The same for a value whose scale was applied: `raw` must fit the native type, the value is a decimal number, as a
 * string for 64-bit types so that no digit is lost.
 */
export function scaledFlaw(type: ValueType, raw: Value, value: Value): string | undefined {
  const rawFlaw = valueFlaw(type, raw);
  if (rawFlaw !== undefined) return `raw: ${rawFlaw}`;
  if (value === null || (typeof value === "number" && Number.isFinite(value))) return undefined;
  return typeof value === "string" && value.length <= 64 && DECIMAL.test(value) ? undefined : "not a decimal number";
}

function fits(type: ValueType, value: number | string | boolean): boolean {
  switch (type) {
    case "i64":
      return isWide(value, I64);
    case "u64":
      return isWide(value, U64);
    case "f32":
    case "f64":
      return typeof value === "number" ? Number.isFinite(value) : typeof value === "string" && UNWRITABLE.has(value);
    case "bool":
      return typeof value === "boolean";
    case "enum":
      return typeof value === "string" || (typeof value === "number" && Number.isSafeInteger(value));
    case "string":
      return typeof value === "string";
    case "bytes":
      return typeof value === "string" && value.length % 2 === 0 && /^[0-9a-f]*$/.test(value);
    case "bitstring":
      return typeof value === "string" && /^[01]*$/.test(value);
    case "time":
      return typeof value === "string" && TIME.test(value);
    default: {
      const range = INTEGERS[type];
      return (
        range !== undefined &&
        typeof value === "number" &&
        Number.isInteger(value) &&
        value >= range.low &&
        value <= range.high
      );
    }
  }
}

function isWide(value: number | string | boolean, range: { readonly low: bigint; readonly high: bigint }): boolean {
  if (typeof value !== "string" || value.length > 20 || !INTEGER.test(value)) return false;
  const wide = BigInt(value);
  return wide >= range.low && wide <= range.high;
}
