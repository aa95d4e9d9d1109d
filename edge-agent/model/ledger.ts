import { type JsonRecord, jsonFlaw } from "./bounded-json.ts";
import type { Command } from "./command.ts";
import { isCommandState, isTerminal, type TerminalState } from "./command-state.ts";
import { digest } from "./digest.ts";
import { faultOf, type ModelFault } from "./model-fault.ts";
import { groupTag } from "./reign.ts";

/**
 * One command's record in Redis, as the agents write it and the cores read it: a hash at `commandKey(group, uid)`. It is
 * the truth about a command; messages and notifications only tell of it. A core reads it (`HGETALL`, `parseLedgerRecord`)
 * and may cancel (`CANCEL_SCRIPT`); everything else is the agents'.
 */

/** Name of the BullMQ queue of commands; its prefix is `groupTag(group)`. */
export const COMMANDS_QUEUE = "commands";
/** How long a record outlives both its end and its deadline: a repeat within that time gets the recorded result. */
export const LEDGER_RETENTION_MS: number = 8 * 86_400_000;
/** UTF-8 bytes of the JSON of a recorded result: with the rest of its message it stays under `MESSAGE_BYTES`. */
export const LEDGER_RESULT_BYTES = 56_000;

/** The fields of the hash. Numbers are decimal, times milliseconds since 1970 UTC, flags `1`; an absent field is not there. */
export const LEDGER_FIELDS = {
  state: "state",
  device: "device",
  action: "action",
  digest: "digest",
  idempotent: "idempotent",
  deadline: "deadline",
  attempt: "attempt",
  turn: "turn",
  interrupted: "interrupted",
  holder: "holder",
  epoch: "epoch",
  doubt: "doubt",
  acceptedAt: "acceptedAt",
  sentAt: "sentAt",
  cancelledAt: "cancelledAt",
  endedAt: "endedAt",
  reason: "reason",
  nativeCode: "nativeCode",
  text: "text",
  result: "result",
} as const;

/** The digest a command is recorded with: equal for two commands that say the same. */
export function commandDigest(command: Command): string {
  const { uid, device, action, target, value, mode, priority, notBefore, deadline, maxAttempts, idempotent } = command;
  const free = stableJson([target ?? null, value ?? null]);
  return digest([uid, device, action, free, mode, priority, notBefore, deadline, maxAttempts, String(idempotent)]);
}

/** `accepted`: nothing under way. `sent`: attempt `attempt` of `epoch` began, its bytes may have left. The rest is over. */
export type LedgerState = "accepted" | "sent" | TerminalState;

interface LedgerFacts {
  readonly uid: string;
  /** Device uid; absent only where a cancel or a refusal came before anything else was known of the command. */
  readonly device: string | undefined;
  readonly action: string | undefined;
  /** `commandDigest`: a repeat with another digest is another command under a used uid. */
  readonly digest: string | undefined;
  readonly idempotent: boolean;
  /** Milliseconds since 1970 UTC. */
  readonly deadline: number | undefined;
  /** Attempts that may have reached the device; 0 before the first. */
  readonly attempt: number;
  /** Counts every beginning, also those of which nothing left: (state, turn) names a moment of the record, for compare and set. */
  readonly turn: number;
  /** Attempts that were cut off by a takeover and begun again. */
  readonly interrupted: number;
  /** Who began the last attempt, and under which epoch; 0 before the first. */
  readonly holder: string | undefined;
  readonly epoch: number;
  /** An attempt before the last one may have reached the device, and nobody can tell. */
  readonly doubt: boolean;
  readonly acceptedAt: number | undefined;
  readonly sentAt: number | undefined;
  /** Somebody asked to cancel it. */
  readonly cancelledAt: number | undefined;
}

export interface OpenRecord extends LedgerFacts {
  readonly state: "accepted" | "sent";
}

/** What a command came to. Written once. */
export interface Ending {
  readonly state: TerminalState;
  /** Fault code of an end that is not a success. */
  readonly reason: string | undefined;
  /** The device's own answer: OSLP Status, DataAccessResult, AddCause. */
  readonly nativeCode: string | undefined;
  readonly text: string | undefined;
  readonly result: JsonRecord | undefined;
}

export interface EndedRecord extends LedgerFacts, Ending {
  readonly endedAt: number;
}

export type LedgerRecord = OpenRecord | EndedRecord;

export function isEnded(record: LedgerRecord): record is EndedRecord {
  return isTerminal(record.state);
}

export function commandKey(group: string, uid: string): string {
  return `${groupTag(group)}:cmd:${uid}`;
}

/** Redis channel on which the uid of every command that ended is published: a hint for who waits, the record is the truth. */
export function resultsChannel(group: string): string {
  return `${groupTag(group)}:results`;
}

/**
 * Cancels a command; needs no lease, so that a core can. A command nobody has begun ends as `cancelled` in the same step,
 * even one that has not arrived yet; one under way is marked, and no further attempt begins. Answers the record (HGETALL).
 * KEYS: `commandKey`. ARGV: uid, now (ms since 1970), `LEDGER_RETENTION_MS`, `resultsChannel`.
 */
export const CANCEL_SCRIPT = `
local state = redis.call('HGET', KEYS[1], 'state')
if not state or (state == 'accepted' and not redis.call('HGET', KEYS[1], 'doubt')) then
  redis.call('HSET', KEYS[1], 'state', 'cancelled', 'cancelledAt', ARGV[2], 'endedAt', ARGV[2], 'reason', 'command.cancelled')
  local keep = math.max(tonumber(ARGV[2]), tonumber(redis.call('HGET', KEYS[1], 'deadline') or 0)) + tonumber(ARGV[3])
  redis.call('PEXPIREAT', KEYS[1], string.format('%.0f', keep))
  redis.call('PUBLISH', ARGV[4], ARGV[1])
elseif state == 'accepted' or state == 'sent' then
  redis.call('HSETNX', KEYS[1], 'cancelledAt', ARGV[2])
end
return redis.call('HGETALL', KEYS[1])
`;

/**
 * Reads a record; `undefined` where there is none (an empty hash). Throws a ModelFault `model.ledger.invalid` where the
 * hash is not one of ours.
 */
export function parseLedgerRecord(
  uid: string,
  hash: Readonly<Record<string, string | undefined>>,
): LedgerRecord | undefined {
  const state = hash[LEDGER_FIELDS.state];
  if (state === undefined) {
    if (Object.keys(hash).length === 0) return undefined;
    throw invalid(uid, LEDGER_FIELDS.state, "missing");
  }
  if (!isLedgerState(state)) throw invalid(uid, LEDGER_FIELDS.state, "not a state");
  const facts: LedgerFacts = {
    uid,
    device: hash[LEDGER_FIELDS.device],
    action: hash[LEDGER_FIELDS.action],
    digest: hash[LEDGER_FIELDS.digest],
    idempotent: flag(uid, hash, LEDGER_FIELDS.idempotent),
    deadline: count(uid, hash, LEDGER_FIELDS.deadline),
    attempt: count(uid, hash, LEDGER_FIELDS.attempt) ?? 0,
    turn: count(uid, hash, LEDGER_FIELDS.turn) ?? 0,
    interrupted: count(uid, hash, LEDGER_FIELDS.interrupted) ?? 0,
    holder: hash[LEDGER_FIELDS.holder],
    epoch: count(uid, hash, LEDGER_FIELDS.epoch) ?? 0,
    doubt: flag(uid, hash, LEDGER_FIELDS.doubt),
    acceptedAt: count(uid, hash, LEDGER_FIELDS.acceptedAt),
    sentAt: count(uid, hash, LEDGER_FIELDS.sentAt),
    cancelledAt: count(uid, hash, LEDGER_FIELDS.cancelledAt),
  };
  if (state === "accepted") return { ...facts, state };
  if (state === "sent") {
    if (facts.attempt < 1 || facts.epoch < 1 || facts.holder === undefined) {
      throw invalid(uid, LEDGER_FIELDS.attempt, "sent by nobody");
    }
    return { ...facts, state };
  }
  const endedAt = count(uid, hash, LEDGER_FIELDS.endedAt);
  if (endedAt === undefined) throw invalid(uid, LEDGER_FIELDS.endedAt, "missing");
  return {
    ...facts,
    state,
    endedAt,
    reason: hash[LEDGER_FIELDS.reason],
    nativeCode: hash[LEDGER_FIELDS.nativeCode],
    text: hash[LEDGER_FIELDS.text],
    result: resultOf(uid, hash),
  };
}

function isLedgerState(text: string): text is LedgerState {
  return text === "accepted" || text === "sent" || (isCommandState(text) && isTerminal(text));
}

/** JSON with the keys in order: two texts of one value are equal. The depth is bounded by the model of a command. */
function stableJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(stableJson).join()}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "null";
  const fields = value as Readonly<Record<string, unknown>>;
  let text = "";
  for (const key of Object.keys(fields).sort()) {
    const one = fields[key];
    if (one !== undefined) text += `${text === "" ? "" : ","}${JSON.stringify(key)}:${stableJson(one)}`;
  }
  return `{${text}}`;
}

type Hash = Readonly<Record<string, string | undefined>>;

function count(uid: string, hash: Hash, field: string): number | undefined {
  const text = hash[field];
  if (text === undefined) return undefined;
  const value = Number(text);
  if (!/^\d{1,16}$/.test(text) || !Number.isSafeInteger(value)) throw invalid(uid, field, "not a count");
  return value;
}

function flag(uid: string, hash: Hash, field: string): boolean {
  const text = hash[field];
  if (text !== undefined && text !== "1") throw invalid(uid, field, "not a flag");
  return text === "1";
}

function resultOf(uid: string, hash: Hash): JsonRecord | undefined {
  const text = hash[LEDGER_FIELDS.result];
  if (text === undefined) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (_notJson) {
    throw invalid(uid, LEDGER_FIELDS.result, "not JSON");
  }
  if (!isJsonRecord(value)) throw invalid(uid, LEDGER_FIELDS.result, "not an object of bounded JSON");
  return value;
}

function isJsonRecord(value: unknown): value is JsonRecord {
  return typeof value === "object" && value !== null && !Array.isArray(value) && jsonFlaw(value) === undefined;
}

function invalid(uid: string, field: string, message: string): ModelFault {
  return faultOf("model.ledger.invalid", `the record of command ${uid}`, [{ path: [field], message }]);
}
