import { attributeOffset, methodOffset } from "../../../adapters/dlms/cosem/short-name-offsets.ts";
import type { CosemObject } from "./cosem-object.ts";

/** What a short name stands for. */
export interface NamedPart {
  readonly object: CosemObject;
  readonly part: "attribute" | "method";
  /** Its index in the class. */
  readonly index: number;
}

/** Base names the standard keeps for objects that are found without looking: class, logical name, base name. */
const RESERVED: readonly (readonly [classId: number, name: string, baseName: number])[] = [
  [12, "0.0.40.0.0.255", 0xfa00],
  [17, "0.0.41.0.0.255", 0xfc00],
  [1, "0.0.42.0.0.255", 0xfd00],
];
/** reply_to_HLS_authentication of the current association. */
export const REPLY_TO_HLS_NAME = 0xfa58;
const FIRST_BASE = 0x0010;
const LAST_BASE = 0xf800;
const STRIDE = 8;

/** The short names of one meter: given out in the order of its objects, and never changed while it lives. */
export class BaseNames {
  readonly #bases = new Map<string, number>();
  readonly #parts = new Map<number, NamedPart>();
  #next = FIRST_BASE;

  constructor(objects: readonly CosemObject[]) {
    for (const object of objects) this.#add(object);
  }

  /** `undefined` for an object for which there was no room any more. */
  baseOf(object: CosemObject): number | undefined {
    return this.#bases.get(key(object));
  }

  part(name: number): NamedPart | undefined {
    return this.#parts.get(name);
  }

  #add(object: CosemObject): void {
    const { classId, version } = object;
    const parts: { readonly offset: number; readonly part: NamedPart["part"]; readonly index: number }[] = [];
    for (const index of [1, ...Object.keys(object.attributes).map(Number)]) {
      const offset = attributeOffset(classId, version, index);
      if (offset !== undefined) parts.push({ offset, part: "attribute", index });
    }
    for (const index of Object.keys(object.methods).map(Number)) {
      const offset = methodOffset(classId, version, index);
      if (offset !== undefined) parts.push({ offset, part: "method", index });
    }
    const reserved = RESERVED.find(([id, name]) => id === classId && name === object.name)?.[2];
    const base = reserved ?? this.#next;
    const end = base + Math.max(...parts.map(({ offset }) => offset)) + STRIDE;
    if (reserved === undefined) {
      if (end > LAST_BASE) return;
      this.#next = end;
    }
    this.#bases.set(key(object), base);
    for (const { offset, part, index } of parts) this.#parts.set(base + offset, { object, part, index });
  }
}

function key({ classId, name }: CosemObject): string {
  return `${classId} ${name}`;
}

const KNOWN = new WeakMap<object, BaseNames>();

/** The names of a meter, made when somebody first asks for one. */
export function baseNamesOf(store: { readonly all: readonly CosemObject[] }): BaseNames {
  const known = KNOWN.get(store);
  if (known !== undefined) return known;
  const names = new BaseNames(store.all);
  KNOWN.set(store, names);
  return names;
}
