import { utf8 } from "../../adapters/kit/bytes.ts";
import type { EdgeError } from "../../adapters/kit/edge-error.ts";
import type { CommandConclusion } from "../../adapters/kit/session.ts";
import { toRfc3339, toWall } from "../../adapters/kit/time.ts";
import { type JsonRecord, jsonFlaw } from "../model/bounded-json.ts";
import { type Ending, LEDGER_RESULT_BYTES, type LedgerRecord } from "../model/ledger.ts";
import { NAME_LENGTH, TEXT_LENGTH } from "../model/limits.ts";

/** How commands end, in the words the ledger and the result message share. */

/** Codes of ends that are the gateway's own judgement; all others are codes of the fault an attempt ended with. */
export type EndReason =
  | "command.cancelled"
  | "command.deadline.passed"
  | "command.attempts.used-up"
  | "command.outcome.unknown"
  | "command.begin.skipped";

type Conclusion = Pick<CommandConclusion, "end" | "fault" | "result">;

/** The device answered, or the adapter refused before a byte was sent, or nothing can reach the device. */
export function answered(conclusion: Conclusion): Ending {
  const state = conclusion.end === "succeeded" || conclusion.end === "rejected" ? conclusion.end : "failed";
  const { result, flaw } = bounded(conclusion.result);
  const text = [conclusion.fault?.message, flaw].filter((one) => one !== undefined).join("; ");
  return {
    state,
    reason: state === "succeeded" ? undefined : conclusion.fault?.code.slice(0, NAME_LENGTH),
    nativeCode:
      conclusion.fault?.native === undefined ? undefined : String(conclusion.fault.native).slice(0, NAME_LENGTH),
    text: text === "" ? undefined : text.slice(0, TEXT_LENGTH),
    result,
  };
}

/** Sent, and nobody can tell whether it happened. */
export function unanswered(conclusion: Conclusion): Ending {
  const { state: _failed, ...facts } = answered({ ...conclusion, end: "failed" });
  return { ...facts, state: "unknown", reason: facts.reason ?? "command.outcome.unknown" };
}

/** An attempt was under way when its agent lost the lease or died. */
export function interrupted(record: LedgerRecord): Ending {
  const at = record.sentAt === undefined ? "" : ` at ${toRfc3339(toWall(record.sentAt))}`;
  return own("unknown", "command.outcome.unknown", {
    text:
      `attempt ${record.attempt} was begun by ${record.holder ?? "nobody"} in epoch ${record.epoch}${at} and never ` +
      "concluded: it may have reached the device",
  });
}

/** It was begun by an earlier holder, and a later command began before its effect could be read back. */
export function overtaken(record: LedgerRecord): Ending {
  const ending = interrupted(record);
  const text = `${ending.text}; another command has or may have begun at the device since, so reading back tells nothing`;
  return { ...ending, text: text.slice(0, TEXT_LENGTH) };
}

export function cancelled(): Ending {
  return own("cancelled", "command.cancelled", { text: "cancelled before it was sent" });
}

export function expired(last: EdgeError | undefined): Ending {
  const tried = last === undefined ? "" : `; the last try: ${last.code}, ${last.message}`;
  return own("expired", "command.deadline.passed", { text: `its deadline left no time to send it${tried}` });
}

export function exhausted(record: LedgerRecord): Ending {
  return own("failed", "command.attempts.used-up", { text: `${record.attempt} attempts and no success` });
}

/** A device was written to without the ledger's leave: an error of ours, and nothing is known of the effect. */
export function unbegun(conclusion: Conclusion): Ending {
  return { ...unanswered(conclusion), reason: "command.begin.skipped" };
}

/** Refused for what it says: it is not a command, or not one this gateway can take. */
export function refused(code: string, text: string): Ending {
  return own("rejected", code.slice(0, NAME_LENGTH), { text });
}

function own(state: Ending["state"], reason: EndReason | (string & {}), { text }: { readonly text: string }): Ending {
  return { state, reason, nativeCode: undefined, text: text.slice(0, TEXT_LENGTH), result: undefined };
}

/** A result within the ledger's bounds; what is above them is left out, and said. */
function bounded(result: Readonly<Record<string, unknown>>): {
  readonly result: JsonRecord | undefined;
  readonly flaw: string | undefined;
} {
  if (Object.keys(result).length === 0) return { result: undefined, flaw: undefined };
  const known: unknown = result;
  if (!isJsonRecord(known)) return { result: undefined, flaw: `its result was left out: ${jsonFlaw(known)}` };
  const length = utf8(JSON.stringify(known)).length;
  return length <= LEDGER_RESULT_BYTES
    ? { result: known, flaw: undefined }
    : { result: undefined, flaw: `its result was left out: ${length} bytes, ${LEDGER_RESULT_BYTES} are kept` };
}

function isJsonRecord(value: unknown): value is JsonRecord {
  return typeof value === "object" && value !== null && !Array.isArray(value) && jsonFlaw(value) === undefined;
}
