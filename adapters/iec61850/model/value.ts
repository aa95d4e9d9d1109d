import type { Json } from "../../../edge-agent/model/bounded-json.ts";
import type { Value, ValueType } from "../../../edge-agent/model/value.ts";
import { VALUE_LENGTH } from "../../../edge-agent/model/limits.ts";
import { toHex } from "../../kit/bytes.ts";
import { bitsText, dataAccessErrorText, type AccessResult, type MmsData } from "../mms/data.ts";
import type { TypeDescription } from "../mms/types.ts";
import { plainFloat } from "./plain-float.ts";
import { entryTimeText, utcText } from "./time.ts";

/** Dbpos and Tcmd (IEC 61850-8-1): two bits. */
export const DBPOS = ["intermediate", "off", "on", "bad"] as const;
export const TCMD = ["stop", "lower", "higher", "reserved"] as const;

/** Attributes whose two bits are a position. */
const POSITIONS = new Set(["stVal", "subVal", "ctlVal"]);

export interface TypedValue {
  readonly type: ValueType;
  readonly value: Value;
}

/**
 * A leaf as the message model writes it. The declared type gives the width of an integer; without it the narrowest of 32
 * and 64 bits is said. `undefined` for structures, arrays and what nobody can say in a point.
 *
 * @param name the attribute's own name: two bits of a `stVal` are a position
 */
export function typedValue(data: MmsData, name: string, declared?: TypeDescription): TypedValue | undefined {
  switch (data.type) {
    case "boolean":
      return { type: "bool", value: data.value };
    case "integer":
      return integerValue(data.value, sizeOf(declared, "integer"), "i");
    case "unsigned":
      return integerValue(data.value, sizeOf(declared, "unsigned"), "u");
    case "float":
      return {
        type: data.width === 32 ? "f32" : "f64",
        value: Number.isFinite(data.value) ? plainFloat(data.value, data.width) : String(data.value),
      };
    case "bit-string": {
      const bits = bitsText(data);
      if (data.length === 2 && POSITIONS.has(name))
        return { type: "enum", value: DBPOS[Number.parseInt(bits, 2)] ?? bits };
      return { type: "bitstring", value: bits.slice(0, VALUE_LENGTH) };
    }
    case "octet-string":
      return { type: "bytes", value: toHex(data.value.subarray(0, VALUE_LENGTH / 2)) };
    case "visible-string":
    case "mms-string":
      return { type: "string", value: data.value.slice(0, VALUE_LENGTH) };
    case "utc-time":
      return { type: "time", value: utcText(data) };
    case "binary-time": {
      const time = entryTimeText(data);
      return time === undefined ? { type: "u32", value: data.ms } : { type: "time", value: time };
    }
    case "array":
    case "structure":
    case "other":
      return undefined;
  }
}

/** Any value as JSON, for command results: structures with their names where the type is known. */
export function toJson(data: AccessResult, declared?: TypeDescription, name = ""): Json {
  if (data.type === "failure") return { error: dataAccessErrorText(data.error) };
  if (data.type === "structure") {
    const components = declared?.type === "structure" ? declared.components : undefined;
    if (components === undefined || components.length !== data.items.length)
      return data.items.map((item) => toJson(item));
    return Object.fromEntries(
      data.items.map((item, at) => {
        const component = components[at];
        const own = component?.name ?? String(at);
        return [own, toJson(item, component?.type, own)];
      }),
    );
  }
  if (data.type === "array") {
    const element = declared?.type === "array" ? declared.element : undefined;
    return data.items.map((item) => toJson(item, element, name));
  }
  if (data.type === "other") return { tag: data.tag, content: toHex(data.content) };
  return typedValue(data, name, declared)?.value ?? null;
}

function integerValue(value: number | bigint, size: 8 | 16 | 32 | 64 | undefined, sign: "i" | "u"): TypedValue {
  const width = size !== undefined && fits(value, size, sign) ? size : fits(value, 32, sign) ? 32 : 64;
  const type: ValueType = `${sign}${width}`;
  return { type, value: width === 64 ? String(value) : Number(value) };
}

function sizeOf(declared: TypeDescription | undefined, type: "integer" | "unsigned"): 8 | 16 | 32 | 64 | undefined {
  if (declared?.type !== type) return undefined;
  const { size } = declared;
  return size === 8 || size === 16 || size === 32 || size === 64 ? size : undefined;
}

/** A device may send more than it declared: then the value's own width is said. */
function fits(value: number | bigint, size: number, sign: "i" | "u"): boolean {
  const wide = BigInt(value);
  return sign === "i" ? BigInt.asIntN(size, wide) === wide : BigInt.asUintN(size, wide) === wide;
}
