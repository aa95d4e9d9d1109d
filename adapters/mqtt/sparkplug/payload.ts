import { type EdgeError, toEdgeError } from "../../kit/edge-error.ts";
import { mqttFault } from "../mqtt-fault.ts";
import { sparkplug } from "../../../proto/sparkplug/gen/codec.js";
import { FIELDS, type FieldFacts } from "../../../proto/sparkplug/gen/fields.ts";
import type { Payload } from "../../../proto/sparkplug/gen/types.ts";
import { METRICS_PER_PAYLOAD, NESTING_MAX } from "./limits.ts";

type Plain = Record<string, unknown>;

/**
 * Reads a Sparkplug B payload. `uint64` fields are `bigint` and exact, fields that were not there are absent, lists that were
 * not there are empty, fields the contract does not have are passed over. Throws `mqtt.sparkplug.unreadable` where it is no
 * protobuf of this contract, and where it has more metrics or is nested deeper than we take.
 */
export function decodePayload(bytes: Uint8Array): Payload {
  let decoded: object;
  try {
    // A plain view: the codec would hand out platform buffers for a platform buffer.
    decoded = sparkplug.Payload.decode(new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  } catch (cause) {
    throw unreadable(toEdgeError(cause, "mqtt.sparkplug.unreadable").message, cause);
  }
  const metrics: unknown = Reflect.get(decoded, "metrics");
  if (Array.isArray(metrics) && metrics.length > METRICS_PER_PAYLOAD)
    throw unreadable(`it has ${metrics.length} metrics, at most ${METRICS_PER_PAYLOAD} are taken`);
  return readFields("Payload", decoded, 0) as unknown as Payload;
}

/**
 * Writes a payload, fields in the order of their numbers. `Metric.int_value` and the like are the bits of the wire: see
 * `metric-value.ts` for the two's complement of negative numbers. Throws `mqtt.sparkplug.unreadable` with blame `us` where a
 * field is not of its type.
 */
export function encodePayload(payload: Payload): Uint8Array {
  return new Uint8Array(sparkplug.Payload.encode(writeFields("Payload", payload, 0)).finish());
}

const FIELDS_OF: ReadonlyMap<string, readonly (readonly [string, FieldFacts])[]> = new Map(
  Object.entries(FIELDS).map(([type, fields]) => [type, Object.entries(fields)]),
);

function readFields(type: string, decoded: object, depth: number): Plain {
  if (depth > NESTING_MAX) throw unreadable(`it is nested deeper than ${NESTING_MAX} messages`);
  const plain: Plain = {};
  for (const [name, facts] of FIELDS_OF.get(type) ?? []) {
    if (!Object.hasOwn(decoded, name)) {
      if (facts.rule === "repeated") plain[name] = [];
      continue;
    }
    const value: unknown = Reflect.get(decoded, name);
    plain[name] = Array.isArray(value)
      ? value.map((one) => readValue(facts, one, depth))
      : readValue(facts, value, depth);
  }
  return plain;
}

function readValue(facts: FieldFacts, value: unknown, depth: number): unknown {
  if (typeof value === "number") return facts.type === "uint64" ? BigInt(value) : value;
  if (value instanceof Uint8Array) return value.slice();
  if (typeof value !== "object" || value === null) return value;
  if (facts.type === "message") return readFields(facts.of ?? "", value, depth + 1);
  const low: unknown = Reflect.get(value, "low");
  const high: unknown = Reflect.get(value, "high");
  return (BigInt(Number(high) >>> 0) << 32n) | BigInt(Number(low) >>> 0);
}

function writeFields(type: string, body: object, depth: number): Plain {
  if (depth > NESTING_MAX) throw unwritable(`${type} is nested deeper than ${NESTING_MAX} messages`);
  const plain: Plain = {};
  for (const [name, facts] of FIELDS_OF.get(type) ?? []) {
    const value: unknown = Object.hasOwn(body, name) ? Reflect.get(body, name) : undefined;
    if (value === undefined) continue;
    if (facts.rule !== "repeated") plain[name] = writeValue(type, name, facts, value, depth);
    else if (!Array.isArray(value)) throw unwritable(`${type}.${name} is a list`);
    else if (value.length > 0) plain[name] = value.map((one) => writeValue(type, name, facts, one, depth));
  }
  return plain;
}

function writeValue(type: string, name: string, facts: FieldFacts, value: unknown, depth: number): unknown {
  switch (facts.type) {
    case "message":
      if (typeof value === "object" && value !== null) return writeFields(facts.of ?? "", value, depth + 1);
      break;
    case "bytes":
      if (value instanceof Uint8Array) return value;
      break;
    case "string":
      if (typeof value === "string") return value;
      break;
    case "bool":
      if (typeof value === "boolean") return value;
      break;
    case "float":
    case "double":
      if (typeof value === "number") return value;
      break;
    case "uint32":
      if (typeof value === "number" && Number.isInteger(value) && value >= 0 && value <= 0xffff_ffff) return value;
      break;
    case "uint64":
      if (typeof value === "bigint" && value >= 0n && value < 1n << 64n)
        return { low: Number(value & 0xffff_ffffn), high: Number(value >> 32n), unsigned: true };
      break;
  }
  throw unwritable(`${type}.${name} is not of type ${facts.type}`);
}

function unreadable(why: string, cause?: unknown): EdgeError {
  return mqttFault("mqtt.sparkplug.unreadable", `the payload is no Sparkplug B payload: ${why}`, { cause });
}

function unwritable(why: string): EdgeError {
  return mqttFault("mqtt.sparkplug.unreadable", why, { blame: "us" });
}
