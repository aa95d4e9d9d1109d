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
  /** Of the measured value it belongs to, where the device declares one. */
  readonly unit: DeclaredUnit | undefined;
}

/** Data objects whose unit is asked for, of one data set. */
const UNITS_LIMIT = 256;

/** The members of a data set with their types and units: three round trips, whatever their number. */
export function* dataSetView(dataSet: string): Procedure<readonly Member[]> {
  const { members } = yield* dataSetDirectory(dataSetName(dataSet));
  const types = yield* typesOfReferences(members);
  const units = yield* unitsOf(members);
  return members.map((reference, at) => ({ reference, type: types[at], unit: units.get(objectKey(reference)) }));
}

/** `units` in the CF of the data objects of measured values; a device that does not tell has none. */
export function* unitsOf(references: readonly Reference[]): Procedure<ReadonlyMap<string, DeclaredUnit>> {
  const objects = new Map<string, Reference>();
  for (const one of references)
    if (one.fc === "MX" && one.path.length > 0 && objects.size < UNITS_LIMIT) objects.set(objectKey(one), one);
  const asked = [...objects.values()];
  const answers = yield* services(
    asked.map((one): MmsRequest => {
      const units: Reference = { ld: one.ld, ln: one.ln, fc: "CF", path: [one.path[0] ?? "", "units"] };
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
    found.set(objectKey(one), declaredUnit(Number(siUnit.value), power));
  }
  return found;
}

/** The data object a reference is in. */
export function objectKey({ ld, ln, path }: Reference): string {
  return `${ld}/${ln}.${path[0] ?? ""}`;
}
