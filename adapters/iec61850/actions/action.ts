import type { Json, JsonRecord } from "../../../edge-agent/model/bounded-json.ts";
import type { Command } from "../../../edge-agent/model/command.ts";
import type { MessageDraft } from "../../../edge-agent/model/draft.ts";
import type { DurationMs, WallMs } from "../../kit/time.ts";
import { iec61850Fault } from "../codes.ts";
import type { ControlBook } from "../control/control-book.ts";
import type { IedDevice } from "../device.ts";
import { type Reference, toReference } from "../model/reference.ts";
import type { Procedure } from "../procedure.ts";
import type { EnabledReport } from "../report/enable.ts";

/** What an action works with. */
export interface ActionContext {
  readonly command: Command;
  readonly device: IedDevice;
  readonly book: ControlBook;
  readonly terminationMs: DurationMs;
  readonly wall: () => WallMs;
  /** The report control blocks that are ours. */
  readonly reports: () => readonly EnabledReport[];
}

export interface ActionResult {
  readonly result: JsonRecord;
  /** What the device said as messages, stored before the command ends. */
  readonly drafts?: readonly MessageDraft[];
}

/** Something a core may ask of an IED. */
export interface Action {
  /** Doing it twice is the same as doing it once. */
  readonly idempotent: boolean;
  readonly run: (context: ActionContext) => Procedure<ActionResult>;
}

/** The reference of the command's target, or of `value.ref`. */
export function targetOf({ target, value }: Command): Reference {
  const text = target?.value ?? field(value, "ref");
  if (typeof text !== "string") throw invalid("a target is needed: { scheme: iec61850, value: LD/LN.DO.DA[FC] }");
  return toReference(text);
}

/** The same, and it has to say its functional constraint. */
export function constrainedTarget(command: Command): Reference {
  const reference = targetOf(command);
  if (reference.fc === undefined) throw invalid("the target needs its functional constraint: LD/LN.DO.DA[ST]");
  return reference;
}

export function field(value: Json | undefined, name: string): Json | undefined {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
  return new Map<string, Json>(Object.entries(value)).get(name);
}

export function textField(value: Json | undefined, name: string): string | undefined {
  const found = field(value, name);
  if (found === undefined) return undefined;
  if (typeof found !== "string") throw invalid(`value.${name} is a text`);
  return found;
}

export function wholeField(value: Json | undefined, name: string): number | undefined {
  const found = field(value, name);
  if (found === undefined) return undefined;
  if (typeof found !== "number" || !Number.isSafeInteger(found)) throw invalid(`value.${name} is a whole number`);
  return found;
}

export function truthField(value: Json | undefined, name: string): boolean | undefined {
  const found = field(value, name);
  if (found === undefined) return undefined;
  if (typeof found !== "boolean") throw invalid(`value.${name} is true or false`);
  return found;
}

export function needed<T>(value: T | undefined, name: string): T {
  if (value === undefined) throw invalid(`value.${name} is needed`);
  return value;
}

export function invalid(message: string): Error {
  return iec61850Fault("iec61850.command.invalid", message, { blame: "operator" });
}
