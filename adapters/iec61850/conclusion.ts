import type { JsonRecord } from "../../edge-agent/model/bounded-json.ts";
import type { Command } from "../../edge-agent/model/command.ts";
import type { EdgeError } from "../kit/edge-error.ts";
import type { CommandConclusion } from "../kit/session.ts";
import { iec61850Fault } from "./codes.ts";

/** What only an operator can put right: the device was asked nothing, or nothing that changes it. */
const REJECTED = new Set<string>([
  "iec61850.command.invalid",
  "iec61850.command.unknown-action",
  "iec61850.control.status-only",
  "iec61850.model.reference",
]);
/** Nobody knows what became of it. */
const UNANSWERED = new Set<string>([
  "mms.service.unanswered",
  "iec61850.control.unterminated",
  "iec61850.association.closed",
  "iec61850.association.aborted",
  "iec61850.association.unanswered",
  "iec61850.cotp.disconnected",
  "iec61850.cotp.error",
]);

export function succeeded(command: Command, result: JsonRecord): CommandConclusion {
  return { uid: command.uid, end: "succeeded", fault: undefined, result };
}

/**
 * How a command that did not succeed ended.
 *
 * @param effects something that changes the device had been asked for: then a lost answer may have been a yes
 * @param isOver the association is over, whatever the fault says of the device
 */
export function unsuccessful(command: Command, fault: EdgeError, effects: boolean, isOver: boolean): CommandConclusion {
  const { uid } = command;
  const result = fault.native === undefined ? {} : { native: fault.native };
  if (REJECTED.has(fault.code) && !effects) return { uid, end: "rejected", fault, result };
  if (isOver || UNANSWERED.has(fault.code)) return { uid, end: effects ? "unanswered" : "unsent", fault, result };
  if (fault.code === "mms.service.unsent" || fault.code === "iec61850.command.busy")
    return { uid, end: effects ? "unanswered" : "unsent", fault, result };
  return { uid, end: "failed", fault, result };
}

export function unknownAction(command: Command, known: readonly string[]): CommandConclusion {
  const fault = iec61850Fault("iec61850.command.unknown-action", `"${command.action}" is none of ${known.join(", ")}`, {
    blame: "operator",
  });
  return { uid: command.uid, end: "rejected", fault, result: {} };
}

export function tooMany(command: Command, limit: number): CommandConclusion {
  const fault = iec61850Fault("iec61850.command.busy", `${limit} commands are under way at this device`, {
    blame: "us",
    retry: "backoff",
  });
  return { uid: command.uid, end: "unsent", fault, result: {} };
}
