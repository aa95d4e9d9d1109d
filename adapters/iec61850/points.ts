import type { Point } from "../../edge-agent/model/point.ts";
import { missing, type Quality, type QualityReason, type Timestamp } from "../../edge-agent/model/quality.ts";
import type { AccessResult, MmsData } from "./mms/data.ts";
import type { TypeDescription } from "./mms/types.ts";
import { isQuality, qualityOf } from "./model/quality.ts";
import { type Reference, referenceText } from "./model/reference.ts";
import { isSet, timestampOf } from "./model/time.ts";
import type { DeclaredUnit } from "./model/units.ts";
import { type UnitTable, unitOf } from "./report/data-set-view.ts";
import { type TypedValue, typedValue } from "./model/value.ts";

/** A value that was read or reported, with what is known of it. */
export interface Told {
  readonly reference: Reference;
  readonly value: AccessResult;
  readonly type: TypeDescription | undefined;
  readonly units: UnitTable;
}

/** Quality and time of everything below a place that has no nearer ones. */
interface Place {
  readonly around: Place | undefined;
  q: Quality | undefined;
  t: Timestamp | undefined;
  isUsed: boolean;
}

interface Leaf {
  /** `LD/LN.DO.DA`, without the functional constraint. */
  readonly text: string;
  readonly name: string;
  /** What it is inside of. */
  readonly outer: string;
  readonly data: MmsData;
  readonly type: TypeDescription | undefined;
  readonly unit: DeclaredUnit | undefined;
  readonly place: Place;
  readonly fc: string;
}

/**
 * Values as points. `q` and `t` are not points of their own: they are the quality and time of what stands beside and below
 * them, whether they came inside one structure or as members of their own. Where only they came, they are said as they are.
 */
export function toPoints(told: readonly Told[]): readonly Point[] {
  const points: Point[] = [];
  const flattening = new Flattening();
  for (const one of told) {
    if (one.value.type === "failure") points.push(failedPoint(one.reference, one.value.error));
    else flattening.take(one, one.value);
  }
  for (const leaf of flattening.values) {
    const point = pointOf(leaf, nearest(leaf.place));
    if (point !== undefined) points.push(point);
  }
  for (const leaf of flattening.aside) {
    const point = leaf.place.isUsed ? undefined : pointOf(leaf, NOTHING);
    if (point !== undefined) points.push(point);
  }
  return points;
}

const NOTHING = { q: undefined, t: undefined } as const;

/** Takes values apart, each leaf with the place it is in. */
class Flattening {
  readonly values: Leaf[] = [];
  /** Qualities and times. */
  readonly aside: Leaf[] = [];
  /** Places that members name, by their text: several members may be in one. */
  readonly #places = new Map<string, Place>();

  take({ reference, type, units }: Told, data: MmsData): void {
    const { path, fc } = reference;
    const text = referenceText({ ...reference, fc: undefined });
    this.#flatten(
      {
        text,
        name: path.at(-1) ?? "",
        outer: path.at(-2) ?? "",
        data,
        type,
        unit: units.size === 0 ? undefined : unitOf(units, reference),
        place: this.#placeOf(reference, path.length - 1),
        fc: fc === undefined ? "" : `[${fc}]`,
      },
      units,
      path.length,
    );
  }

  #flatten(leaf: Leaf, units: UnitTable, depth: number): void {
    const { data, type, text } = leaf;
    if (data.type === "structure") {
      const components = type?.type === "structure" ? type.components : undefined;
      const place: Place = { around: leaf.place, q: undefined, t: undefined, isUsed: false };
      for (let at = 0; at < data.items.length; at++) {
        const item = data.items[at] as MmsData;
        const component = components?.[at];
        const name = component?.name ?? guessedName(item, at, data.items);
        const inner = `${text}.${name}`;
        // Of `A.phsA`: the units of a sub data object are its own.
        const unit = depth === 1 ? (units.get(inner) ?? leaf.unit) : leaf.unit;
        const one: Leaf = {
          text: inner,
          name,
          outer: leaf.name,
          data: item,
          type: component?.type,
          unit,
          place,
          fc: leaf.fc,
        };
        this.#flatten(one, units, depth + 1);
      }
    } else if (data.type === "array") {
      const element = type?.type === "array" ? type.element : undefined;
      for (const [index, item] of data.items.entries())
        this.#flatten({ ...leaf, text: `${text}(${index})`, data: item, type: element }, units, depth);
    } else if (leaf.name === "q" && data.type === "bit-string") {
      leaf.place.q = qualityOf(data);
      this.aside.push(leaf);
    } else if (leaf.name === "t" && data.type === "utc-time") {
      if (isSet(data)) leaf.place.t = timestampOf(data);
      this.aside.push(leaf);
    } else this.values.push(leaf);
  }

  /** The place of the first `length` names of a reference, and those around it. */
  #placeOf(reference: Reference, length: number): Place {
    const key = `${reference.fc ?? ""} ${reference.ld}/${reference.ln} ${reference.path.slice(0, Math.max(0, length)).join(".")}`;
    const known = this.#places.get(key);
    if (known !== undefined) return known;
    // Above the data object there is no quality.
    const around = length > 1 ? this.#placeOf(reference, length - 1) : undefined;
    const place: Place = { around, q: undefined, t: undefined, isUsed: false };
    this.#places.set(key, place);
    return place;
  }
}

/** Without a type the two that everything has are still known by their form. */
function guessedName(item: MmsData, at: number, items: readonly MmsData[]): string {
  if (isQuality(item)) return "q";
  if (item.type === "utc-time" && at === items.length - 1) return "t";
  return String(at);
}

/** The nearest quality and time outward, each for itself. */
function nearest(place: Place): { readonly q: Quality | undefined; readonly t: Timestamp | undefined } {
  let q: Quality | undefined;
  let t: Timestamp | undefined;
  for (let at: Place | undefined = place; at !== undefined; at = at.around) {
    at.isUsed = true;
    q ??= at.q;
    t ??= at.t;
    if (q !== undefined && t !== undefined) break;
  }
  return { q, t };
}

function pointOf(
  leaf: Leaf,
  { q, t }: { readonly q: Quality | undefined; readonly t: Timestamp | undefined },
): Point | undefined {
  const typed = typedValue(leaf.data, leaf.name, leaf.type);
  if (typed === undefined) return undefined;
  return {
    ref: { scheme: "iec61850", value: `${leaf.text}${leaf.fc}` },
    ...scaled(typed, leaf),
    ...(q !== undefined && { q }),
    ...(t !== undefined && { t }),
  };
}

/** Values in the unit of their data object: magnitudes of measured values, and nothing else in it. */
function scaled(typed: TypedValue, { unit, name, outer }: Leaf): Partial<Point> & TypedValue {
  const isMagnitude = name === "f" || name === "i";
  if (!isMagnitude || typeof typed.value !== "number") return typed;
  // The angle of a vector is in degrees, whatever its magnitude is in (IEC 61850-7-3).
  if (outer === "ang") return { ...typed, unit: "deg" };
  if (unit === undefined) return typed;
  const named = unit.unit === undefined ? {} : { unit: unit.unit };
  if (unit.multiplier === 0) return { ...typed, ...named };
  const value = Number((typed.value * 10 ** unit.multiplier).toPrecision(15));
  return { type: typed.type, value, ...named, raw: { value: typed.value, scaler: unit.multiplier } };
}

function failedPoint(reference: Reference, error: number): Point {
  const reason: QualityReason =
    error === 3 ? "access-denied" : error === 4 || error === 10 ? "not-supported" : "device-error";
  return {
    ref: { scheme: "iec61850", value: referenceText(reference) },
    value: null,
    type: "string",
    q: missing(reason),
  };
}
