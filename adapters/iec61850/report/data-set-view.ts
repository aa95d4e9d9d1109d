import type { MmsRequest } from "../mms/pdu.ts";
import type { TypeDescription } from "../mms/types.ts";
import { EdgeError } from "../../kit/edge-error.ts";
import { type DeclaredUnit, declaredUnit } from "../model/units.ts";
import { type Reference, variableOf } from "../model/reference.ts";
import { type Procedure, services } from "../procedure.ts";
import { dataSetDirectory, dataSetName } from "../acsi/data-sets.ts";
import { typesOfReferences } from "../acsi/variables.ts";

/** A member of a data set and what is needed to say what its value means. */
export interface Member {
  readonly reference: Reference;
  readonly type: TypeDescription | undefined;
  /** Of the measured values in it, where the device declares them. */
  readonly units: UnitTable;
}

/** Units by the data object, or sub data object, they are declared of: `LD/LN.PhV.phsA`. */
export type UnitTable = ReadonlyMap<string, DeclaredUnit>;

/** Data objects whose unit is asked for, of one data set. */
const UNITS_LIMIT = 256;
/** The sub data objects of three-phase and sequence values (WYE, DEL, SEQ): each has units of its own. */
const SUB_OBJECTS = new Set([
  "phsA",
  "phsB",
  "phsC",
  "neut",
  "net",
  "res",
  "phsAB",
  "phsBC",
  "phsCA",
  "c1",
  "c2",
  "c3",
]);

/** The members of a data set with their types and units: three round trips, whatever their number. */
export function* dataSetView(dataSet: string): Procedure<readonly Member[]> {
  const { members } = yield* dataSetDirectory(dataSetName(dataSet));
  const types = yield* typesOfReferences(members);
  const units = yield* unitsOf(members, types);
  return members.map((reference, at) => ({ reference, type: types[at], units }));
}

/** `units` in the CF of the data objects of measured values; a device that does not tell has none. */
export function* unitsOf(
  references: readonly Reference[],
  types: readonly (TypeDescription | undefined)[],
): Procedure<UnitTable> {
  const objects = new Map<string, Reference>();
  for (const [at, one] of references.entries())
    for (const place of unitPlaces(one, types[at])) if (objects.size < UNITS_LIMIT) objects.set(unitKey(place), place);
  const asked = [...objects.values()];
  const answers = yield* services(
    asked.map((one): MmsRequest => {
      const units: Reference = { ...one, fc: "CF", path: [...one.path, "units"] };
      return { service: "read", specification: { kind: "variables", variables: [variableOf(units)] } };
    }),
  );
  const found = new Map<string, DeclaredUnit>();
  for (const [at, one] of asked.entries()) {
    const answer = answers[at];
    const value = !(answer instanceof EdgeError) && answer?.service === "read" ? answer.results[0] : undefined;
    if (value?.type !== "structure") continue;
    const [siUnit, multiplier] = value.items;
    if (siUnit?.type !== "integer" && siUnit?.type !== "unsigned") continue;
    const power = multiplier?.type === "integer" ? Number(multiplier.value) : 0;
    found.set(unitKey(one), declaredUnit(Number(siUnit.value), power));
  }
  return found;
}

/** The unit of a value: of its sub data object, else of its data object. */
export function unitOf(units: UnitTable, { ld, ln, path }: Reference): DeclaredUnit | undefined {
  if (units.size === 0) return undefined;
  return units.get(`${ld}/${ln}.${path.slice(0, 2).join(".")}`) ?? units.get(`${ld}/${ln}.${path[0] ?? ""}`);
}

function unitPlaces(reference: Reference, type: TypeDescription | undefined): readonly Reference[] {
  const { ld, ln, fc, path } = reference;
  const [object, inner] = path;
  if (fc !== "MX" || object === undefined) return [];
  if (inner !== undefined) return [{ ld, ln, fc, path: SUB_OBJECTS.has(inner) ? [object, inner] : [object] }];
  const parts = type?.type === "structure" ? type.components.flatMap((one) => one.name ?? []) : [];
  const sub = parts.filter((name) => SUB_OBJECTS.has(name));
  return sub.length === 0 ? [{ ld, ln, fc, path }] : sub.map((name) => ({ ld, ln, fc, path: [object, name] }));
}

function unitKey({ ld, ln, path }: Reference): string {
  return `${ld}/${ln}.${path.join(".")}`;
}
