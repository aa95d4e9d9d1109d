import type { DeviceBook } from "./device-books.ts";
import { commandViolations } from "./command-account.ts";
import { eventViolations } from "./event-account.ts";
import { reignViolations } from "./reign-account.ts";

/**
 * Judges a run from what outsiders wrote down: the devices, the cores, and Redis' own streams. It knows the format of a
 * message and the keys ARCHITECTURE.md names; no code of an agent, a core or the queue takes part in the judgement.
 */

/** A message, as far as the books need it. */
export interface BookedMessage {
  readonly id: string;
  readonly source: string;
  readonly type: string;
  readonly subject: string;
  readonly agent: string;
  /** Zero-padded: ordered as text. */
  readonly epoch: string;
  readonly sequence: string;
  /** `device` where the device gave the event a time of its own. */
  readonly timesource: string;
  readonly late?: boolean | undefined;
  readonly data?: { readonly text?: string; readonly uid?: string; readonly state?: string } | undefined;
}

/** One line of a core's journal: an effect that was applied. */
export type JournalLine = BookedMessage;

/** A job that was added to the queue of messages. */
export interface CommittedBatch {
  /** Of the queue's event stream, `<ms>-<n>` by Redis' clock. */
  readonly streamId: string;
  readonly job: string;
  readonly messages: readonly BookedMessage[];
}

/** An entry of the owner stream. */
export interface OwnerEntry {
  readonly streamId: string;
  /** `acquired`, `regranted`, `released`. */
  readonly event: string;
  readonly holder: string;
  readonly epoch: number;
  readonly reason: string;
  /** Milliseconds since 1970 by Redis' clock. */
  readonly at: number;
}

/** A command that Redis took. */
export interface SentCommand {
  readonly uid: string;
  readonly device: string;
  /** What the device writes down when it does it; no other command for this device has the same. */
  readonly deed: string;
  /** Doing it twice is the same as doing it once, and whoever sent it said so. */
  readonly repeatable: boolean;
  /** Milliseconds since 1970; not started after. */
  readonly deadline: number;
}

/** What the ledger says of a command. */
export interface LedgerEntry {
  readonly uid: string;
  readonly state: string;
  /** Attempts that may have reached the device. */
  readonly attempt: number;
  readonly reason: string | undefined;
}

export interface Books {
  readonly devices: readonly DeviceBook[];
  /** In the order it was written. */
  readonly journal: readonly JournalLine[];
  /** In the order Redis took them. */
  readonly batches: readonly CommittedBatch[];
  readonly owners: readonly OwnerEntry[];
  readonly commands: readonly SentCommand[];
  readonly ledger: readonly LedgerEntry[];
  /** How much too early it was for an agent at worst, where clocks were put wrong. */
  readonly clocksBehindMs?: number;
}

export type ViolationKind =
  /** Acknowledged to the device, and in no journal. */
  | "event.lost"
  /** One event of a device has had more than one effect, though the device told it as one. */
  | "event.duplicated"
  /** Applied after a later event of the same device. */
  | "event.out-of-order"
  /** Applied, and the device never raised it. */
  | "event.invented"
  /** The same message twice in the journal. */
  | "message.duplicated"
  /** (epoch, sequence) of a subject was committed after a greater one. */
  | "message.went-back"
  /** Committed under an epoch that was over, and not marked late. */
  | "epoch.stale"
  /** Two agents wrote under one epoch. */
  | "epoch.shared"
  /** Written under an epoch that was never granted. */
  | "epoch.ungranted"
  /** Granted, and not greater than every one before. */
  | "epoch.not-greater"
  /** No terminal state. */
  | "command.unsettled"
  /** More than one terminal state, among the ledger and the messages. */
  | "command.two-ends"
  /** Said to have succeeded, and the device did nothing. */
  | "command.not-done"
  /** Said to have had no effect, and the device did it. */
  | "command.done-secretly"
  /** Done more often than it may have been. */
  | "command.done-again"
  /** Begun after its deadline. */
  | "command.late"
  /** Done, and nobody asked for it. */
  | "command.invented";

export interface Violation {
  readonly kind: ViolationKind;
  /** Device uid, command uid or epoch. */
  readonly of: string;
  readonly detail: string;
}

export interface Verdict {
  readonly ok: boolean;
  readonly acknowledged: number;
  /** Of the acknowledged events, those found in the journal. */
  readonly received: number;
  readonly committed: number;
  readonly late: number;
  /** Events devices told again under a new sequence number, after they were refused. */
  readonly retold: number;
  readonly epochs: number;
  readonly commands: Readonly<Record<string, number>>;
  readonly violations: Readonly<Partial<Record<ViolationKind, number>>>;
  /** The first of each kind. */
  readonly examples: readonly Violation[];
}

const EXAMPLES_PER_KIND = 3;

export function judge(books: Books): Verdict {
  const found = [...eventViolations(books), ...reignViolations(books), ...commandViolations(books)];
  const counts = new Map<ViolationKind, number>();
  const examples: Violation[] = [];
  for (const violation of found) {
    const count = (counts.get(violation.kind) ?? 0) + 1;
    counts.set(violation.kind, count);
    if (count <= EXAMPLES_PER_KIND) examples.push(violation);
  }
  const acknowledged = books.devices.reduce((sum, device) => sum + device.acknowledged.length, 0);
  return {
    ok: found.length === 0,
    acknowledged,
    received: acknowledged - (counts.get("event.lost") ?? 0),
    committed: books.batches.reduce((sum, batch) => sum + batch.messages.length, 0),
    late: books.journal.filter((line) => line.late === true).length,
    retold: books.devices.reduce((sum, device) => sum + device.retold.size, 0),
    epochs: books.owners.filter((entry) => entry.event === "acquired").length,
    commands: countStates(books),
    violations: Object.fromEntries(counts),
    examples,
  };
}

function countStates({ commands, ledger }: Books): Record<string, number> {
  const states = new Map(ledger.map((entry) => [entry.uid, entry.state]));
  const counts: Record<string, number> = {};
  for (const { uid } of commands) {
    const state = states.get(uid) ?? "missing";
    counts[state] = (counts[state] ?? 0) + 1;
  }
  return counts;
}
