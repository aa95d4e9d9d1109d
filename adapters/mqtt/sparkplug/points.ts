import {
  DataType,
  type DataSet,
  type Metric,
  type PropertySet,
  type Template,
} from "../../../proto/sparkplug/gen/types.ts";
import type { Point } from "../../../edge-agent/model/point.ts";
import type { Quality } from "../../../edge-agent/model/quality.ts";
import { isUnit, type Unit } from "../../../edge-agent/model/units.ts";
import { type Value, type ValueType, valueFlaw } from "../../../edge-agent/model/value.ts";
import { NAME_LENGTH } from "../../../edge-agent/model/limits.ts";
import { toHex } from "../../kit/bytes.ts";
import { mqttFault } from "../mqtt-fault.ts";
import { readTime } from "../time-form.ts";
import { readArray } from "./arrays.ts";
import { COMPOSED_LENGTH } from "./limits.ts";
import { isArray, readScalar, type Scalar, type Slots } from "./metric-value.ts";
import { addressOf, NAMESPACE, type SparkplugAddress } from "./topic.ts";

/** What a birth said of a metric, for the data that names it by its alias alone. */
export interface BornMetric {
  readonly name: string;
  readonly datatype: number;
  readonly unit: Unit | undefined;
}

/** Sparkplug's quality codes, in the property `Quality`. */
const QUALITY_OF: Readonly<Record<number, Quality>> = {
  0: { validity: "invalid" },
  192: { validity: "good" },
  500: { validity: "questionable", detail: ["oldData"] },
};

const TYPES: Readonly<Record<number, ValueType>> = {
  [DataType.Int8]: "i8",
  [DataType.Int16]: "i16",
  [DataType.Int32]: "i32",
  [DataType.Int64]: "i64",
  [DataType.UInt8]: "u8",
  [DataType.UInt16]: "u16",
  [DataType.UInt32]: "u32",
  [DataType.UInt64]: "u64",
  [DataType.Float]: "f32",
  [DataType.Double]: "f64",
  [DataType.Boolean]: "bool",
  [DataType.DateTime]: "time",
  [DataType.Bytes]: "bytes",
  [DataType.File]: "bytes",
};

/**
 * A metric as a point. Its reference is the address in the namespace with the metric's name as JSON pointer: the same for
 * births and data. A value that is not of its data type, or longer than the model takes, is none, with `decode-error`.
 * DataSets, Templates and arrays are text, as JSON; 64-bit integers in it are texts, so that no digit is lost.
 */
export function toPoint(address: SparkplugAddress, born: BornMetric, metric: Metric): Point {
  const ref = {
    scheme: "mqtt",
    value: `${NAMESPACE}/${addressOf(address)}`,
    pointer: `/${born.name.replace(/~/g, "~0").replace(/\//g, "~1")}`,
  } as const;
  const type = TYPES[born.datatype] ?? "string";
  const base = { ref, name: born.name.slice(0, NAME_LENGTH), type, unit: born.unit };
  const t = timeOf(metric.timestamp);
  const at = t === undefined ? {} : { t: { time: t } };
  if (metric.is_null === true) return { ...base, value: null, q: { validity: "invalid" }, ...at };
  let value: Value | undefined;
  try {
    value = carried(born.datatype, metric);
  } catch (_unreadable) {
    value = undefined;
  }
  if (value === undefined || valueFlaw(type, value) !== undefined)
    return { ...base, value: null, q: { validity: "invalid", reason: "decode-error" }, ...at };
  const q = qualityOf(metric.properties);
  return q === undefined ? { ...base, value, ...at } : { ...base, value, q, ...at };
}

/** Milliseconds since 1970 as RFC 3339; `undefined` where there are none or nobody can mean them. */
export function timeOf(ms: bigint | undefined): string | undefined {
  if (ms === undefined) return undefined;
  try {
    return readTime(String(ms), "unix-ms");
  } catch (_outOfRange) {
    return undefined;
  }
}

/** The base unit the property `engUnit` names, where it is one of ours. */
export function unitOf(properties: PropertySet | undefined): Unit | undefined {
  const text = propertyOf(properties, "engUnit")?.string_value;
  return text !== undefined && isUnit(text) ? text : undefined;
}

function qualityOf(properties: PropertySet | undefined): Quality | undefined {
  const code = propertyOf(properties, "Quality");
  if (code === undefined || code.is_null === true) return undefined;
  const number = code.int_value ?? (code.long_value === undefined ? undefined : Number(code.long_value));
  return number === undefined ? undefined : (QUALITY_OF[number] ?? { validity: "questionable" });
}

function propertyOf(properties: PropertySet | undefined, key: string) {
  const index = properties?.keys.indexOf(key) ?? -1;
  return index < 0 ? undefined : properties?.values[index];
}

function carried(datatype: number, metric: Metric): Value | undefined {
  if (datatype === DataType.DataSetType) return composed(metric.dataset_value, dataSet);
  if (datatype === DataType.TemplateType) return composed(metric.template_value, template);
  const value = readScalar(datatype, metric);
  if (value === undefined) return undefined;
  if (value instanceof Uint8Array && isArray(datatype)) return json(readArray(datatype, value));
  if (datatype === DataType.DateTime) return timeOf(value as bigint);
  if (typeof value === "number" && !Number.isFinite(value)) return String(value);
  return plain(value);
}

function plain(value: Scalar): Exclude<Value, null> {
  if (typeof value === "bigint") return String(value);
  return value instanceof Uint8Array ? toHex(value) : value;
}

function composed<T>(value: T | undefined, write: (value: T) => unknown): string | undefined {
  return value === undefined ? undefined : json(write(value));
}

function json(value: unknown): string {
  const text = JSON.stringify(value);
  if (text.length <= COMPOSED_LENGTH) return text;
  throw mqttFault("mqtt.payload.overfull", `the value is JSON of more than ${COMPOSED_LENGTH} characters`);
}

function dataSet({ columns, types, rows }: DataSet): unknown {
  if (types.length !== columns.length || rows.some((row) => row.elements.length !== columns.length))
    throw mqttFault("mqtt.point.type", "a DataSet has one type and in every row one value per column");
  return { columns, types, rows: rows.map(({ elements }) => elements.map((one, at) => scalarOf(types[at] ?? 0, one))) };
}

function template({ version, template_ref, metrics, parameters }: Template): unknown {
  return {
    templateRef: template_ref,
    version,
    parameters: parameters.map((one) => ({ name: one.name, value: scalarOf(one.type ?? 0, one) })),
    metrics: metrics.map((one) => ({ name: one.name, value: member(one) })),
  };
}

function member(metric: Metric): unknown {
  if (metric.is_null === true) return null;
  if (metric.template_value !== undefined) return template(metric.template_value);
  if (metric.dataset_value !== undefined) return dataSet(metric.dataset_value);
  const datatype = metric.datatype ?? 0;
  if (isArray(datatype) && metric.bytes_value !== undefined) return readArray(datatype, metric.bytes_value);
  return scalarOf(datatype, metric);
}

function scalarOf(datatype: number, slots: Slots): unknown {
  const value = readScalar(datatype, slots);
  if (value === undefined) return null;
  return datatype === DataType.DateTime ? (timeOf(value as bigint) ?? null) : plain(value);
}
