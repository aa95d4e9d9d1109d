import type { Json } from "../../../edge-agent/model/bounded-json.ts";
import { EdgeError } from "../../kit/edge-error.ts";
import type { DurationMs, WallMs } from "../../kit/time.ts";
import { iec61850Fault } from "../codes.ts";
import type { MmsRequest } from "../mms/pdu.ts";
import type { TypeDescription } from "../mms/types.ts";
import { objectNameOf, type Reference, referenceText, variableOf } from "../model/reference.ts";
import { typeBelow } from "../model/tree.ts";
import { controlEvent, type Procedure, services, watchControl } from "../procedure.ts";
import { read, write } from "../acsi/variables.ts";
import type { ControlBook } from "./control-book.ts";
import { addCauseText, type LastApplError } from "./events.ts";
import { fillControl } from "./oper.ts";

/** IEC 61850-7-3 CtlModels, in the order of their numbers. */
export const CONTROL_MODELS = ["status-only", "direct", "sbo", "direct-enhanced", "sbo-enhanced"] as const;
export type ControlModel = (typeof CONTROL_MODELS)[number];

export interface ControlRequest {
  /** The controllable data object, `LD/LN.DO`. */
  readonly object: Reference;
  readonly value: Json;
  /** What the operator insists on; `undefined`: what the device says. */
  readonly model: ControlModel | undefined;
  /** For devices whose ctlModel says status-only and that are operated all the same (Kaifa SSLD). */
  readonly operatesStatusOnly: boolean;
  readonly orCat: number;
  readonly orIdent: Uint8Array;
  readonly test: boolean;
  readonly synchroCheck: boolean;
  readonly interlockCheck: boolean;
  readonly activateAt: WallMs | undefined;
  readonly now: WallMs;
  /** For the CommandTermination after a positive answer to Oper. */
  readonly terminationMs: DurationMs;
}

/** How a control ended well. */
export interface ControlResult {
  readonly model: ControlModel;
  readonly ctlNum: number;
  /** `terminated`: enhanced security, and the device said it is done. `accepted`: it shall be done at `operTm`. */
  readonly end: "answered" | "terminated" | "accepted" | "selected" | "cancelled";
}

interface Prepared {
  /** `LD/LN$CO$DO`, by which the device names it. */
  readonly name: string;
  readonly model: ControlModel;
  readonly type: TypeDescription;
}

/** Selects where the model asks for it, operates, and with enhanced security waits for the termination. */
export function* operate(request: ControlRequest, book: ControlBook): Procedure<ControlResult> {
  const prepared = yield* prepare(request);
  const { name, model } = prepared;
  const before = book.of(name);
  const isSelected = before?.isSelected === true && sameValue(before.value, request.value);
  const ctlNum = isSelected ? before.ctlNum : book.nextNumber(name);
  if (isSbo(model) && !isSelected) yield* selectWith(request, prepared, ctlNum);
  book.note(name, { value: request.value, ctlNum, activateAt: request.activateAt, isSelected: false });
  yield* writeControl("Oper", request, prepared, ctlNum);
  if (request.activateAt !== undefined) return { model, ctlNum, end: "accepted" };
  if (model === "direct" || model === "sbo") return { model, ctlNum, end: "answered" };
  yield* termination(name, ctlNum, request.terminationMs);
  return { model, ctlNum, end: "terminated" };
}

/** Selects and nothing more: the operate follows as a command of its own, before the device's sboTimeout. */
export function* select(request: ControlRequest, book: ControlBook): Procedure<ControlResult> {
  const prepared = yield* prepare(request);
  const { name, model } = prepared;
  if (!isSbo(model)) throw mismatch(request.object, model, "cannot be selected");
  const ctlNum = book.nextNumber(name);
  yield* selectWith(request, prepared, ctlNum);
  book.note(name, { value: request.value, ctlNum, activateAt: request.activateAt, isSelected: true });
  return { model, ctlNum, end: "selected" };
}

/** Takes back a selection, or a control that is under way: the same values and number as before. */
export function* cancel(request: ControlRequest, book: ControlBook): Procedure<ControlResult> {
  const prepared = yield* prepare(request);
  const { name, model } = prepared;
  const before = book.of(name);
  const again = before === undefined ? request : { ...request, value: before.value, activateAt: before.activateAt };
  const ctlNum = before?.ctlNum ?? book.nextNumber(name);
  yield* writeControl("Cancel", again, prepared, ctlNum);
  book.note(name, { value: again.value, ctlNum, activateAt: undefined, isSelected: false });
  return { model, ctlNum, end: "cancelled" };
}

/** The control model and the type of the object, in one round trip; the device may have them say different things. */
function* prepare(request: ControlRequest): Procedure<Prepared> {
  const { object } = request;
  const inCo: Reference = { ...object, fc: "CO" };
  const ctlModel: Reference = { ...object, fc: "CF", path: [...object.path, "ctlModel"] };
  const [told, described] = yield* services([
    { service: "read", specification: { kind: "variables", variables: [variableOf(ctlModel)] } } satisfies MmsRequest,
    { service: "get-variable-access-attributes", name: objectNameOf(inCo) },
  ]);
  const number = !(told instanceof EdgeError) && told?.service === "read" ? told.results[0] : undefined;
  const said =
    number?.type === "integer" || number?.type === "unsigned" ? CONTROL_MODELS[Number(number.value)] : undefined;
  if (described instanceof EdgeError || described?.service !== "get-variable-access-attributes") {
    if (said === "status-only") throw statusOnly(object);
    throw described instanceof EdgeError ? described : mismatch(object, "status-only", "has no control structure");
  }
  const { type } = described;
  const model = decideModel(request, said, type);
  const name = `${object.ld}/${[object.ln, "CO", ...object.path].join("$")}`;
  yield* watchControl(name);
  return { name, model, type };
}

/** What the operator insists on must be what the device offers; nothing said is what the device says. */
function decideModel(request: ControlRequest, said: ControlModel | undefined, type: TypeDescription): ControlModel {
  const has = (name: string): boolean => typeBelow(type, [name]) !== undefined;
  const offered = said ?? (has("SBOw") ? "sbo-enhanced" : has("SBO") ? "sbo" : "direct");
  if (offered === "status-only") {
    if (!request.operatesStatusOnly || !has("Oper")) throw statusOnly(request.object);
    return request.model ?? "direct";
  }
  if (request.model === undefined || request.model === offered) return offered;
  throw mismatch(request.object, offered, `was to be controlled as ${request.model}`);
}

function* selectWith(request: ControlRequest, prepared: Prepared, ctlNum: number): Procedure<void> {
  if (prepared.model === "sbo-enhanced") {
    yield* writeControl("SBOw", request, prepared, ctlNum);
    return;
  }
  const answer = yield* read(attributeOf(request.object, "SBO"));
  // An empty string is a refusal with a positive answer.
  const selected = (answer.type === "visible-string" || answer.type === "mms-string") && answer.value !== "";
  if (selected) return;
  const refusal = yield* lastApplError();
  throw refused("select", request.object, refusal);
}

function* writeControl(
  attribute: "SBOw" | "Oper" | "Cancel",
  request: ControlRequest,
  { type }: Prepared,
  ctlNum: number,
): Procedure<void> {
  const where = referenceText({ ...request.object, path: [...request.object.path, attribute] });
  const described = typeBelow(type, [attribute]);
  if (described === undefined)
    throw iec61850Fault("iec61850.command.invalid", `${where} does not exist at this device`, { blame: "operator" });
  const data = fillControl(described, { ...request, ctlNum }, where);
  try {
    yield* write(attributeOf(request.object, attribute), data);
  } catch (thrown) {
    if (!(thrown instanceof EdgeError) || thrown.code !== "mms.data.refused") throw thrown;
    // What the device has to say about it came before the answer.
    throw refused(attribute, request.object, yield* lastApplError(), thrown);
  }
}

function* lastApplError(): Procedure<LastApplError | undefined> {
  for (let event = yield* controlEvent(0); event !== undefined; event = yield* controlEvent(0))
    if (event.error !== undefined) return event.error;
  return undefined;
}

function* termination(name: string, ctlNum: number, withinMs: DurationMs): Procedure<void> {
  for (;;) {
    const event = yield* controlEvent(withinMs);
    if (event === undefined)
      throw iec61850Fault("iec61850.control.unterminated", `${name}: no CommandTermination in ${withinMs} ms`, {
        retry: "backoff",
      });
    const about = event.kind === "termination" ? event.ctlNum : event.error.ctlNum;
    // Zero is what devices put there that do not say which; another number is that of a control before.
    if (about !== undefined && about !== 0 && about !== ctlNum) continue;
    // The presence of LastApplError decides: its numbers may all be zero.
    if (event.error !== undefined) throw failed(name, event.error);
    return;
  }
}

function refused(step: string, object: Reference, error: LastApplError | undefined, cause?: EdgeError): EdgeError {
  const why = error === undefined ? (cause?.native ?? "without a reason") : addCauseText(error.addCause);
  return iec61850Fault("iec61850.control.refused", `${step} of ${referenceText(object)} was refused: ${why}`, {
    native: why,
    cause,
  });
}

function failed(name: string, error: LastApplError): EdgeError {
  const why = addCauseText(error.addCause);
  return iec61850Fault("iec61850.control.failed", `${name} did not carry the control out: ${why}`, { native: why });
}

function statusOnly(object: Reference): EdgeError {
  return iec61850Fault(
    "iec61850.control.status-only",
    `${referenceText(object)} is status-only: it cannot be controlled`,
    {
      blame: "operator",
    },
  );
}

function mismatch(object: Reference, model: ControlModel, what: string): EdgeError {
  return iec61850Fault("iec61850.command.invalid", `${referenceText(object)} is ${model} and ${what}`, {
    blame: "operator",
  });
}

function isSbo(model: ControlModel): boolean {
  return model === "sbo" || model === "sbo-enhanced";
}

function attributeOf(object: Reference, attribute: string): Reference {
  return { ...object, fc: "CO", path: [...object.path, attribute] };
}

function sameValue(a: Json, b: Json): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
