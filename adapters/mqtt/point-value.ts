import type { Point } from "../../edge-agent/model/point.ts";
import { type Value, type ValueType, valueFlaw } from "../../edge-agent/model/value.ts";
import { mqttFault } from "./mqtt-fault.ts";

/** What a value of a payload becomes: its declared type and, where it is scaled, its power of ten. */
export interface ValueRule {
  readonly type: ValueType;
  /** The payload's number times ten to this is in the base unit. */
  readonly scaler: number | undefined;
}

const NUMERIC: ReadonlySet<ValueType> = new Set(["i8", "i16", "i32", "u8", "u16", "u32", "f32", "f64"]);
const WIDE: ReadonlySet<ValueType> = new Set(["i64", "u64"]);
const NUMBER_TEXT = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?$/;

/**
 * A value of a payload in the model's form. JSON `null` is a missing value and stays one. Throws `mqtt.point.type` where
 * the value is not of the declared type: nothing is rounded, cut or guessed.
 */
export function toValue(given: unknown, rule: ValueRule, where: string): Pick<Point, "value" | "type" | "raw" | "q"> {
  if (given === null) return { value: null, type: rule.type, raw: undefined, q: { validity: "invalid" } };
  const native = toNative(given, rule.type, where);
  if (rule.scaler === undefined || rule.scaler === 0)
    return { value: native, type: rule.type, raw: undefined, q: undefined };
  return {
    value: scaled(native, rule, where),
    type: rule.type,
    raw: { value: native, scaler: rule.scaler },
    q: undefined,
  };
}

function toNative(given: unknown, type: ValueType, where: string): Value {
  const value = convert(given, type);
  const flaw = value === undefined ? `not a value of type ${type}` : valueFlaw(type, value);
  if (value !== undefined && flaw === undefined) return value;
  throw mqttFault("mqtt.point.type", `${where}: ${flaw}`);
}

function convert(given: unknown, type: ValueType): Value | undefined {
  if (NUMERIC.has(type)) return toNumber(given);
  if (WIDE.has(type)) return toWide(given);
  switch (type) {
    case "bool":
      return toBool(given);
    case "string":
      return typeof given === "string" || typeof given === "number" || typeof given === "boolean"
        ? String(given)
        : undefined;
    case "bytes":
      return typeof given === "string" ? given.toLowerCase() : undefined;
    case "enum":
      return typeof given === "string" || typeof given === "number" ? given : undefined;
    default:
      return typeof given === "string" ? given : undefined;
  }
}

function toNumber(given: unknown): number | undefined {
  if (typeof given === "number") return given;
  if (typeof given === "boolean") return given ? 1 : 0;
  if (typeof given !== "string") return undefined;
  const text = given.trim();
  if (!NUMBER_TEXT.test(text)) return undefined;
  const value = Number(text);
  return Number.isFinite(value) ? value : undefined;
}

/** A JSON number above 2^53 has already lost digits when we see it: devices that count so far send a text. */
function toWide(given: unknown): string | undefined {
  if (typeof given === "number") return Number.isSafeInteger(given) ? String(given) : undefined;
  if (typeof given !== "string") return undefined;
  const text = given.trim();
  return /^-?\d{1,20}$/.test(text) ? String(BigInt(text)) : undefined;
}

const TRUE = new Set(["true", "on", "1", "yes"]);
const FALSE = new Set(["false", "off", "0", "no"]);

function toBool(given: unknown): boolean | undefined {
  if (typeof given === "boolean") return given;
  const word = String(given).trim().toLowerCase();
  if (typeof given !== "string" && typeof given !== "number") return undefined;
  return TRUE.has(word) ? true : FALSE.has(word) ? false : undefined;
}

function scaled(native: Value, { type, scaler = 0 }: ValueRule, where: string): Value {
  if (typeof native === "number") {
    // As text, so that 2301 and -1 are 230.1; a number that is written with an exponent already is multiplied.
    const text = String(native);
    return text.includes("e") ? product(native, scaler) : Number(`${text}e${scaler}`);
  }
  if (typeof native === "string" && WIDE.has(type)) return shifted(native, scaler);
  throw mqttFault("mqtt.point.type", `${where}: a value of type ${type} has no scale`, { blame: "operator" });
}

function product(native: number, scaler: number): number {
  return scaler < 0 ? native / 10 ** -scaler : native * 10 ** scaler;
}

/** Moves the decimal point of a text, so that no digit of a 64-bit counter is lost. */
export function shifted(integer: string, scaler: number): string {
  const negative = integer.startsWith("-");
  const digits = negative ? integer.slice(1) : integer;
  if (digits === "0") return "0";
  const sign = negative ? "-" : "";
  if (scaler >= 0) return `${sign}${digits}${"0".repeat(scaler)}`;
  const padded = digits.padStart(-scaler + 1, "0");
  const whole = padded.slice(0, padded.length + scaler);
  const fraction = padded.slice(padded.length + scaler).replace(/0+$/, "");
  return fraction === "" ? `${sign}${whole}` : `${sign}${whole}.${fraction}`;
}
