import { ask, type Dialogue } from "../../kit/dialogue.ts";
import { invariant } from "../../kit/invariant.ts";
import type { DurationMs } from "../../kit/time.ts";
import type { AccessResult, AccessSpecification } from "../apdu/access.ts";
import type { ActionOutcome } from "../apdu/action.ts";
import type { AttributeDescriptor, AttributeReference, DataResult, MethodDescriptor } from "../apdu/descriptor.ts";
import { resultFault, SUCCESS } from "../apdu/results.ts";
import { dlmsFault } from "../codes.ts";
import type { DlmsData } from "../data/data.ts";
import { obisText } from "../obis.ts";

/**
 * What a procedure may ask of an association. Lists are cut as the server can take them, long values are carried in blocks,
 * protection is applied: the procedure sees none of it.
 */
export type ServiceRequest =
  | { readonly kind: "get"; readonly references: readonly AttributeReference[] }
  | { readonly kind: "set"; readonly writes: readonly AttributeWrite[] }
  | { readonly kind: "action"; readonly calls: readonly MethodCall[] }
  | {
      readonly kind: "access";
      readonly entries: readonly AccessEntry[];
      readonly breakOnError: boolean;
    }
  /** Nothing is sent for so long: a meter verifies an image. */
  | { readonly kind: "pause"; readonly ms: DurationMs };

export interface AttributeWrite {
  readonly reference: AttributeReference;
  readonly data: DlmsData;
}

export interface MethodCall {
  readonly method: MethodDescriptor;
  readonly parameters: DlmsData | undefined;
}

export interface AccessEntry {
  readonly specification: AccessSpecification;
  /** null-data for a get. */
  readonly data: DlmsData;
}

export interface AccessAnswer {
  readonly data: DlmsData;
  readonly result: AccessResult;
}

/** As many results as were asked for, in that order. */
export type ServiceAnswer =
  | { readonly kind: "get"; readonly results: readonly DataResult[] }
  | { readonly kind: "set"; readonly results: readonly number[] }
  | { readonly kind: "action"; readonly outcomes: readonly ActionOutcome[] }
  | { readonly kind: "access"; readonly answers: readonly AccessAnswer[] }
  | { readonly kind: "pause" };

/** A procedure over one association, written as the standard describes it. Faults of the association are thrown into it. */
export type CosemDialogue<Result> = Dialogue<ServiceRequest, ServiceAnswer, Result>;

/** The value of an attribute. Throws `dlms.service.*` where the server refuses. */
export function* get(reference: AttributeDescriptor | AttributeReference): CosemDialogue<DlmsData> {
  const [result] = yield* getList([reference]);
  invariant(result !== undefined, "one reference has one result");
  if (result.kind === "data") return result.data;
  throw resultFault("get", result.result, `read of ${attributeText(reference)}`);
}

/** Each with its own result: one that is refused does not spoil the others. */
export function* getList(
  references: readonly (AttributeDescriptor | AttributeReference)[],
): CosemDialogue<readonly DataResult[]> {
  if (references.length === 0) return [];
  return (yield* answered({ kind: "get", references: references.map(withSelection) })).results;
}

export function* set(reference: AttributeDescriptor | AttributeReference, data: DlmsData): CosemDialogue<void> {
  const [result = SUCCESS] = yield* setList([{ reference: withSelection(reference), data }]);
  if (result !== SUCCESS) throw resultFault("set", result, `write of ${attributeText(reference)}`);
}

export function* setList(writes: readonly AttributeWrite[]): CosemDialogue<readonly number[]> {
  return writes.length === 0 ? [] : (yield* answered({ kind: "set", writes })).results;
}

/** What the method returned, where it returns something. */
export function* action(method: MethodDescriptor, parameters?: DlmsData): CosemDialogue<DlmsData | undefined> {
  const [outcome] = yield* actionList([{ method, parameters }]);
  invariant(outcome !== undefined, "one call has one outcome");
  const what = `method ${method.method} of ${obisText(method.instance)} (class ${method.classId})`;
  if (outcome.result !== SUCCESS) throw resultFault("action", outcome.result, what);
  if (outcome.returned?.kind === "error") throw resultFault("get", outcome.returned.result, `what ${what} returns`);
  return outcome.returned?.data;
}

export function* actionList(calls: readonly MethodCall[]): CosemDialogue<readonly ActionOutcome[]> {
  return calls.length === 0 ? [] : (yield* answered({ kind: "action", calls })).outcomes;
}

/** Many reads, writes and methods in one request; only where ACCESS was negotiated. */
export function* access(
  entries: readonly AccessEntry[],
  { breakOnError = false }: { readonly breakOnError?: boolean } = {},
): CosemDialogue<readonly AccessAnswer[]> {
  return entries.length === 0 ? [] : (yield* answered({ kind: "access", entries, breakOnError })).answers;
}

export function* pause(ms: DurationMs): CosemDialogue<void> {
  yield* answered({ kind: "pause", ms });
}

/** For a person: `0-0:1.0.0*255 attribute 2 (class 8)`. */
export function attributeText({ classId, instance, attribute }: AttributeDescriptor): string {
  return `${obisText(instance)} attribute ${attribute} (class ${classId})`;
}

type AnswerOf<Kind> = Extract<ServiceAnswer, { kind: Kind }>;

function* answered<Request extends ServiceRequest>(request: Request): CosemDialogue<AnswerOf<Request["kind"]>> {
  const answer = yield* ask<ServiceRequest, ServiceAnswer>(request);
  if (answer.kind !== request.kind) {
    throw dlmsFault("dlms.association.unexpected-apdu", `a ${answer.kind} answers a ${request.kind}`, { blame: "us" });
  }
  return answer as AnswerOf<Request["kind"]>;
}

function withSelection(reference: AttributeDescriptor | AttributeReference): AttributeReference {
  return "selection" in reference ? reference : { ...reference, selection: undefined };
}
