import { EdgeError } from "../kit/edge-error.ts";
import { oslp } from "../../proto/oslp/gen/codec.js";
import { type ContractVersion, FIELDS, type FieldFacts } from "../../proto/oslp/gen/fields.ts";
import type { Message } from "../../proto/oslp/gen/types.ts";
import { oslpFault } from "./codes.ts";

/** The name of a member of `Message`. */
export type MemberName = keyof Message;

/** The content of a member. */
export type Body<Member extends MemberName> = NonNullable<Message[Member]>;

/** A payload: exactly one member of `Message`. Fields that were not on the wire are not in the body either. */
export type OslpMessage<Member extends MemberName = MemberName> = {
  [Name in Member]: { readonly member: Name; readonly body: Body<Name> };
}[Member];

/**
 * Reads a payload. Numbers an enumeration does not have stay numbers, fields the contract does not have are passed
 * over. Throws `oslp.payload.*` and `oslp.message.empty` or `.ambiguous`.
 */
export function decodeMessage(payload: Uint8Array): OslpMessage {
  const decoded = decodePayload(payload);
  // Of its fifty fields, those that are there.
  const members = Object.keys(decoded).filter((name) => Object.hasOwn(MEMBERS, name));
  const member = members[0];
  const facts = member === undefined ? undefined : MEMBERS[member];
  if (member === undefined || facts === undefined)
    throw oslpFault("oslp.message.empty", "the payload holds no message we know");
  if (members.length > 1) {
    throw oslpFault("oslp.message.ambiguous", `the payload holds ${members.length} messages: ${members.join(", ")}`);
  }
  return { member, body: readValue(facts, Reflect.get(decoded, member)) } as OslpMessage;
}

/**
 * Writes a payload in the one canonical form (fields ascending, repeated scalars unpacked, required zeros written):
 * platforms in the field verify signatures over their own encoding of it. Throws `oslp.message.unencodable`, and
 * `oslp.message.not-in-version` where the contract version of the receiver lacks a member or field.
 */
export function encodeMessage(message: OslpMessage, version: ContractVersion): Uint8Array {
  const { member, body } = message;
  const facts = MEMBERS[member];
  if (facts === undefined) throw unencodable(`Message has no field ${String(member)}`);
  const plain = writeField("Message", { name: member, facts }, body, version);
  return new Uint8Array(oslp.Message.encode({ [member]: plain }).finish());
}

function decodePayload(payload: Uint8Array): object {
  try {
    // A plain view: the codec would hand out platform buffers for a platform buffer.
    return oslp.Message.decode(new Uint8Array(payload.buffer, payload.byteOffset, payload.byteLength));
  } catch (thrown) {
    if (thrown instanceof EdgeError) throw thrown;
    const missing = thrown instanceof Error && thrown.name === "ProtocolError";
    const why = thrown instanceof Error ? thrown.message : "unreadable";
    throw oslpFault(missing ? "oslp.payload.field-missing" : "oslp.payload.malformed", `payload: ${why}`, {
      cause: thrown,
    });
  }
}

type Plain = Record<string, unknown>;

interface Field {
  readonly name: string;
  readonly facts: FieldFacts;
}

const MEMBERS: Readonly<Record<string, FieldFacts>> = FIELDS["Message"] ?? {};
/** In the order of their numbers; once and for all, because envelopes come by the thousand. */
const FIELDS_OF: ReadonlyMap<string, readonly Field[]> = new Map(
  Object.entries(FIELDS).map(([type, fields]) => [
    type,
    Object.entries(fields).map(([name, facts]) => ({ name, facts })),
  ]),
);

function readFields(type: string, decoded: object): Plain {
  const plain: Plain = {};
  for (const { name, facts } of FIELDS_OF.get(type) ?? []) {
    if (!Object.hasOwn(decoded, name)) continue;
    const value: unknown = Reflect.get(decoded, name);
    plain[name] = Array.isArray(value) ? value.map((one) => readValue(facts, one)) : readValue(facts, value);
  }
  return plain;
}

function readValue(facts: FieldFacts, value: unknown): unknown {
  if (typeof value === "number") return facts.type === "uint64" ? BigInt(value) : value;
  if (value instanceof Uint8Array) return value.slice();
  if (typeof value !== "object" || value === null) return value;
  if (facts.type === "message") return readFields(facts.of ?? "", value);
  const low: unknown = Reflect.get(value, "low");
  const high: unknown = Reflect.get(value, "high");
  return (BigInt(Number(high) >>> 0) << 32n) | BigInt(Number(low) >>> 0);
}

function writeFields(type: string, body: object, version: ContractVersion): Plain {
  const fields = FIELDS[type] ?? {};
  for (const name of Object.keys(body))
    if (!Object.hasOwn(fields, name)) throw unencodable(`${type} has no field ${name}`);
  const plain: Plain = {};
  for (const field of FIELDS_OF.get(type) ?? []) {
    const value: unknown = Object.hasOwn(body, field.name) ? Reflect.get(body, field.name) : undefined;
    if (value === undefined) {
      if (field.facts.rule === "required") throw unencodable(`${type}.${field.name} is required`);
      continue;
    }
    const written = writeField(type, field, value, version);
    if (written !== undefined) plain[field.name] = written;
  }
  return plain;
}

/** `undefined` for a list without entries, which is not written. */
function writeField(type: string, { name, facts }: Field, value: unknown, version: ContractVersion): unknown {
  let written: unknown;
  if (facts.rule === "repeated") {
    if (!Array.isArray(value)) throw unencodable(`${type}.${name} is a list`);
    if (value.length === 0) return undefined;
    written = value.map((one) => writeValue(type, { name, facts }, one, version));
  } else written = writeValue(type, { name, facts }, value, version);
  if (facts.since > version) {
    throw oslpFault("oslp.message.not-in-version", `${type}.${name} is not in version ${version} of the contract`, {
      blame: "operator",
    });
  }
  return written;
}

function writeValue(type: string, { name, facts }: Field, value: unknown, version: ContractVersion): unknown {
  switch (facts.type) {
    case "message":
      if (typeof value === "object" && value !== null) return writeFields(facts.of ?? "", value, version);
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
    case "uint32":
      if (isWithin(value, 0, 0xffff_ffff)) return value;
      break;
    case "enum":
    case "sint32":
      if (isWithin(value, -0x8000_0000, 0x7fff_ffff)) return value;
      break;
    case "uint64":
      if (typeof value === "bigint" && value >= 0n && value < 1n << 64n) {
        return { low: Number(value & 0xffff_ffffn), high: Number(value >> 32n), unsigned: true };
      }
      break;
  }
  throw unencodable(`${type}.${name} is not of type ${facts.type}`);
}

function isWithin(value: unknown, low: number, high: number): value is number {
  return typeof value === "number" && Number.isInteger(value) && value >= low && value <= high;
}

function unencodable(why: string): EdgeError {
  return oslpFault("oslp.message.unencodable", why, { blame: "us" });
}
