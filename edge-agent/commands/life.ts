import type { EdgeError } from "../../adapters/kit/edge-error.ts";
import type { CommandConclusion } from "../../adapters/kit/session.ts";
import type { WallMs } from "../../adapters/kit/time.ts";
import type { Command } from "../model/command.ts";
import { type EndedRecord, type Ending, isEnded, type LedgerRecord, type LedgerState } from "../model/ledger.ts";
import { COMMAND_ATTEMPTS } from "../model/limits.ts";
import { answered, cancelled, exhausted, expired, interrupted, unanswered } from "./endings.ts";
import type { Hold } from "./ledger.ts";
import { timeOf } from "./times.ts";

/**
 * The rules of a command's life, as functions of its record: what to do with a command that is taken, and what follows
 * from how an attempt ended. They promise: one terminal state; no attempt after the deadline; a command that is not
 * idempotent reaches the device at most once, and where nobody can tell whether it did, the end is `unknown`.
 */

/** Attempts that takeovers may cost a command beyond its own `maxAttempts`; more, and it is the command that kills agents. */
export const TAKEOVER_REPEATS = 2;

const TRANSITIONS: Readonly<Record<"accepted" | "sent", readonly LedgerState[]>> = {
  accepted: ["sent", "succeeded", "failed", "rejected", "expired", "cancelled", "unknown"],
  sent: ["sent", "accepted", "succeeded", "failed", "rejected", "expired", "cancelled", "unknown"],
};

/**
 * Whether a record may go from one state to another. `sent` → `accepted`: nothing left. `sent` → `sent`: the next attempt.
 * `accepted` → `succeeded`: its effect was read back. Nothing follows a terminal state.
 */
export function mayFollow(from: LedgerState, to: LedgerState): boolean {
  return (from === "accepted" || from === "sent") && TRANSITIONS[from].includes(to);
}

export interface Situation {
  readonly now: WallMs;
  readonly hold: Hold;
  /** The adapter can read the effect of this command back from the device. */
  readonly verifiable: boolean;
}

export type Decision =
  /** It has ended: whoever asks again gets the recorded result. */
  | { readonly kind: "answer"; readonly record: EndedRecord }
  | { readonly kind: "run" }
  /** `notBefore` has not come. */
  | { readonly kind: "wait"; readonly until: WallMs }
  /** Read the effect back, then `decideOnFinding`. */
  | { readonly kind: "verify" }
  | { readonly kind: "conclude"; readonly ending: Ending };

/** What to do with a command whose record is in our hands and of which nothing is under way. */
export function decideOnTake(record: LedgerRecord, command: Command, situation: Situation): Decision {
  if (isEnded(record)) return { kind: "answer", record };
  return record.state === "accepted"
    ? decideOnWaiting(record, command, situation)
    : decideOnCutOff(record, command, situation);
}

/** What an attempt to read the effect back has found. */
export type Finding =
  | { readonly found: "done"; readonly result: Readonly<Record<string, unknown>> }
  | { readonly found: "not-done" }
  | { readonly found: "unclear"; readonly fault: EdgeError | undefined };

/** What follows from reading back. After `run` the beginning says `verified` where it was found not done. */
export function decideOnFinding(
  record: LedgerRecord,
  command: Command,
  finding: Finding,
  situation: Situation,
): Decision {
  if (isEnded(record)) return { kind: "answer", record };
  switch (finding.found) {
    case "done":
      return { kind: "conclude", ending: answered({ end: "succeeded", fault: undefined, result: finding.result }) };
    case "not-done":
      return decideOnWaiting({ ...record, doubt: false }, command, situation);
    case "unclear":
      return decideOnCutOff(record, command, { ...situation, verifiable: false });
  }
}

export type AfterAttempt =
  | { readonly kind: "conclude"; readonly ending: Ending }
  /** Nothing left, or doing it twice is doing it once: again after a pause, if the deadline leaves time for it. */
  | { readonly kind: "again" }
  | { readonly kind: "verify" };

/** What follows from how an attempt ended; `record` as `begin` left it, or as it was where the attempt never began. */
export function decideAfter(
  record: LedgerRecord,
  command: Command,
  conclusion: Pick<CommandConclusion, "end" | "fault" | "result">,
  situation: Situation,
): AfterAttempt {
  switch (conclusion.end) {
    case "succeeded":
    case "failed":
    case "rejected":
      return { kind: "conclude", ending: honest(record, answered(conclusion)) };
    case "unsent":
      if (conclusion.fault?.retry === "never")
        return { kind: "conclude", ending: honest(record, answered(conclusion)) };
      return { kind: "again" };
    case "unanswered": {
      if (situation.verifiable) return { kind: "verify" };
      const again = command.idempotent && record.attempt < attemptLimit(record, command);
      return again && isDue(record, command, situation.now)
        ? { kind: "again" }
        : { kind: "conclude", ending: unanswered(conclusion) };
    }
  }
}

/** How it ends when there is no time left for another attempt. */
export function outOfTime(record: LedgerRecord, last: Pick<CommandConclusion, "end" | "fault" | "result">): Ending {
  return last.end === "unanswered" ? unanswered(last) : honest(record, expired(last.fault));
}

/** Attempts this command may cost in all. */
export function attemptLimit(record: Pick<LedgerRecord, "interrupted">, command: Command): number {
  return Math.min(COMMAND_ATTEMPTS, command.maxAttempts + Math.min(record.interrupted, TAKEOVER_REPEATS));
}

function decideOnWaiting(record: LedgerRecord, command: Command, { now, hold }: Situation): Decision {
  if (record.cancelledAt !== undefined) return conclude(record, cancelled());
  if (now >= timeOf(command.deadline)) return conclude(record, expired(undefined));
  if (command.notBefore !== undefined && now < timeOf(command.notBefore)) {
    return { kind: "wait", until: timeOf(command.notBefore) };
  }
  if (record.attempt >= attemptLimit(charged(record, hold), command)) return conclude(record, exhausted(record));
  return { kind: "run" };
}

/** An attempt began and nobody knows how it ended: its agent is gone, or its answer never came. */
function decideOnCutOff(record: LedgerRecord, command: Command, { now, hold, verifiable }: Situation): Decision {
  if (verifiable) return { kind: "verify" };
  const cost = charged(record, hold);
  const again = command.idempotent && cost.interrupted <= TAKEOVER_REPEATS && isDue(record, command, now);
  if (again && record.attempt < attemptLimit(cost, command)) return { kind: "run" };
  return { kind: "conclude", ending: interrupted(record) };
}

/** What beginning again would cost: over an attempt that another holder left behind, one interruption more. */
function charged(record: LedgerRecord, hold: Hold): Pick<LedgerRecord, "interrupted"> {
  const takenOver = record.state === "sent" && !isBy(record, hold);
  return { interrupted: record.interrupted + (takenOver ? 1 : 0) };
}

/** Whether the last attempt was begun under this hold. */
export function isBy(record: LedgerRecord, hold: Hold): boolean {
  return record.epoch === hold.epoch && record.holder === hold.holder;
}

function isDue(record: LedgerRecord, command: Command, now: WallMs): boolean {
  return record.cancelledAt === undefined && now < timeOf(command.deadline);
}

function conclude(record: LedgerRecord, ending: Ending): Decision {
  return { kind: "conclude", ending: honest(record, ending) };
}

/**
 * With an earlier attempt in doubt only a success is certain: a later refusal or expiry says nothing about what the
 * earlier one did.
 */
function honest(record: LedgerRecord, ending: Ending): Ending {
  if (!record.doubt || ending.state === "succeeded" || ending.state === "unknown") return ending;
  const text = `an earlier attempt may have reached the device; the last one: ${ending.text ?? ending.state}`;
  return { ...ending, state: "unknown", text };
}
