import type { Json } from "../../../edge-agent/model/bounded-json.ts";
import { fromHex } from "../../kit/bytes.ts";
import { fromCivil, type WallMs } from "../../kit/time.ts";
import { iec61850Fault } from "../codes.ts";
import { mmsBits, type MmsData } from "../mms/data.ts";
import type { TypeDescription } from "../mms/types.ts";
import { toBinaryTime, toUtcTime } from "./time.ts";
import { DBPOS, TCMD } from "./value.ts";

/**
 * What an operator wrote, as a value of the device's own type: nothing else would be taken (INT32 sent as unsigned is
 * refused as type-inconsistent). Throws `iec61850.command.invalid`, which names the place.
 *
 * @param where the reference, for the fault
 */
export function encodeValue(value: Json, type: TypeDescription, where: string): MmsData {
  switch (type.type) {
    case "boolean":
      return { type: "boolean", value: toTruth(value, where) };
    case "integer":
    case "unsigned":
      return { type: type.type, value: toWhole(value, type, where) };
    case "float":
      return { type: "float", value: toFloat(value, where), width: type.width === 64 ? 64 : 32 };
    case "visible-string":
    case "mms-string":
      return { type: type.type, value: toText(value, type.size, where) };
    case "octet-string":
      return { type: "octet-string", value: toOctets(value, type.size, where) };
    case "bit-string":
      return toBits(value, Math.abs(type.size), where);
    case "utc-time":
      return toUtcTime(toTime(value, where));
    case "binary-time":
      return toBinaryTime(toTime(value, where));
    case "structure":
      return encodeStructure(value, type, where);
    case "array":
      return encodeArray(value, type, where);
    case "other":
      throw invalid(where, "is of a type that cannot be written");
  }
}

function encodeStructure(value: Json, type: Extract<TypeDescription, { type: "structure" }>, where: string): MmsData {
  if (Array.isArray(value)) {
    if (value.length !== type.components.length)
      throw invalid(where, `has ${type.components.length} components, ${value.length} were given`);
    return {
      type: "structure",
      items: type.components.map((one, at) => encodeValue(value[at] ?? null, one.type, `${where}.${one.name ?? at}`)),
    };
  }
  if (typeof value !== "object" || value === null) throw invalid(where, "is a structure: give an object or a list");
  const given = new Map<string, Json>(Object.entries(value));
  const items = type.components.map((one, at) => {
    const name = one.name ?? String(at);
    const inner = given.get(name);
    if (inner === undefined) throw invalid(where, `needs its component ${name}`);
    given.delete(name);
    return encodeValue(inner, one.type, `${where}.${name}`);
  });
  const [stray] = given.keys();
  if (stray !== undefined) throw invalid(where, `has no component ${stray}`);
  return { type: "structure", items };
}

function encodeArray(value: Json, type: Extract<TypeDescription, { type: "array" }>, where: string): MmsData {
  if (!Array.isArray(value) || value.length !== type.count)
    throw invalid(where, `is an array: give a list of ${type.count}`);
  return { type: "array", items: value.map((one: Json, at) => encodeValue(one, type.element, `${where}(${at})`)) };
}

function toTruth(value: Json, where: string): boolean {
  if (typeof value === "boolean") return value;
  if (value === "true" || value === "on" || value === 1 || value === "1") return true;
  if (value === "false" || value === "off" || value === 0 || value === "0") return false;
  throw invalid(where, "is BOOLEAN: give true or false");
}

function toWhole(
  value: Json,
  type: { readonly type: "integer" | "unsigned"; readonly size: number },
  where: string,
): number | bigint {
  const text = typeof value === "number" || typeof value === "string" ? String(value).trim() : "";
  if (!/^-?\d{1,20}$/.test(text)) throw invalid(where, "is a whole number");
  const wide = BigInt(text);
  const size = Math.min(64, Math.max(1, Math.abs(type.size)));
  const kept = type.type === "integer" ? BigInt.asIntN(size, wide) : BigInt.asUintN(size, wide);
  if (kept !== wide) throw invalid(where, `holds ${size} bits ${type.type === "integer" ? "with" : "without"} a sign`);
  const number = Number(wide);
  return Number.isSafeInteger(number) ? number : wide;
}

function toFloat(value: Json, where: string): number {
  if (typeof value === "number") return value;
  if (typeof value === "string" && /^(?:NaN|-?Infinity|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)$/.test(value))
    return Number(value);
  throw invalid(where, "is a floating-point number");
}

function toText(value: Json, size: number, where: string): string {
  if (typeof value !== "string") throw invalid(where, "is a text");
  if (value.length > Math.abs(size)) throw invalid(where, `holds at most ${Math.abs(size)} characters`);
  return value;
}

function toOctets(value: Json, size: number, where: string): Uint8Array {
  const octets = typeof value === "string" ? fromHex(value) : undefined;
  if (octets === undefined) throw invalid(where, "is an octet string: give hex");
  if (octets.length > Math.abs(size)) throw invalid(where, `holds at most ${Math.abs(size)} octets`);
  return octets;
}

/** `0` and `1`, or the word of a position or a step where there are two bits. */
function toBits(value: Json, size: number, where: string): MmsData {
  if (typeof value === "string" && size === 2) {
    const position = (DBPOS as readonly string[]).indexOf(value);
    const step = (TCMD as readonly string[]).indexOf(value);
    const number = position >= 0 ? position : step;
    if (number >= 0) return mmsBits(number.toString(2).padStart(2, "0"));
  }
  if (typeof value !== "string" || !/^[01]*$/.test(value) || value.length > size)
    throw invalid(where, `is a bit string: give at most ${size} of 0 and 1`);
  return mmsBits(value);
}

function toTime(value: Json, where: string): WallMs {
  const match =
    typeof value === "string" ? /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?Z$/.exec(value) : null;
  const [, year, month, day, hour, minute, second, fraction = "0"] = match ?? [];
  const at =
    match === null
      ? undefined
      : fromCivil({
          year: Number(year),
          month: Number(month),
          day: Number(day),
          hour: Number(hour),
          minute: Number(minute),
          second: Number(second),
          millisecond: Number(fraction.padEnd(3, "0").slice(0, 3)),
        });
  if (at === undefined) throw invalid(where, "is a time: give it as 2026-11-21T10:00:00.000Z");
  return at;
}

function invalid(where: string, what: string): Error {
  return iec61850Fault("iec61850.command.invalid", `${where} ${what}`, { blame: "operator" });
}
