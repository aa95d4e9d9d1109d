import type { Metric } from "../../../proto/sparkplug/gen/types.ts";
import { DataType } from "../../../proto/sparkplug/gen/types.ts";
import { mqttFault } from "../mqtt-fault.ts";

/** The fields of a value, of a metric, a property, a parameter or an element of a DataSet. */
export type Slots = Pick<
  Metric,
  "int_value" | "long_value" | "float_value" | "double_value" | "boolean_value" | "string_value" | "bytes_value"
>;

/** A scalar as the specification names it: integers of up to 32 bits as number, of 64 bits and DateTime (ms) as bigint. */
export type Scalar = number | bigint | boolean | string | Uint8Array;

/** Bits of the integers that travel in `int_value`; negative ones as two's complement of 32 bits, or of their own width. */
const INT_BITS: Readonly<Record<number, { readonly bits: number; readonly signed: boolean }>> = {
  [DataType.Int8]: { bits: 8, signed: true },
  [DataType.Int16]: { bits: 16, signed: true },
  [DataType.Int32]: { bits: 32, signed: true },
  [DataType.UInt8]: { bits: 8, signed: false },
  [DataType.UInt16]: { bits: 16, signed: false },
  [DataType.UInt32]: { bits: 32, signed: false },
};

/**
 * The value of these fields as the data type has it; `undefined` where the field of that type is not there. Throws
 * `mqtt.point.type` where the number does not fit the type.
 */
export function readScalar(datatype: number, slots: Slots): Scalar | undefined {
  const int = INT_BITS[datatype];
  if (int !== undefined) return slots.int_value === undefined ? wideInt(int, slots) : narrow(int, slots.int_value);
  switch (datatype) {
    case DataType.Int64:
      return slots.long_value === undefined ? undefined : BigInt.asIntN(64, slots.long_value);
    case DataType.UInt64:
    case DataType.DateTime:
      return slots.long_value;
    case DataType.Float:
      return slots.float_value;
    case DataType.Double:
      return slots.double_value;
    case DataType.Boolean:
      return slots.boolean_value;
    case DataType.String:
    case DataType.Text:
    case DataType.UUID:
      return slots.string_value;
    default:
      return datatype === DataType.Bytes || datatype === DataType.File || isArray(datatype)
        ? slots.bytes_value
        : undefined;
  }
}

/** The fields of a value. Throws `mqtt.point.type` where it is not of that data type. */
export function writeScalar(datatype: number, value: Scalar): Slots {
  const int = INT_BITS[datatype];
  if (int !== undefined && typeof value === "number" && fits(int, value)) return { int_value: value >>> 0 };
  if (typeof value === "bigint") {
    if (datatype === DataType.Int64 && BigInt.asIntN(64, value) === value)
      return { long_value: BigInt.asUintN(64, value) };
    if ((datatype === DataType.UInt64 || datatype === DataType.DateTime) && BigInt.asUintN(64, value) === value)
      return { long_value: value };
  }
  if (typeof value === "number" && datatype === DataType.Float) return { float_value: value };
  if (typeof value === "number" && datatype === DataType.Double) return { double_value: value };
  if (typeof value === "boolean" && datatype === DataType.Boolean) return { boolean_value: value };
  if (
    typeof value === "string" &&
    (datatype === DataType.String || datatype === DataType.Text || datatype === DataType.UUID)
  )
    return { string_value: value };
  if (value instanceof Uint8Array && (datatype === DataType.Bytes || datatype === DataType.File || isArray(datatype)))
    return { bytes_value: value };
  throw mqttFault("mqtt.point.type", `not a value of Sparkplug data type ${datatype}`);
}

/** Whether it is one of the arrays, Int8Array to DateTimeArray. */
export function isArray(datatype: number): boolean {
  return datatype >= DataType.Int8Array && datatype <= DataType.DateTimeArray;
}

/** UInt32 in `long_value`: what some edge nodes send, their language having no unsigned type of 32 bits. */
function wideInt({ bits, signed }: { bits: number; signed: boolean }, slots: Slots): number | undefined {
  if (slots.long_value === undefined) return undefined;
  const wide = BigInt.asIntN(64, slots.long_value);
  const value = signed ? BigInt.asIntN(bits, wide) : BigInt.asUintN(bits, wide);
  if (value !== wide) throw mqttFault("mqtt.point.type", `${wide} does not fit into ${bits} bits`);
  return Number(value);
}

function narrow({ bits, signed }: { bits: number; signed: boolean }, value: number): number {
  if (!signed) {
    if (bits === 32 || value < 2 ** bits) return value;
    throw mqttFault("mqtt.point.type", `${value} does not fit into ${bits} bits`);
  }
  // -1 of Int8 comes as 0xffffffff from most, as 0xff from some.
  const full = value | 0;
  const own = (value << (32 - bits)) >> (32 - bits);
  if (own === full || value < 2 ** bits) return own;
  throw mqttFault("mqtt.point.type", `${full} does not fit into ${bits} bits`);
}

function fits({ bits, signed }: { bits: number; signed: boolean }, value: number): boolean {
  const low = signed ? -(2 ** (bits - 1)) : 0;
  const high = signed ? 2 ** (bits - 1) - 1 : 2 ** bits - 1;
  return Number.isInteger(value) && value >= low && value <= high;
}
