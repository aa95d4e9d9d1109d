import type { WallMs } from "../../adapters/kit/time.ts";
import type { CommitEntry } from "../model/commit.ts";
import type { Message, MessageType } from "../model/message.ts";
import type { Position } from "./position.ts";
import { spoolFault } from "./spool-fault.ts";

/** What a record is, as far as order and policy need to know. An entry takes the class of its most important message. */
export type RecordClass = "event" | "command-result" | "gateway-event" | "state" | "memory" | "profile" | "reading";

/** Most important first. */
export const RECORD_CLASSES: readonly RecordClass[] = [
  "event",
  "command-result",
  "gateway-event",
  "state",
  "memory",
  "profile",
  "reading",
];

/** What `by-priority` gives up for the sake of the others: what a device measures again anyway. */
export function isSheddable(recordClass: RecordClass): boolean {
  return recordClass === "reading" || recordClass === "profile";
}

/** One commit entry as bytes, and what is needed to order and drop it without reading them. */
export interface SpoolRecord {
  readonly class: RecordClass;
  readonly device: string;
  /** Of the first message, else of the entry's place; 0 where it has neither. */
  readonly epoch: number;
  /** Of the first message; 0 where there is none. The others follow it without a gap. */
  readonly sequence: number;
  /** Messages in the entry, 0 … 65,535. */
  readonly messages: number;
  /** Whether the entry replaces the device's memory. */
  readonly hasMemory: boolean;
  readonly payload: Uint8Array;
}

/** A record in its place. */
export interface StoredRecord extends SpoolRecord {
  readonly position: Position;
  /** The position of the record before it when it was written: tells a hole from a loss. */
  readonly after: Position;
  /** Everything up to here was durable when this record was written: tells a torn tail from a damaged record. */
  readonly settled: Position;
  readonly storedAt: WallMs;
}

/** Gives a record its place. Field by field: a spread takes longer than everything else an append does to a record. */
export function inPlace(
  record: SpoolRecord,
  place: {
    readonly position: Position;
    readonly after: Position;
    readonly settled: Position;
    readonly storedAt: WallMs;
  },
): StoredRecord {
  return {
    class: record.class,
    device: record.device,
    epoch: record.epoch,
    sequence: record.sequence,
    messages: record.messages,
    hasMemory: record.hasMemory,
    payload: record.payload,
    position: place.position,
    after: place.after,
    settled: place.settled,
    storedAt: place.storedAt,
  };
}

/** Device uids have at most 64 characters; the format has one byte for the length. */
export const DEVICE_BYTES_LIMIT = 255;
export const MESSAGES_LIMIT = 0xffff;

/** A commit entry with the place the queue gave it, where it gave one: it comes back with the same. */
export type SpooledEntry = CommitEntry & {
  /** The queue was asked for it and has not answered: it may be there. */
  readonly doubtful?: boolean | undefined;
  readonly place?: { readonly epoch: number; readonly order: number } | undefined;
};

const CLASS_OF: Readonly<Record<MessageType, RecordClass>> = {
  "busbar.event.v1": "event",
  "busbar.command-result.v1": "command-result",
  "busbar.gateway-event.v1": "gateway-event",
  "busbar.state.v1": "state",
  "busbar.profile.v1": "profile",
  "busbar.reading.v1": "reading",
};

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true });

/** The record of an entry. The bytes are the entry's JSON, so that the drain reads back exactly what was handed in. */
export function toRecord(entry: SpooledEntry): SpoolRecord {
  const [first] = entry.messages;
  return {
    class: classOf(entry.messages),
    device: entry.device,
    epoch: first === undefined ? (entry.place?.epoch ?? 0) : Number(first.epoch),
    sequence: first === undefined ? 0 : Number(first.sequence),
    messages: entry.messages.length,
    hasMemory: entry.memory !== undefined,
    payload: encoder.encode(JSON.stringify(entry)),
  };
}

/** The entry of a record. Throws `spool.record.invalid` where the bytes are no entry: their checksum held, so we wrote it. */
export function toEntry(record: SpoolRecord): SpooledEntry {
  let value: unknown;
  try {
    value = JSON.parse(decoder.decode(record.payload));
  } catch (cause) {
    throw spoolFault("spool.record.invalid", `a record of ${record.device} is not JSON`, cause);
  }
  if (typeof value !== "object" || value === null || !("device" in value) || !("messages" in value)) {
    throw spoolFault("spool.record.invalid", `a record of ${record.device} is not a commit entry`);
  }
  if (value.device !== record.device || !Array.isArray(value.messages) || value.messages.length !== record.messages) {
    throw spoolFault("spool.record.invalid", `a record of ${record.device} says something else in its header`);
  }
  return value as SpooledEntry;
}

/**
 * A record that comes back from a mirror, behind what was appended after it: that a later one of its device is in the queue no
 * longer says that it is, too.
 */
export function outOfTurn<Kind extends SpoolRecord>(record: Kind): Kind {
  let entry: SpooledEntry;
  try {
    entry = toEntry(record);
  } catch (_noEntry) {
    return record;
  }
  if (entry.doubtful === undefined) return record;
  return { ...record, payload: encoder.encode(JSON.stringify({ ...entry, doubtful: undefined })) };
}

/** What is left of a dropped record that carried device memory: the memory alone, which no policy gives up. */
export function memoryAlone<Kind extends SpoolRecord>(record: Kind): Kind {
  const entry = toEntry(record);
  const bare: SpooledEntry = { ...entry, messages: [] };
  return { ...record, class: "memory", messages: 0, payload: encoder.encode(JSON.stringify(bare)) };
}

function classOf(messages: readonly Message[]): RecordClass {
  if (messages.length === 0) return "memory";
  let best = RECORD_CLASSES.length - 1;
  for (const message of messages) best = Math.min(best, RECORD_CLASSES.indexOf(CLASS_OF[message.type]));
  return RECORD_CLASSES[best] ?? "reading";
}
