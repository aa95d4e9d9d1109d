import type { MmsData } from "../../../adapters/iec61850/mms/data.ts";
import type { Leaf, Node } from "./node.ts";

/** Why a value cannot be written to a variable (ISO 9506-2 `DataAccessError`). */
export const DENIED = {
  temporarilyUnavailable: 2,
  objectAccessDenied: 3,
  typeInconsistent: 7,
  objectAccessUnsupported: 9,
  objectNonExistent: 10,
  objectValueInvalid: 11,
} as const;
export type Denied = (typeof DENIED)[keyof typeof DENIED];

/** What a write of the whole node comes to, leaf by leaf; nothing is written yet, so that it is all or nothing. */
export function assignments(node: Node, data: MmsData): readonly (readonly [Leaf, MmsData])[] | Denied {
  if (node.kind === "leaf") {
    const denied = fits(node, data);
    return denied ?? [[node, data]];
  }
  const inside = node.kind === "array" ? node.items : [...node.children.values()];
  const wanted = node.kind === "array" ? "array" : "structure";
  if (data.type !== wanted || data.items.length !== inside.length) return DENIED.typeInconsistent;
  const all: (readonly [Leaf, MmsData])[] = [];
  for (const [index, child] of inside.entries()) {
    const item = data.items[index];
    const below = item === undefined ? DENIED.typeInconsistent : assignments(child, item);
    if (typeof below === "number") return below;
    all.push(...below);
  }
  return all;
}

/** IEDs are strict: a signed integer is not an unsigned one, whatever its value. */
function fits(to: Leaf, data: MmsData): Denied | undefined {
  const { type } = to;
  if (data.type !== type.type) return DENIED.typeInconsistent;
  switch (data.type) {
    case "integer":
    case "unsigned":
      return "size" in type && inRange(data.value, type.size, data.type) ? undefined : DENIED.objectValueInvalid;
    case "float":
      return type.type === "float" && data.width === type.width ? undefined : DENIED.typeInconsistent;
    case "bit-string":
      return "size" in type && sized(data.length, type.size) ? undefined : DENIED.typeInconsistent;
    case "octet-string":
    case "visible-string":
    case "mms-string":
      return "size" in type && sized(data.value.length, type.size) ? undefined : DENIED.objectValueInvalid;
    case "binary-time":
      return type.type === "binary-time" && type.days === (data.days !== undefined)
        ? undefined
        : DENIED.typeInconsistent;
    default:
      return undefined;
  }
}

function inRange(value: number | bigint, bits: number, kind: "integer" | "unsigned"): boolean {
  const wide = BigInt(value);
  const high = kind === "integer" ? 1n << BigInt(bits - 1) : 1n << BigInt(bits);
  return wide < high && wide >= (kind === "integer" ? -high : 0n);
}

/** A positive size is exact, a negative one the most there may be. */
function sized(length: number, size: number): boolean {
  return size >= 0 ? length === size : length <= -size;
}
