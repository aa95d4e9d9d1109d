import { EdgeError } from "../../kit/edge-error.ts";
import { refusedData } from "../association/refusal.ts";
import { iec61850Fault } from "../codes.ts";
import type { AccessResult, MmsData } from "../mms/data.ts";
import type { VariableAccess } from "../mms/names.ts";
import type { MmsRequest } from "../mms/pdu.ts";
import type { TypeDescription } from "../mms/types.ts";
import { objectNameOf, type Reference, referenceText, variableOf } from "../model/reference.ts";
import { typeBelow } from "../model/tree.ts";
import { type Procedure, service, services } from "../procedure.ts";

/** Octets of one answer spent on each value besides the value: for how many fit into a PDU we only guess. */
const VALUES_PER_READ = 64;

/**
 * Reads several references, many in one request. A request the device refuses as a whole (too large for its PDU, one name
 * it cannot say no to alone) is asked again value by value.
 */
export function* readAll(references: readonly Reference[]): Procedure<readonly AccessResult[]> {
  const chunks: Reference[][] = [];
  for (let at = 0; at < references.length; at += VALUES_PER_READ)
    chunks.push(references.slice(at, at + VALUES_PER_READ));
  const answers = yield* services(chunks.map((chunk) => readRequest(chunk.map(variableOf))));
  const results: AccessResult[] = [];
  for (const [n, chunk] of chunks.entries()) {
    const answer = answers[n];
    if (!(answer instanceof EdgeError) && answer?.service === "read" && answer.results.length === chunk.length)
      results.push(...answer.results);
    else if (chunk.length === 1) throw answer instanceof EdgeError ? answer : unexpected(chunk[0]);
    else results.push(...(yield* oneByOne(chunk)));
  }
  return results;
}

/** One value. Throws `mms.data.refused` where the device has none. */
export function* read(reference: Reference): Procedure<MmsData> {
  const [result] = yield* readAll([reference]);
  if (result === undefined) throw unexpected(reference);
  if (result.type === "failure") throw refusedData(result.error, referenceText(reference));
  return result;
}

/** The type of a reference, asked for where no model is at hand; through an array by the type of the whole. */
export function* typeOfReference(reference: Reference): Procedure<TypeDescription> {
  const [indexed] = reference.indices ?? [];
  if (indexed === undefined)
    return (yield* service({ service: "get-variable-access-attributes", name: objectNameOf(reference) })).type;
  const path = reference.path.slice(0, indexed.at + 1);
  const whole = yield* service({
    service: "get-variable-access-attributes",
    name: objectNameOf({ ld: reference.ld, ln: reference.ln, fc: reference.fc, path }),
  });
  const element = whole.type.type === "array" ? whole.type.element : whole.type;
  const type = typeBelow(element, reference.path.slice(indexed.at + 1));
  if (type === undefined)
    throw iec61850Fault("iec61850.model.unknown", `${referenceText(reference)} is not in the device's model`, {
      blame: "operator",
    });
  return type;
}

/** The types of several references; `undefined` where the device does not tell one. */
export function* typesOfReferences(
  references: readonly Reference[],
): Procedure<readonly (TypeDescription | undefined)[]> {
  const answers = yield* services(
    references.map((one): MmsRequest => ({ service: "get-variable-access-attributes", name: objectNameOf(one) })),
  );
  return answers.map((answer) =>
    !(answer instanceof EdgeError) && answer.service === "get-variable-access-attributes" ? answer.type : undefined,
  );
}

/** Writes one value. Throws `mms.data.refused` with the device's own reason. */
export function* write(reference: Reference, data: MmsData): Procedure<void> {
  const [fault] = yield* writeAll([{ reference, data }]);
  if (fault !== undefined) throw fault;
}

/** Writes several values in one request, each answered by itself: `undefined` where it was written. */
export function* writeAll(
  writes: readonly { readonly reference: Reference; readonly data: MmsData }[],
): Procedure<readonly (EdgeError | undefined)[]> {
  const response = yield* service({
    service: "write",
    specification: { kind: "variables", variables: writes.map(({ reference }) => variableOf(reference)) },
    data: writes.map(({ data }) => data),
  });
  return writes.map(({ reference }, at) => {
    const result = response.results[at];
    if (result === undefined) return unexpected(reference);
    return result.ok ? undefined : refusedData(result.error, referenceText(reference));
  });
}

function* oneByOne(references: readonly Reference[]): Procedure<readonly AccessResult[]> {
  const answers = yield* services(references.map((one) => readRequest([variableOf(one)])));
  return references.map((reference, at) => {
    const answer = answers[at];
    const [result] = !(answer instanceof EdgeError) && answer?.service === "read" ? answer.results : [];
    if (result !== undefined) return result;
    throw answer instanceof EdgeError ? answer : unexpected(reference);
  });
}

function readRequest(variables: readonly VariableAccess[]): MmsRequest {
  return { service: "read", specification: { kind: "variables", variables } };
}

function unexpected(reference: Reference | undefined): EdgeError {
  const what = reference === undefined ? "" : ` for ${referenceText(reference)}`;
  return iec61850Fault("mms.service.unexpected", `the device answered without a value${what}`);
}
