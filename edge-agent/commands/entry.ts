import { toRfc3339, toWall } from "../../adapters/kit/time.ts";
import type { Command } from "../model/command.ts";
import { commandDigest, type EndedRecord, type LedgerRecord } from "../model/ledger.ts";

/** A command that came another way than through a core, on its way into its group's queue. */
export interface Submission {
  readonly command: Command;
  /** Whoever asked named no deadline: it was counted from the arrival, and is another one when the same arrives again. */
  readonly isDeadlineOurs: boolean;
}

/** What became of a submission. */
export type Submitted =
  /** In the queue, or under way: its end is told when it comes. */
  | { readonly kind: "waits" }
  /** It has ended before: this is what it came to. */
  | { readonly kind: "ended"; readonly record: EndedRecord }
  /** Its uid is another command's. */
  | { readonly kind: "reused" };

/**
 * Where an agent puts commands in that it was told itself: the queue the cores use, and so the ledger, with all its rules.
 * Needs no lease: a uid is carried out once, whoever puts it in and however often.
 */
export interface CommandEntry {
  /** Whether a command with this uid waits in the queue or is in the ledger. Rejects with `queue.*`. */
  isKnown(uid: string): Promise<boolean>;
  /** Resolves when the queue has it durably. Rejects with `queue.*`; it may be there then, and is to be submitted again. */
  submit(submission: Submission): Promise<Submitted>;
}

/** The command as it was when it came first: what was not said, its first arrival says. */
export function asFirst({ command, isDeadlineOurs }: Submission, deadlineMs: number | undefined): Command {
  if (!isDeadlineOurs || deadlineMs === undefined) return command;
  return { ...command, deadline: toRfc3339(toWall(deadlineMs)) };
}

/** Whether a record is another command's. One that was cancelled before it came says nothing of itself. */
export function isReused(submission: Submission, record: LedgerRecord): boolean {
  return record.digest !== undefined && record.digest !== commandDigest(asFirst(submission, record.deadline));
}
