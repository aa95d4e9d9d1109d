import { fromUtf8, toHex } from "../../adapters/kit/bytes.ts";
import { FIELDS, type FieldFacts } from "../../proto/oslp/gen/fields.ts";

/** One field of a protobuf payload where it stands. */
export interface WireField {
  /** From the start of the envelope. */
  readonly offset: number;
  readonly length: number;
  readonly depth: number;
  readonly number: number;
  /** Its name in the contract; `undefined` for a number the contract does not have. */
  readonly name: string | undefined;
  readonly value: string;
}

/** Nesting of the contract is at most Message → request → list entry → light value. */
const DEPTH_MAX = 8;

/**
 * The fields of a payload in the order of the wire, read without the product's codec: it goes on where that one stops.
 * Ends with an entry that says why where the bytes are no protobuf.
 */
export function wireFields(bytes: Uint8Array, base: number): readonly WireField[] {
  const found: WireField[] = [];
  walk(bytes, base, "Message", 0, found);
  return found;
}

function walk(bytes: Uint8Array, base: number, type: string, depth: number, into: WireField[]): boolean {
  let at = 0;
  const stop = (why: string): boolean => {
    const length = bytes.length - at;
    into.push({ offset: base + at, length, depth, number: 0, name: undefined, value: `unreadable: ${why}` });
    return false;
  };
  while (at < bytes.length) {
    const key = varint(bytes, at);
    if (key === undefined) return stop("a key is cut off");
    const number = Number(key.value >> 3n);
    const facts = factsOf(type, number);
    const start = at;
    let end: number;
    let value: string | undefined;
    let inner: Uint8Array | undefined;
    switch (Number(key.value & 7n)) {
      case 0: {
        const read = varint(bytes, key.end);
        if (read === undefined) return stop(`field ${number} is cut off`);
        end = read.end;
        value = numberText(read.value, facts?.[1]);
        break;
      }
      case 1:
      case 5: {
        end = key.end + (Number(key.value & 7n) === 1 ? 8 : 4);
        if (end > bytes.length) return stop(`field ${number} is cut off`);
        value = toHex(bytes.subarray(key.end, end));
        break;
      }
      case 2: {
        const length = varint(bytes, key.end);
        end = length === undefined ? bytes.length + 1 : length.end + Number(length.value);
        if (length === undefined || end > bytes.length) return stop(`field ${number} announces more than there is`);
        inner = bytes.subarray(length.end, end);
        value = innerText(inner, facts?.[1]);
        break;
      }
      default:
        return stop(`field ${number} has wire type ${key.value & 7n}`);
    }
    into.push({ offset: base + start, length: end - start, depth, number, name: facts?.[0], value });
    const of = facts?.[1].type === "message" ? facts[1].of : undefined;
    if (inner !== undefined && of !== undefined && depth < DEPTH_MAX) {
      if (!walk(inner, base + end - inner.length, of, depth + 1, into)) return false;
    }
    at = end;
  }
  return true;
}

function factsOf(type: string, number: number): [string, FieldFacts] | undefined {
  return Object.entries(FIELDS[type] ?? {}).find(([, facts]) => facts.id === number);
}

function numberText(value: bigint, facts: FieldFacts | undefined): string {
  if (facts?.type === "bool") return value === 0n ? "false" : "true";
  if (facts?.type === "sint32") return String((value >> 1n) ^ -(value & 1n));
  return String(value);
}

function innerText(bytes: Uint8Array, facts: FieldFacts | undefined): string {
  if (facts?.type === "message") return facts.of ?? "";
  if (facts?.type === "string") return JSON.stringify(fromUtf8(bytes) ?? toHex(bytes));
  return toHex(bytes, " ");
}

function varint(bytes: Uint8Array, from: number): { readonly value: bigint; readonly end: number } | undefined {
  let value = 0n;
  for (let at = from; at < bytes.length && at < from + 10; at++) {
    const byte = bytes[at] ?? 0;
    value |= BigInt(byte & 0x7f) << BigInt(7 * (at - from));
    if (byte < 0x80) return { value, end: at + 1 };
  }
  return undefined;
}
