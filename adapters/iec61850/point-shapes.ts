import type { TypeComponent, TypeDescription } from "./mms/types.ts";
import { type Reference, referenceText } from "./model/reference.ts";
import type { DeclaredUnit } from "./model/units.ts";
import { type UnitTable, unitOf } from "./report/data-set-view.ts";

/** What a member is made of, and the places it is in: innermost first, each by its name. */
export interface RootShape {
  readonly shape: Shape;
  readonly places: readonly string[];
}

interface Whose {
  readonly reference: Reference;
  readonly type: TypeDescription | undefined;
  readonly units: UnitTable;
}

/** By the reference of a member, which lives as long as its data set is known: reports say the same things again and again. */
const known = new WeakMap<Reference, RootShape & Whose>();

export function rootOf(one: Whose): RootShape {
  const { reference, type, units } = one;
  const before = known.get(reference);
  if (before !== undefined && before.type === type && before.units === units) return before;
  const { path, fc } = reference;
  const unit = units.size === 0 ? undefined : unitOf(units, reference);
  const shape = new Shape({
    text: referenceText({ ...reference, fc: undefined }),
    name: path.at(-1) ?? "",
    outer: path.at(-2) ?? "",
    fc: fc === undefined ? "" : `[${fc}]`,
    ...{ type, unit, units, depth: path.length },
  });
  const root = { shape, places: placesOf(reference), reference, type, units };
  known.set(reference, root);
  return root;
}

/** Above the data object there is no quality. */
function placesOf({ fc, ld, ln, path }: Reference): readonly string[] {
  const head = `${fc ?? ""} ${ld}/${ln} `;
  const places: string[] = [];
  for (let length = path.length - 1; length >= 1; length--) places.push(`${head}${path.slice(0, length).join(".")}`);
  return places.length > 0 ? places : [head];
}

interface ShapeParts {
  readonly text: string;
  readonly name: string;
  readonly outer: string;
  readonly fc: string;
  readonly type: TypeDescription | undefined;
  readonly unit: DeclaredUnit | undefined;
  readonly units: UnitTable;
  /** Names down from the logical node. */
  readonly depth: number;
}

/** What is known of a place in a value before there is one: how a point there is named, its type and unit. */
export class Shape {
  readonly name: string;
  /** What it is inside of. */
  readonly outer: string;
  readonly type: TypeDescription | undefined;
  readonly unit: DeclaredUnit | undefined;
  /** `LD/LN.DO.DA`, without the functional constraint. */
  readonly #text: string;
  readonly #fc: string;
  readonly #units: UnitTable;
  readonly #depth: number;
  readonly #parts: (Shape | undefined)[] = [];
  #ref: { readonly scheme: "iec61850"; readonly value: string } | undefined;

  constructor({ text, name, outer, fc, type, unit, units, depth }: ShapeParts) {
    this.#text = text;
    this.name = name;
    this.outer = outer;
    this.#fc = fc;
    this.type = type;
    this.unit = unit;
    this.#units = units;
    this.#depth = depth;
  }

  /** As a point names it; the same object every time. */
  get ref(): { readonly scheme: "iec61850"; readonly value: string } {
    this.#ref ??= { scheme: "iec61850", value: `${this.#text}${this.#fc}` };
    return this.#ref;
  }

  /** A component of a structure whose type says its name. */
  component(at: number): Shape | undefined {
    const made = this.#parts[at];
    if (made !== undefined) return made;
    const component = this.#components?.[at];
    if (component?.name === undefined) return undefined;
    const part = this.named(component.name, component.type);
    this.#parts[at] = part;
    return part;
  }

  componentType(at: number): TypeDescription | undefined {
    return this.#components?.[at]?.type;
  }

  get #components(): readonly TypeComponent[] | undefined {
    return this.type?.type === "structure" ? this.type.components : undefined;
  }

  named(name: string, type: TypeDescription | undefined): Shape {
    const text = `${this.#text}.${name}`;
    // Of `A.phsA`: the units of a sub data object are its own.
    const unit = this.#depth === 1 ? (this.#units.get(text) ?? this.unit) : this.unit;
    const depth = this.#depth + 1;
    return new Shape({ text, name, outer: this.name, fc: this.#fc, type, unit, units: this.#units, depth });
  }

  /** An element of an array is called as the array is, with its number behind it. */
  element(index: number): Shape {
    const made = this.#parts[index];
    if (made !== undefined) return made;
    const part = new Shape({
      text: `${this.#text}(${index})`,
      name: this.name,
      outer: this.outer,
      fc: this.#fc,
      type: this.type?.type === "array" ? this.type.element : undefined,
      unit: this.unit,
      units: this.#units,
      depth: this.#depth,
    });
    this.#parts[index] = part;
    return part;
  }
}
