import type { TypeDescription } from "../mms/types.ts";
import { basicType } from "./basic-types.ts";
import type { SclDa, SclDo, SclDocument, SclEnumType, SclInstance, SclLn, SclVal } from "./document.ts";
import { shortened } from "./element.ts";
import { SCL_LIMITS, type SclLimits } from "./limits.ts";
import { type SclPlace, sclFault } from "./place.ts";

/** A data object of a logical node with its types followed and its values filled in. */
export interface UnfoldedObject {
  readonly kind: "object";
  readonly name: string;
  readonly cdc: string;
  /** Elements where it is an array; otherwise 0. */
  readonly count: number;
  /** In the order of the type, which is the order on the wire. */
  readonly parts: readonly (UnfoldedObject | UnfoldedAttribute)[];
}

export interface UnfoldedAttribute {
  readonly kind: "attribute";
  readonly name: string;
  readonly fc: string;
  readonly bType: string;
  /** `undefined`: a structure of `parts`. */
  readonly wire: TypeDescription | undefined;
  readonly enumeration: SclEnumType | undefined;
  readonly count: number;
  readonly parts: readonly UnfoldedAttribute[];
  /** What makes a report of it; those of the attribute around it count too. */
  readonly dchg: boolean;
  readonly qchg: boolean;
  readonly dupd: boolean;
  /** From the instance where it gives any, otherwise from the type; more than one: of setting groups. */
  readonly values: readonly SclVal[];
  readonly place: SclPlace;
}

/** Follows the types of logical nodes, all from one budget: a few types inside each other can describe more than fits anywhere. */
export class Unfolder {
  readonly #document: SclDocument;
  readonly #limits: SclLimits;
  #left: number;

  constructor(document: SclDocument, limits: SclLimits = SCL_LIMITS) {
    this.#document = document;
    this.#limits = limits;
    this.#left = limits.unfolded;
  }

  /** Throws `iec61850.scl.reference` where a type is missing or inside itself, `.too-large` beyond the budget. */
  objectsOf(ln: SclLn): readonly UnfoldedObject[] {
    const type = this.#document.templates.lNodeTypes.get(ln.lnType);
    if (type === undefined) throw missing(ln.place, "LNodeType", ln.lnType);
    return type.objects.map((one) => this.#object(one, find(ln.instances, one.name), 1));
  }

  #object(object: SclDo, instance: SclInstance | undefined, depth: number): UnfoldedObject {
    this.#spend(object.place, depth);
    const type = this.#document.templates.doTypes.get(object.type);
    if (type === undefined) throw missing(object.place, "DOType", object.type);
    const parts = type.parts.map((part) => {
      const inner = find(instance?.inner, part.name);
      if (part.kind === "SDO") return this.#object(part, inner, depth + 1);
      const count = countOf(part, type.parts.filter(isAttribute), instance);
      return this.#attribute(part, part.fc, NO_TRIGGERS, count, inner, depth + 1);
    });
    return { kind: "object", name: object.name, cdc: type.cdc, count: object.count, parts };
  }

  #attribute(
    part: SclDa,
    fc: string,
    around: Triggers,
    count: number,
    instance: SclInstance | undefined,
    depth: number,
  ): UnfoldedAttribute {
    this.#spend(part.place, depth);
    const triggers: Triggers = {
      dchg: part.dchg || around.dchg,
      qchg: part.qchg || around.qchg,
      dupd: part.dupd || around.dupd,
    };
    const common = { kind: "attribute", name: part.name, fc, bType: part.bType, count, place: part.place } as const;
    const given = instance?.values ?? [];
    const values = given.length > 0 ? given : part.values;
    if (part.bType === "Struct") {
      const type = this.#document.templates.daTypes.get(part.type);
      if (type === undefined) throw missing(part.place, "DAType", part.type);
      const parts = type.attributes.map((one) => {
        const inner = find(instance?.inner, one.name);
        return this.#attribute(one, fc, triggers, countOf(one, type.attributes, instance), inner, depth + 1);
      });
      return { ...common, ...triggers, wire: undefined, enumeration: undefined, parts, values: [] };
    }
    const wire = basicType(part.bType);
    if (wire === undefined)
      throw sclFault("iec61850.scl.attribute", part.place, `bType="${shortened(part.bType)}" is no basic type`);
    const enumeration = part.bType === "Enum" ? this.#document.templates.enumTypes.get(part.type) : undefined;
    if (part.bType === "Enum" && enumeration === undefined) throw missing(part.place, "EnumType", part.type);
    return { ...common, ...triggers, wire, enumeration, parts: [], values };
  }

  #spend(place: SclPlace, depth: number): void {
    if (depth > this.#limits.typeDepth)
      throw sclFault("iec61850.scl.reference", place, `is inside ${depth} types: does a type contain itself?`);
    this.#left -= 1;
    if (this.#left < 0)
      throw sclFault(
        "iec61850.scl.too-large",
        place,
        `is one of more than ${this.#limits.unfolded} data attributes the types unfold to`,
      );
  }
}

interface Triggers {
  readonly dchg: boolean;
  readonly qchg: boolean;
  readonly dupd: boolean;
}

const NO_TRIGGERS: Triggers = { dchg: false, qchg: false, dupd: false };
const ARRAY_MAX = 10_000;

/** Instances of array elements (`ix`) say nothing about the type: the array starts with what the type says. */
function find(instances: readonly SclInstance[] | undefined, name: string): SclInstance | undefined {
  return instances?.find((one) => one.name === name && one.ix === undefined);
}

function isAttribute<Part extends { readonly kind: string }>(part: Part): part is Extract<Part, { kind: "DA" }> {
  return part.kind === "DA";
}

/** `count` is a number, or names a sibling that holds it (IEC 61850-6, 9.5.4.2). */
function countOf(part: SclDa, siblings: readonly SclDa[], instance: SclInstance | undefined): number {
  if (part.count === "") return 0;
  const named = siblings.find((one) => one.name === part.count);
  const text =
    named === undefined ? part.count : (find(instance?.inner, named.name)?.values[0] ?? named.values[0])?.text;
  const count = text !== undefined && /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
  if (count <= ARRAY_MAX) return count;
  throw sclFault(
    "iec61850.scl.attribute",
    part.place,
    `count="${shortened(part.count)}" is neither a number up to ${ARRAY_MAX} nor a sibling with such a value`,
  );
}

function missing(place: SclPlace, what: string, id: string): Error {
  return sclFault("iec61850.scl.reference", place, `refers to ${what} "${shortened(id)}", which is not there`);
}
