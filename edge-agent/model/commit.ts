import type { Message } from "./message.ts";

/**
 * What must become durable together: the messages of one source event and the device memory that goes with them. Order
 * within a device is the order of `commit` calls.
 */
export interface CommitEntry {
  readonly device: string;
  readonly messages: readonly Message[];
  /** Replaces the device's memory; `undefined` leaves it. JSON of at most 4 KiB. */
  readonly memory: Readonly<Record<string, string | number | boolean | null>> | undefined;
  /** Where it stands among the entries of its group; given once, kept through spool and salvage. */
  readonly place?: EntryPlace | undefined;
}

export interface EntryPlace {
  readonly epoch: number;
  /** Counts the entries of the group within the epoch, from 1. */
  readonly order: number;
}

/** What commits faults say, besides their message. `queue.fenced`: no longer ours, never acknowledge, never retry. */
export type CommitFaultCode =
  | "queue.fenced"
  /** Redis did not take it in time or at all; it may have. Safe to repeat or to spool: ids are deterministic. */
  | "queue.unavailable"
  /** Redis is reachable and refuses: out of memory, read-only replica, too few replicas. Spool it. */
  | "queue.refused"
  | "queue.overfull";

/** Makes entries durable before its promise resolves; rejects with an EdgeError of `CommitFaultCode`. */
export interface CommitPort {
  commit(entry: CommitEntry): Promise<void>;
}
