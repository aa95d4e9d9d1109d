import type { Point } from "../../edge-agent/model/point.ts";
import { missing, type Quality, type QualityReason, type Timestamp } from "../../edge-agent/model/quality.ts";
import type { AccessResult, MmsData } from "./mms/data.ts";
import type { TypeDescription } from "./mms/types.ts";
import { isQuality, qualityOf } from "./model/quality.ts";
import { type Reference, referenceText } from "./model/reference.ts";
import { isSet, timestampOf } from "./model/time.ts";
import { type RootShape, rootOf, type Shape } from "./point-shapes.ts";
import type { UnitTable } from "./report/data-set-view.ts";
import { typedValue } from "./model/value.ts";

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

/** A value that is no structure, where it stands. */
interface Leaf {
  readonly shape: Shape;
  readonly data: MmsData;
  readonly place: Place;
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
    else flattening.take(rootOf(one), one.value);
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

  take(root: RootShape, data: MmsData): void {
    this.#flatten(root.shape, data, this.#placeOf(root.places, 0));
  }

  #flatten(shape: Shape, data: MmsData, place: Place): void {
    if (data.type === "structure") {
      const inside: Place = { around: place, q: undefined, t: undefined, isUsed: false };
      const { items } = data;
      for (let at = 0; at < items.length; at++) {
        const item = items[at] as MmsData;
        this.#flatten(
          shape.component(at) ?? shape.named(guessedName(item, at, items), shape.componentType(at)),
          item,
          inside,
        );
      }
    } else if (data.type === "array") {
      for (const [index, item] of data.items.entries()) this.#flatten(shape.element(index), item, place);
    } else if (shape.name === "q" && data.type === "bit-string") {
      place.q = qualityOf(data);
      this.aside.push({ shape, data, place });
    } else if (shape.name === "t" && data.type === "utc-time") {
      if (isSet(data)) place.t = timestampOf(data);
      this.aside.push({ shape, data, place });
    } else this.values.push({ shape, data, place });
  }

  /** The place of that name, inside of those named after it. */
  #placeOf(names: readonly string[], at: number): Place {
    const name = names[at] ?? "";
    const known = this.#places.get(name);
    if (known !== undefined) return known;
    const around = at + 1 < names.length ? this.#placeOf(names, at + 1) : undefined;
    const place: Place = { around, q: undefined, t: undefined, isUsed: false };
    this.#places.set(name, place);
    return place;
  }
}

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };

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
  { shape, data }: Leaf,
  { q, t }: { readonly q: Quality | undefined; readonly t: Timestamp | undefined },
): Point | undefined {
  const typed = typedValue(data, shape.name, shape.type);
  if (typed === undefined) return undefined;
  const point: Mutable<Point> = { ref: shape.ref, type: typed.type, value: typed.value };
  scale(point, shape);
  if (q !== undefined) point.q = q;
  if (t !== undefined) point.t = t;
  return point;
}

/** Into the unit of its data object: magnitudes of measured values, and nothing else in it. */
function scale(point: Mutable<Point>, { unit, name, outer }: Shape): void {
  const isMagnitude = name === "f" || name === "i";
  const raw = point.value;
  if (!isMagnitude || typeof raw !== "number") return;
  // The angle of a vector is in degrees, whatever its magnitude is in (IEC 61850-7-3).
  if (outer === "ang") {
    point.unit = "deg";
    return;
  }
  if (unit === undefined) return;
  if (unit.multiplier !== 0) point.value = Number((raw * 10 ** unit.multiplier).toPrecision(15));
  if (unit.unit !== undefined) point.unit = unit.unit;
  if (unit.multiplier !== 0) point.raw = { value: raw, scaler: unit.multiplier };
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
