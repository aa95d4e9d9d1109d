import type { Json } from "../../edge-agent/model/bounded-json.ts";
import { FIELDS, type FieldFacts } from "../../proto/oslp/gen/fields.ts";
import * as contract from "../../proto/oslp/gen/types.ts";
import { fromHex, fromUtf8, toHex, utf8 } from "../kit/bytes.ts";
import type { EdgeError } from "../kit/edge-error.ts";
import { ipv4Bytes } from "./addresses.ts";
import { BOUNDS, type Bounds, BYTE_FORMATS, type ByteFormat } from "./body-bounds.ts";
import { oslpFault } from "./codes.ts";

/**
 * Bodies of messages as JSON and back: the field names of the contract, enumerations by name, one-byte numbers as numbers,
 * addresses dotted, 64-bit numbers as decimal strings. What commands say and what results tell has this form.
 */

/** A body for a person or a core. Numbers an enumeration does not have stay numbers, bytes of unusual length are hex. */
export function bodyToJson(type: string, body: object): { [key: string]: Json } {
  const json: { [key: string]: Json } = {};
  for (const [name, facts] of Object.entries(FIELDS[type] ?? {})) {
    const value: unknown = Object.hasOwn(body, name) ? Reflect.get(body, name) : undefined;
    if (value === undefined) continue;
    json[name] = Array.isArray(value)
      ? value.map((one) => valueToJson(name, facts, one))
      : valueToJson(name, facts, value);
  }
  return json;
}

/** A body of a command, within its bounds. Throws `oslp.command.invalid`, which names the field. */
export function bodyFromJson(type: string, json: Json | undefined, at: string = "value"): object {
  if (typeof json !== "object" || json === null || Array.isArray(json)) throw invalid(at, "is an object");
  const fields = FIELDS[type] ?? {};
  const given = new Map<string, Json>(Object.entries(json));
  for (const name of given.keys()) if (!Object.hasOwn(fields, name)) throw invalid(`${at}.${name}`, "is not a field");
  const body: Record<string, unknown> = {};
  for (const [name, facts] of Object.entries(fields)) {
    const value = given.get(name);
    const where = `${at}.${name}`;
    const bounds = BOUNDS[`${type}.${name}`] ?? {};
    if (facts.rule === "repeated") body[name] = listFromJson(where, name, facts, value ?? [], bounds);
    else if (value !== undefined) body[name] = valueFromJson(where, name, facts, value, bounds);
    else if (facts.rule === "required") throw invalid(where, "is missing");
  }
  return body;
}

function listFromJson(where: string, name: string, facts: FieldFacts, json: Json, bounds: Bounds): unknown[] {
  if (!Array.isArray(json)) throw invalid(where, "is a list");
  const { min = 0, max = 50 } = bounds;
  if (json.length < min || json.length > max) throw invalid(where, `has ${min} to ${max} entries`);
  const list: readonly Json[] = json;
  return list.map((one, index) => valueFromJson(`${where}[${index}]`, name, facts, one, {}));
}

function valueToJson(name: string, facts: FieldFacts, value: unknown): Json {
  if (value instanceof Uint8Array) return bytesToJson(BYTE_FORMATS[name] ?? "hex", value);
  if (typeof value === "bigint") return String(value);
  if (facts.type === "enum" && typeof value === "number") return nameOf(facts.of, value) ?? value;
  if (typeof value === "object" && value !== null) return bodyToJson(facts.of ?? "", value);
  return typeof value === "number" || typeof value === "boolean" ? value : String(value);
}

function valueFromJson(where: string, name: string, facts: FieldFacts, json: Json, bounds: Bounds): unknown {
  switch (facts.type) {
    case "message":
      return bodyFromJson(facts.of ?? "", json, where);
    case "bytes":
      return bytesFromJson(where, BYTE_FORMATS[name] ?? "hex", json, bounds);
    case "string":
      return textWithin(where, json, bounds);
    case "bool":
      if (typeof json !== "boolean") throw invalid(where, "is true or false");
      return json;
    case "enum":
      return enumFromJson(where, facts.of, json);
    case "uint32":
      return numberWithin(where, json, bounds.low ?? 0, bounds.high ?? 0xffff_ffff);
    case "sint32":
      return numberWithin(where, json, bounds.low ?? -0x8000_0000, bounds.high ?? 0x7fff_ffff);
    case "uint64":
      throw invalid(where, "is not sent to devices");
  }
}

function bytesToJson(format: ByteFormat, bytes: Uint8Array): Json {
  switch (format) {
    case "number":
      return bytes.length === 1 ? (bytes[0] ?? 0) : toHex(bytes);
    case "numbers":
      return [...bytes];
    case "ipv4":
      return bytes.length === 4 ? bytes.join(".") : toHex(bytes);
    case "mac":
      return toHex(bytes, "-").toUpperCase();
    case "hex":
      return toHex(bytes);
    case "text":
      return fromUtf8(bytes) ?? toHex(bytes);
  }
}

function bytesFromJson(where: string, format: ByteFormat, json: Json, bounds: Bounds): Uint8Array {
  switch (format) {
    case "number":
      return Uint8Array.of(numberWithin(where, json, bounds.low ?? 0, bounds.high ?? 255));
    case "numbers": {
      if (!Array.isArray(json) || json.length > (bounds.max ?? 255)) throw invalid(where, "is a list of numbers");
      const list: readonly Json[] = json;
      return Uint8Array.from(list, (one) => numberWithin(where, one, bounds.low ?? 0, bounds.high ?? 255));
    }
    case "ipv4": {
      const bytes = typeof json === "string" ? ipv4Bytes(json) : undefined;
      if (bytes === undefined) throw invalid(where, "is an IPv4 address");
      return bytes;
    }
    case "mac":
    case "hex": {
      const bytes = typeof json === "string" ? fromHex(json.replaceAll("-", "")) : undefined;
      if (bytes === undefined) throw invalid(where, "is hex");
      return bytes;
    }
    case "text":
      return utf8(textWithin(where, json, bounds));
  }
}

function textWithin(where: string, json: Json, bounds: Bounds): string {
  const { min = 0, max = 255, pattern } = bounds;
  if (typeof json !== "string" || json.length < min || json.length > max) {
    throw invalid(where, `is a text of ${min} to ${max} characters`);
  }
  if (pattern !== undefined && !pattern.test(json)) throw invalid(where, `looks like ${pattern.source}`);
  return json;
}

function numberWithin(where: string, json: Json, low: number, high: number): number {
  if (typeof json === "number" && Number.isInteger(json) && json >= low && json <= high) return json;
  throw invalid(where, `is a whole number from ${low} to ${high}`);
}

function enumFromJson(where: string, name: string | undefined, json: Json): number {
  const values = enumOf(name);
  const number = typeof json === "string" ? values.get(json) : json;
  if (typeof number === "number" && [...values.values()].includes(number)) return number;
  throw invalid(where, `is one of ${[...values.keys()].join(", ")}`);
}

function nameOf(name: string | undefined, number: number): string | undefined {
  for (const [key, value] of enumOf(name)) if (value === number) return key;
  return undefined;
}

const ENUMS: ReadonlyMap<string, ReadonlyMap<string, number>> = new Map(
  Object.entries(contract).map(([name, values]) => [name, new Map(Object.entries(values))]),
);

function enumOf(name: string | undefined): ReadonlyMap<string, number> {
  return ENUMS.get(name ?? "") ?? new Map();
}

function invalid(where: string, expected: string): EdgeError {
  return oslpFault("oslp.command.invalid", `${where} ${expected}`, { blame: "operator" });
}
