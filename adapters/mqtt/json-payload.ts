import { JSON_DEPTH_MAX, JSON_NODES_MAX } from "./limits.ts";
import { mqttFault } from "./mqtt-fault.ts";

const utf8 = new TextDecoder("utf-8", { fatal: true });

/** The payload as text. Throws `mqtt.payload.not-text`. */
export function decodeText(payload: Uint8Array): string {
  try {
    return utf8.decode(payload);
  } catch (cause) {
    throw mqttFault("mqtt.payload.not-text", "the payload is not UTF-8", { cause });
  }
}

/** The payload as JSON within our bounds. Throws `mqtt.payload.*`. */
export function decodeJson(payload: Uint8Array): unknown {
  const text = decodeText(payload);
  if (text.trim() === "") throw mqttFault("mqtt.payload.empty", "the payload is empty where JSON was declared");
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw mqttFault("mqtt.payload.not-json", "the payload is not JSON", { cause });
  }
  // So few brackets cannot nest too deep, nor so few characters hold too many values: most payloads need no walk.
  const flaw = text.length < JSON_NODES_MAX && bracketsOf(text) <= JSON_DEPTH_MAX ? undefined : flawOf(value);
  if (flaw !== undefined) throw mqttFault("mqtt.payload.overfull", `the payload is ${flaw}`);
  return value;
}

/**
 * The value a JSON pointer names (RFC 6901), or `undefined` where there is none. Only own members count: `/constructor`
 * is a member like any other, and absent unless the payload has it.
 */
export function pointed(value: unknown, pointer: string): unknown {
  if (pointer === "") return value;
  let here = value;
  for (const key of keysOf(pointer)) {
    if (typeof here !== "object" || here === null) return undefined;
    if (Array.isArray(here)) here = /^(0|[1-9]\d*)$/.test(key) ? here[Number(key)] : undefined;
    else here = Object.hasOwn(here, key) ? (here as Record<string, unknown>)[key] : undefined;
  }
  return here;
}

/** The keys of a pointer. Pointers are the operator's: there are few, and they are asked for with every message. */
function keysOf(pointer: string): readonly string[] {
  const known = KEYS.get(pointer);
  if (known !== undefined) return known;
  const keys = pointer
    .slice(1)
    .split("/")
    .map((token) => token.replace(/~1/g, "/").replace(/~0/g, "~"));
  if (KEYS.size < KEPT_POINTERS) KEYS.set(pointer, keys);
  return keys;
}

const KEYS = new Map<string, readonly string[]>();
const KEPT_POINTERS = 10_000;

function bracketsOf(text: string): number {
  let count = 0;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit === 0x5b || unit === 0x7b) count += 1;
  }
  return count;
}

/** Why a text is no JSON pointer, or `undefined` where it is one. */
export function pointerFlaw(pointer: string): string | undefined {
  if (pointer !== "" && !pointer.startsWith("/")) return "a JSON pointer is empty or begins with /";
  return /~(?![01])/.test(pointer) ? "~ stands only in ~0 and ~1" : undefined;
}

function flawOf(value: unknown): string | undefined {
  const waiting: { readonly value: unknown; readonly depth: number }[] = [{ value, depth: 0 }];
  let nodes = 0;
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    nodes += 1;
    if (nodes > JSON_NODES_MAX) return `of more than ${JSON_NODES_MAX} values`;
    if (typeof next.value !== "object" || next.value === null) continue;
    if (next.depth >= JSON_DEPTH_MAX) return `nested deeper than ${JSON_DEPTH_MAX}`;
    for (const inner of Object.values(next.value)) waiting.push({ value: inner, depth: next.depth + 1 });
  }
  return undefined;
}
