import type { Point } from "../../../edge-agent/model/point.ts";
import { missing, type Quality, type QualityReason, type Timestamp } from "../../../edge-agent/model/quality.ts";
import { VALUE_LENGTH } from "../../../edge-agent/model/limits.ts";
import type { Value, ValueType } from "../../../edge-agent/model/value.ts";
import { fromUtf8, toHex } from "../../kit/bytes.ts";
import { toRfc3339 } from "../../kit/time.ts";
import type { DlmsData } from "../data/data.ts";
import { type Obis, obisText } from "../obis.ts";
import { bitsText, dataText } from "./data-text.ts";
import { type CosemDateTime, dateTimeOf, type MeterTime, toWallTime } from "./date-time.ts";
import { scaledNumber, scaledText } from "./decimal.ts";
import { pointName } from "./obis-name.ts";
import { type CosemUnit, cosemUnit } from "./units.ts";

/** Scaler and unit of a register (class 3, 4: attribute 3; class 5: attribute 4). */
export interface ScalerUnit {
  readonly scaler: number;
  readonly unit: CosemUnit;
}

export const NO_SCALE: ScalerUnit = { scaler: 0, unit: cosemUnit(255) };

/** `structure{integer scaler, enum unit}`; `undefined` for anything else: some meters send null for registers without. */
export function scalerUnitOf(data: DlmsData): ScalerUnit | undefined {
  if (data.kind !== "structure") return undefined;
  const [scaler, unit] = data.elements;
  if (scaler?.kind !== "integer" || unit?.kind !== "enum") return undefined;
  return { scaler: scaler.value, unit: cosemUnit(unit.value) };
}

/** A COSEM value as the model writes it, without a scale. */
export function modelValue(data: DlmsData): { readonly type: ValueType; readonly value: Value } {
  switch (data.kind) {
    case "null-data":
    case "dont-care":
      return { type: "bytes", value: null };
    case "boolean":
      return { type: "bool", value: data.value };
    case "integer":
    case "delta-integer":
      return { type: "i8", value: data.value };
    case "long":
    case "delta-long":
      return { type: "i16", value: data.value };
    case "double-long":
    case "delta-double-long":
      return { type: "i32", value: data.value };
    case "unsigned":
    case "delta-unsigned":
    case "bcd":
      return { type: "u8", value: data.value };
    case "long-unsigned":
    case "delta-long-unsigned":
      return { type: "u16", value: data.value };
    case "double-long-unsigned":
    case "delta-double-long-unsigned":
      return { type: "u32", value: data.value };
    case "long64":
      return { type: "i64", value: String(data.value) };
    case "long64-unsigned":
      return { type: "u64", value: String(data.value) };
    case "enum":
      return { type: "enum", value: data.value };
    case "float32":
      return { type: "f32", value: floatValue(data.value) };
    case "float64":
      return { type: "f64", value: floatValue(data.value) };
    case "bit-string":
      return { type: "bitstring", value: bounded(bitsText(data)) };
    case "visible-string":
      return { type: "string", value: bounded(data.text) };
    case "utf8-string": {
      const text = fromUtf8(data.octets);
      return text === undefined
        ? { type: "bytes", value: bounded(toHex(data.octets)) }
        : { type: "string", value: bounded(text) };
    }
    case "octet-string":
    case "date-time":
    case "date":
    case "time":
      return { type: "bytes", value: bounded(toHex(data.octets)) };
    case "array":
    case "structure":
    case "compact-array":
      return { type: "string", value: bounded(dataText(data)) };
  }
}

/** What a point is made of: where it lives, what it holds, how it is scaled. */
export interface PointSource {
  readonly classId: number;
  readonly instance: Obis;
  readonly attribute: number;
  readonly data: DlmsData;
  readonly scale?: ScalerUnit | undefined;
  readonly q?: Quality | undefined;
  readonly t?: Timestamp | undefined;
  /** Replaces the name of the OBIS code. */
  readonly name?: string | undefined;
}

export function pointOf(source: PointSource): Point {
  const { classId, instance, attribute, data, scale } = source;
  const name = source.name ?? pointName(instance);
  const scaled = scaledValue(data, scale);
  return {
    ref: { scheme: "obis", value: obisText(instance), attr: attribute, classId },
    ...(name === undefined ? {} : { name }),
    ...scaled,
    ...(source.q === undefined ? (scaled.value === null ? { q: missing("device-error") } : {}) : { q: source.q }),
    ...(source.t === undefined ? {} : { t: source.t }),
  };
}

/** The point of something that could not be read. */
export function missingPoint(source: Omit<PointSource, "data">, reason: QualityReason): Point {
  return pointOf({ ...source, data: { kind: "null-data" }, q: missing(reason) });
}

/** Which quality an access result says. */
export function reasonOf(result: number): QualityReason {
  if (result === 3 || result === 13) return "access-denied";
  if (result === 4 || result === 9 || result === 11) return "not-supported";
  return "device-error";
}

type Scaled = Pick<Point, "value" | "type" | "unit" | "raw">;

/** The value with scale and unit applied, exactly where the unit is the model's own. */
export function scaledValue(data: DlmsData, scale: ScalerUnit | undefined): Scaled {
  const plain = modelValue(data);
  if (scale === undefined || plain.value === null) return plain;
  const { unit, factor = 1 } = scale.unit;
  const withUnit = unit === undefined ? {} : { unit };
  const raw = integerOf(data);
  if (raw === undefined) {
    if (typeof plain.value !== "number") return plain;
    return {
      type: plain.type,
      value: Number((plain.value * 10 ** scale.scaler * factor).toPrecision(15)),
      ...withUnit,
    };
  }
  if (factor !== 1) {
    // No power of ten leads back to what the meter sent.
    return { type: "f64", value: Number((scaledNumber(raw, scale.scaler) * factor).toPrecision(15)), ...withUnit };
  }
  if (scale.scaler === 0) return { ...plain, ...withUnit };
  const wide = plain.type === "i64" || plain.type === "u64";
  const value = wide ? scaledText(raw, scale.scaler) : scaledNumber(raw, scale.scaler);
  return { type: plain.type, value, ...withUnit, raw: { value: plain.value, scaler: scale.scaler } };
}

/** A time a meter gave, in the model's terms; `undefined` where it names no instant. */
export function timestampOf(data: DlmsData, meter: MeterTime): Timestamp | undefined {
  const time = dateTimeOf(data);
  return time === undefined ? undefined : timestamp(time, meter);
}

export function timestamp(time: CosemDateTime, meter: MeterTime): Timestamp | undefined {
  const at = toWallTime(time, meter);
  if (at === undefined) return undefined;
  const { status } = time;
  const clockFailure = status?.invalid === true || status?.invalidStatus === true;
  const notSynchronized = status?.doubtful === true;
  if (!clockFailure && !notSynchronized) return { time: toRfc3339(at) };
  return {
    time: toRfc3339(at),
    quality: { ...(clockFailure ? { clockFailure } : {}), ...(notSynchronized ? { notSynchronized } : {}) },
  };
}

/** Text a meter holds in an octet-string: printable characters only, as firmware versions and serial numbers come. */
export function printable(data: DlmsData): string | undefined {
  const octets = "octets" in data && data.kind !== "bit-string" ? data.octets : undefined;
  if (data.kind === "visible-string") return stripped(data.text);
  if (octets === undefined) return undefined;
  return stripped(String.fromCharCode(...octets.subarray(0, 255)));
}

function stripped(text: string): string {
  let kept = "";
  for (const character of text) if (character >= " " && character <= "~") kept += character;
  return kept.trim();
}

function integerOf(data: DlmsData): number | bigint | undefined {
  if (data.kind === "float32" || data.kind === "float64" || data.kind === "boolean") return undefined;
  return "value" in data ? data.value : undefined;
}

function floatValue(value: number): Value {
  return Number.isFinite(value) ? value : String(value);
}

function bounded(text: string): string {
  return text.length <= VALUE_LENGTH ? text : text.slice(0, VALUE_LENGTH);
}
