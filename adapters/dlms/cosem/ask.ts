import { ask, type Dialogue } from "../../kit/dialogue.ts";
import type { EdgeError } from "../../kit/edge-error.ts";
import { invariant } from "../../kit/invariant.ts";
import type { DurationMs } from "../../kit/time.ts";
import type { AttributeReference, DataResult, MethodDescriptor } from "../apdu/descriptor.ts";
import { dlmsFault } from "../codes.ts";
import type { DlmsData } from "../data/data.ts";
import type { Obis } from "../obis.ts";
import { attributeName, methodName } from "./classes.ts";

/**
 * What a procedure may ask of an association. Lists may be of any length: whoever carries them cuts them to what the meter
 * takes at once and gives the answers back in order.
 */
export type CosemAsk =
  | { readonly kind: "get"; readonly references: readonly AttributeReference[] }
  | { readonly kind: "set"; readonly references: readonly AttributeReference[]; readonly values: readonly DlmsData[] }
  | { readonly kind: "action"; readonly method: MethodDescriptor; readonly parameters: DlmsData | undefined }
  /** The meter is busy with itself; nothing is sent for so long. */
  | { readonly kind: "wait"; readonly forMs: DurationMs };

export type CosemAnswer =
  | { readonly kind: "got"; readonly results: readonly DataResult[] }
  /** Data-access-results, 0 is success. */
  | { readonly kind: "set"; readonly results: readonly number[] }
  | { readonly kind: "acted"; readonly result: number; readonly returned: DataResult | undefined }
  | { readonly kind: "waited" };

/** Several requests of one association written straight down. A fault of the association is thrown into it. */
export type Procedure<Result> = Dialogue<CosemAsk, CosemAnswer, Result>;

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
  const [result] = yield* readMany([reference]);
  invariant(result !== undefined, "one attribute has one result");
  if (result.kind === "data") return result.data;
  throw refusal(referenceText(reference), result.result);
}

/** Reads one attribute that the meter may not have; `undefined` where it refuses it for good. */
export function* tryAttribute(reference: AttributeReference): Procedure<DlmsData | undefined> {
  const [result] = yield* readMany([reference]);
  if (result === undefined || result.kind === "error") {
    if (result !== undefined && isTemporary(result.result)) throw refusal(referenceText(reference), result.result);
    return undefined;
  }
  return result.data;
}

/** As many results as references, in their order. */
export function* readMany(references: readonly AttributeReference[]): Procedure<readonly DataResult[]> {
  if (references.length === 0) return [];
  const answer = yield* ask<CosemAsk, CosemAnswer>({ kind: "get", references });
  invariant(answer.kind === "got" && answer.results.length === references.length, "a get is answered as asked");
  return answer.results;
}

/** Reads all of them; throws for the first that is refused. */
export function* readAll(references: readonly AttributeReference[]): Procedure<readonly DlmsData[]> {
  const results = yield* readMany(references);
  return results.map((result, index) => {
    if (result.kind === "data") return result.data;
    const reference = references[index];
    throw refusal(reference === undefined ? "" : referenceText(reference), result.result);
  });
}

export function* writeAttribute(reference: AttributeReference, value: DlmsData): Procedure<void> {
  yield* writeMany([[reference, value]]);
}

/** Writes in order, as one list where the meter takes lists; throws for the first that is refused. */
export function* writeMany(pairs: readonly (readonly [AttributeReference, DlmsData])[]): Procedure<void> {
  if (pairs.length === 0) return;
  const references = pairs.map(([reference]) => reference);
  const answer = yield* ask<CosemAsk, CosemAnswer>({
    kind: "set",
    references,
    values: pairs.map(([, value]) => value),
  });
  invariant(answer.kind === "set" && answer.results.length === pairs.length, "a set is answered as asked");
  const at = answer.results.findIndex((result) => result !== 0);
  const reference = references[at];
  if (reference !== undefined) throw refusal(referenceText(reference), answer.results[at] ?? 250);
}

export function* invokeMethod(method: MethodDescriptor, parameters?: DlmsData): Procedure<DlmsData | undefined> {
  const { result, returned } = yield* tryMethod(method, parameters);
  if (result !== 0) throw refusal(methodText(method), result);
  return returned;
}

/** The action-result as it came, for procedures in which a refusal is an answer. */
export function* tryMethod(
  method: MethodDescriptor,
  parameters?: DlmsData,
): Procedure<{ readonly result: number; readonly returned: DlmsData | undefined }> {
  const answer = yield* ask<CosemAsk, CosemAnswer>({ kind: "action", method, parameters });
  invariant(answer.kind === "acted", "an action is answered as asked");
  const { result, returned } = answer;
  return { result, returned: returned?.kind === "data" ? returned.data : undefined };
}

export function* pause(forMs: DurationMs): Procedure<void> {
  yield* ask<CosemAsk, CosemAnswer>({ kind: "wait", forMs });
}

/** Result codes of get, set and action (IEC 62056-5-3, 9.5) in the standard's words. */
export const ACCESS_RESULTS: Readonly<Record<number, string>> = {
  0: "success",
  1: "hardware-fault",
  2: "temporary-failure",
  3: "read-write-denied",
  4: "object-undefined",
  9: "object-class-inconsistent",
  11: "object-unavailable",
  12: "type-unmatched",
  13: "scope-of-access-violated",
  14: "data-block-unavailable",
  15: "long-get-aborted",
  16: "no-long-get-in-progress",
  17: "long-set-aborted",
  18: "no-long-set-in-progress",
  19: "data-block-number-invalid",
  250: "other-reason",
};

export const TEMPORARY_FAILURE = 2;
export const TYPE_UNMATCHED = 12;

function isTemporary(result: number): boolean {
  return result === TEMPORARY_FAILURE;
}

/** The fault of a refused request; only a temporary failure is worth another attempt. */
export function refusal(what: string, result: number): EdgeError {
  const name = ACCESS_RESULTS[result] ?? "unknown result";
  const message = `the meter answers ${what} with ${name} (${result})`;
  if (isTemporary(result))
    return dlmsFault("dlms.service.temporary-failure", message, { native: result, retry: "backoff" });
  const denied = result === 3 || result === 13;
  return dlmsFault(denied ? "dlms.service.access-denied" : "dlms.service.refused", message, { native: result });
}

/** `3/1.0.1.8.0.255 value`, for faults and logs. */
export function referenceText({ classId, instance, attribute }: AttributeReference): string {
  return `${classId}/${instance} ${attributeName(classId, attribute)}`;
}

export function methodText({ classId, instance, method }: MethodDescriptor): string {
  return `${classId}/${instance} ${methodName(classId, method)}`;
}
