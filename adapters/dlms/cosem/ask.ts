import { invariant } from "../../kit/invariant.ts";
import type { AttributeReference, DataResult, MethodDescriptor } from "../apdu/descriptor.ts";
import { resultFault, SUCCESS } from "../apdu/results.ts";
import { actionList, type CosemDialogue, getList, pause, setList } from "../association/services.ts";
import type { DlmsData } from "../data/data.ts";
import { type Obis, obisText } from "../obis.ts";
import { attributeName, methodName } from "./classes.ts";

/** Several requests of one association written straight down. A fault of the association is thrown into it. */
export type Procedure<Result> = CosemDialogue<Result>;

export function attributeOf(
  classId: number,
  instance: Obis,
  attribute: number,
  selection?: AttributeReference["selection"],
): AttributeReference {
  return { classId, instance, attribute, selection };
}

/** Reads one attribute; throws `dlms.service.*` where the meter refuses. */
export function* readAttribute(reference: AttributeReference): Procedure<DlmsData> {
  const [data] = yield* readAll([reference]);
  invariant(data !== undefined, "one attribute has one result");
  return data;
}

/** Reads one attribute that the meter may not have; `undefined` where it refuses it for good. */
export function* tryAttribute(reference: AttributeReference): Procedure<DlmsData | undefined> {
  const [result] = yield* readMany([reference]);
  if (result === undefined || result.kind === "data") return result?.data;
  const fault = resultFault("get", result.result, referenceText(reference));
  if (fault.retry !== "never") throw fault;
  return undefined;
}

/** As many results as references, in their order. */
export function readMany(references: readonly AttributeReference[]): Procedure<readonly DataResult[]> {
  return getList(references);
}

/** Reads all of them; throws for the first that is refused. */
export function* readAll(references: readonly AttributeReference[]): Procedure<readonly DlmsData[]> {
  const results = yield* readMany(references);
  return results.map((result, index) => {
    if (result.kind === "data") return result.data;
    const reference = references[index];
    invariant(reference !== undefined, "a get has as many results as references");
    throw resultFault("get", result.result, `read of ${referenceText(reference)}`);
  });
}

export function* writeAttribute(reference: AttributeReference, value: DlmsData): Procedure<void> {
  yield* writeMany([[reference, value]]);
}

/** Writes in order, as one list where the meter takes lists; throws for the first that is refused. */
export function* writeMany(pairs: readonly (readonly [AttributeReference, DlmsData])[]): Procedure<void> {
  const results = yield* setList(pairs.map(([reference, data]) => ({ reference, data })));
  const at = results.findIndex((result) => result !== SUCCESS);
  const refused = pairs[at];
  if (refused !== undefined) throw resultFault("set", results[at] ?? SUCCESS, `write of ${referenceText(refused[0])}`);
}

export function* invokeMethod(method: MethodDescriptor, parameters?: DlmsData): Procedure<DlmsData | undefined> {
  const { result, returned } = yield* tryMethod(method, parameters);
  if (result !== SUCCESS) throw methodRefusal(method, result);
  return returned;
}

/** The action-result as it came, for procedures in which a refusal is an answer. */
export function* tryMethod(
  method: MethodDescriptor,
  parameters?: DlmsData,
): Procedure<{ readonly result: number; readonly returned: DlmsData | undefined }> {
  const [outcome] = yield* actionList([{ method, parameters }]);
  invariant(outcome !== undefined, "one call has one outcome");
  const { result, returned } = outcome;
  return { result, returned: returned?.kind === "data" ? returned.data : undefined };
}

export { pause };

export const TEMPORARY_FAILURE = 2;
export const TYPE_UNMATCHED = 12;

export function methodRefusal(method: MethodDescriptor, result: number): Error {
  return resultFault("action", result, methodText(method));
}

/** `value of 1-0:1.8.0*255 (class 3)`, for faults and logs. */
export function referenceText({ classId, instance, attribute }: AttributeReference): string {
  return `${attributeName(classId, attribute)} of ${obisText(instance)} (class ${classId})`;
}

export function methodText({ classId, instance, method }: MethodDescriptor): string {
  return `${methodName(classId, method)} of ${obisText(instance)} (class ${classId})`;
}
