import { DataType } from "../../../proto/sparkplug/gen/types.ts";
import { mqttFault } from "../mqtt-fault.ts";
import { ARRAY_ELEMENTS } from "./limits.ts";
import { fromUtf8 } from "../../kit/bytes.ts";

type Element = number | string | boolean;

/** Reads one element, little-endian; 64-bit integers and times (ms since 1970) as text. */
const ELEMENTS: Readonly<
  Record<number, { readonly bytes: number; readonly read: (view: DataView, at: number) => Element }>
> = {
  [DataType.Int8Array]: { bytes: 1, read: (view, at) => view.getInt8(at) },
  [DataType.Int16Array]: { bytes: 2, read: (view, at) => view.getInt16(at, true) },
  [DataType.Int32Array]: { bytes: 4, read: (view, at) => view.getInt32(at, true) },
  [DataType.Int64Array]: { bytes: 8, read: (view, at) => String(view.getBigInt64(at, true)) },
  [DataType.UInt8Array]: { bytes: 1, read: (view, at) => view.getUint8(at) },
  [DataType.UInt16Array]: { bytes: 2, read: (view, at) => view.getUint16(at, true) },
  [DataType.UInt32Array]: { bytes: 4, read: (view, at) => view.getUint32(at, true) },
  [DataType.UInt64Array]: { bytes: 8, read: (view, at) => String(view.getBigUint64(at, true)) },
  [DataType.FloatArray]: { bytes: 4, read: (view, at) => finite(view.getFloat32(at, true)) },
  [DataType.DoubleArray]: { bytes: 8, read: (view, at) => finite(view.getFloat64(at, true)) },
  [DataType.DateTimeArray]: { bytes: 8, read: (view, at) => String(view.getBigUint64(at, true)) },
};

/**
 * The elements of an array metric: numbers packed one after the other, booleans as a count of four bytes and then bits
 * from the highest, strings each ended by a zero byte. Throws `mqtt.point.type`.
 */
export function readArray(datatype: number, bytes: Uint8Array): readonly Element[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (datatype === DataType.BooleanArray) return booleans(view);
  if (datatype === DataType.StringArray) return strings(bytes);
  const element = ELEMENTS[datatype];
  if (element === undefined || bytes.length % element.bytes !== 0) throw misshapen();
  const count = bounded(bytes.length / element.bytes);
  return Array.from({ length: count }, (_, at) => element.read(view, at * element.bytes));
}

function booleans(view: DataView): readonly boolean[] {
  if (view.byteLength < 4) throw misshapen();
  const count = bounded(view.getUint32(0, true));
  if (view.byteLength !== 4 + Math.ceil(count / 8)) throw misshapen();
  return Array.from({ length: count }, (_, at) => ((view.getUint8(4 + (at >> 3)) >> (7 - (at & 7))) & 1) === 1);
}

function strings(bytes: Uint8Array): readonly string[] {
  if (bytes.length === 0) return [];
  const text = fromUtf8(bytes);
  if (text === undefined || !text.endsWith("\0")) throw misshapen();
  const found = text.slice(0, -1).split("\0");
  bounded(found.length);
  return found;
}

function bounded(count: number): number {
  if (count <= ARRAY_ELEMENTS) return count;
  throw mqttFault("mqtt.payload.overfull", `an array has ${count} elements, at most ${ARRAY_ELEMENTS} are taken`);
}

/** JSON has no number for it. */
function finite(value: number): number | string {
  return Number.isFinite(value) ? value : String(value);
}

function misshapen(): Error {
  return mqttFault("mqtt.point.type", "the bytes are no array of that data type");
}
