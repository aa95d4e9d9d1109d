import { type LeaseRecord, emptyRecord } from "../../edge-agent/lease/record.ts";
import { MemoryLedger } from "../../edge-agent/commands/memory-ledger.ts";
import type { LedgerRecord } from "../../edge-agent/model/ledger.ts";
import type { Message } from "../../edge-agent/model/message.ts";
import type { Place } from "../../edge-agent/queue/fenced-script.ts";

/** A job of the messages queue. */
export interface MessageJob {
  readonly id: string;
  readonly messages: readonly Message[];
}

export interface CommandJob {
  readonly id: string;
  /** JSON text. */
  readonly data: string;
  /** BullMQ's number, then the order of arrival. */
  readonly priority: number;
  readonly order: number;
}

export interface KeptMemory {
  readonly place: Place;
  readonly json: string;
}

/** Everything one group has in Redis. The values in it are never changed, only replaced: copying it is cheap. */
export interface RedisState {
  readonly lease: LeaseRecord;
  readonly ledger: MemoryLedger;
  /** Every job there ever was: its hash outlives its completion. */
  readonly jobs: Map<string, MessageJob>;
  /** Oldest first. */
  waiting: string[];
  taken: string[];
  readonly memories: Map<string, KeptMemory>;
  readonly commands: Map<string, CommandJob>;
  /** In the order they will be taken. */
  commandsWaiting: string[];
  /** Job → the lock of who took it, in the order they were taken. */
  readonly commandsTaken: Map<string, string>;
  /** Job → when it is due, on the wall clock. */
  readonly commandsDelayed: Map<string, number>;
}

export function emptyState(): RedisState {
  return {
    lease: emptyRecord(),
    ledger: new MemoryLedger(),
    jobs: new Map(),
    waiting: [],
    taken: [],
    memories: new Map(),
    commands: new Map(),
    commandsWaiting: [],
    commandsTaken: new Map(),
    commandsDelayed: new Map(),
  };
}

export function copyState(state: RedisState): RedisState {
  const { lease } = state;
  return {
    lease: { ...lease, lease: lease.lease === undefined ? undefined : { ...lease.lease }, owners: [...lease.owners] },
    ledger: new MemoryLedger(state.ledger.records()),
    jobs: new Map(state.jobs),
    waiting: [...state.waiting],
    taken: [...state.taken],
    memories: new Map(state.memories),
    commands: new Map(state.commands),
    commandsWaiting: [...state.commandsWaiting],
    commandsTaken: new Map(state.commandsTaken),
    commandsDelayed: new Map(state.commandsDelayed),
  };
}

/** What `before` had and `after` has not: ids of messages, uids of commands whose record is older or gone. */
export function lostBetween(
  before: RedisState,
  after: RedisState,
): { readonly messages: ReadonlySet<string>; readonly commands: ReadonlySet<string> } {
  const kept = new Set<string>();
  for (const job of after.jobs.values()) for (const message of job.messages) kept.add(message.id);
  const messages = new Set<string>();
  for (const job of before.jobs.values()) {
    for (const message of job.messages) if (!kept.has(message.id)) messages.add(message.id);
  }
  const commands = new Set<string>();
  const records = after.ledger.records();
  for (const [uid, record] of before.ledger.records()) if (!same(records.get(uid), record)) commands.add(uid);
  for (const id of before.commands.keys()) if (!after.commands.has(id)) commands.add(id.replace(/^cmd-/, ""));
  return { messages, commands };
}

function same(a: LedgerRecord | undefined, b: LedgerRecord): boolean {
  return a !== undefined && a.state === b.state && a.turn === b.turn;
}
