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

interface Leaf {
  readonly reference: Reference;
  readonly name: string;
  readonly data: MmsData;
  readonly type: TypeDescription | undefined;
  readonly units: UnitTable;
}

/** Quality and time of everything below a place that has no nearer ones. */
interface Around {
  q: Quality | undefined;
  t: Timestamp | undefined;
}

/**
 * Values as points. `q` and `t` are not points of their own: they are the quality and time of what stands beside and below
 * them, whether they came inside one structure or as members of their own. Where only they came, they are said as they are.
 */
export function toPoints(told: readonly Told[]): readonly Point[] {
  const leaves: Leaf[] = [];
  const points: Point[] = [];
  const around = new Map<string, Around>();
  for (const { reference, value, type, units } of told) {
    if (value.type === "failure") points.push(failedPoint(reference, value.error));
    else flatten({ reference, name: nameOf(reference), data: value, type, units }, leaves);
  }
  const values = leaves.filter((leaf) => !noteQualityOrTime(leaf, around));
  const used = new Set<Around>();
  for (const leaf of values) {
    const point = pointOf(leaf, nearest(leaf.reference, around, used));
    if (point !== undefined) points.push(point);
  }
  for (const leaf of leaves) {
    const place = isAside(leaf) ? around.get(placeOf(leaf.reference)) : undefined;
    if (place === undefined || used.has(place)) continue;
    const point = pointOf(leaf, { q: undefined, t: undefined });
    if (point !== undefined) points.push(point);
  }
  return points;
}

function flatten(leaf: Leaf, into: Leaf[]): void {
  const { data, type, reference, units } = leaf;
  if (data.type === "structure") {
    const components = type?.type === "structure" ? type.components : undefined;
    for (const [at, item] of data.items.entries()) {
      const component = components?.[at];
      const name = component?.name ?? guessedName(item, at, data.items);
      const inner: Reference = { ...reference, path: [...reference.path, name] };
      flatten({ reference: inner, name, data: item, type: component?.type, units }, into);
    }
    return;
  }
  if (data.type === "array") {
    const element = type?.type === "array" ? type.element : undefined;
    for (const [index, item] of data.items.entries()) {
      const indices = [...(reference.indices ?? []), { at: reference.path.length - 1, index }];
      flatten({ reference: { ...reference, indices }, name: leaf.name, data: item, type: element, units }, into);
    }
    return;
  }
  into.push(leaf);
}

/** Without a type the two that everything has are still known by their form. */
function guessedName(item: MmsData, at: number, items: readonly MmsData[]): string {
  if (isQuality(item)) return "q";
  if (item.type === "utc-time" && at === items.length - 1) return "t";
  return String(at);
}

function isAside({ name, data }: Leaf): boolean {
  return (name === "q" && data.type === "bit-string") || (name === "t" && data.type === "utc-time");
}

function noteQualityOrTime(leaf: Leaf, around: Map<string, Around>): boolean {
  if (!isAside(leaf)) return false;
  const place = placeOf(leaf.reference);
  const beside = around.get(place) ?? { q: undefined, t: undefined };
  if (leaf.data.type === "bit-string") beside.q = qualityOf(leaf.data);
  else if (leaf.data.type === "utc-time" && isSet(leaf.data)) beside.t = timestampOf(leaf.data);
  around.set(place, beside);
  return true;
}

/** The nearest quality and time outward, each for itself. */
function nearest(reference: Reference, around: ReadonlyMap<string, Around>, used: Set<Around>): Around {
  const found: Around = { q: undefined, t: undefined };
  for (let length = reference.path.length - 1; length >= 1; length--) {
    const beside = around.get(placeOf({ ...reference, path: reference.path.slice(0, length + 1) }));
    if (beside === undefined) continue;
    used.add(beside);
    found.q ??= beside.q;
    found.t ??= beside.t;
    if (found.q !== undefined && found.t !== undefined) break;
  }
  return found;
}

function pointOf(leaf: Leaf, { q, t }: Around): Point | undefined {
  const typed = typedValue(leaf.data, leaf.name, leaf.type);
  if (typed === undefined) return undefined;
  return {
    ref: { scheme: "iec61850", value: referenceText(leaf.reference) },
    ...scaled(typed, unitOf(leaf.units, leaf.reference), leaf.reference.path),
    ...(q !== undefined && { q }),
    ...(t !== undefined && { t }),
  };
}

/** Values in the unit of their data object: magnitudes of measured values, and nothing else in it. */
function scaled(
  typed: TypedValue,
  unit: DeclaredUnit | undefined,
  path: readonly string[],
): Partial<Point> & TypedValue {
  const [beside, name] = path.slice(-2);
  const isMagnitude = name === "f" || name === "i";
  if (!isMagnitude || typeof typed.value !== "number") return typed;
  // The angle of a vector is in degrees, whatever its magnitude is in (IEC 61850-7-3).
  if (beside === "ang") return { ...typed, unit: "deg" };
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

/** The structure a reference is in. */
function placeOf(reference: Reference): string {
  return referenceText({ ...reference, path: reference.path.slice(0, -1), fc: reference.fc });
}

function nameOf(reference: Reference): string {
  return reference.path.at(-1) ?? "";
}
