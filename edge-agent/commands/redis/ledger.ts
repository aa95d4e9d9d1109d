import { createIORedisClient, type IRedisClient } from "bullmq";
import type { RedisClient } from "../../../adapters/io/node/redis.ts";
import { toRedisFault } from "../../../adapters/io/node/redis-fault.ts";
import { EdgeError } from "../../../adapters/kit/edge-error.ts";
import type { WallMs } from "../../../adapters/kit/time.ts";
import type { Command } from "../../model/command.ts";
import {
  CANCEL_SCRIPT,
  commandDigest,
  commandKey,
  type Ending,
  isEnded,
  LEDGER_FIELDS,
  LEDGER_RETENTION_MS,
  type LedgerRecord,
  type OpenRecord,
  parseLedgerRecord,
  resultsChannel,
} from "../../model/ledger.ts";
import { groupTag, leaseToken } from "../../model/reign.ts";
import type { AcceptReply, Begin, BeginReply, Finish, FinishReply, Hold, Ledger, RetractReply } from "../ledger.ts";
import { timeOf } from "../times.ts";
import { type LedgerCall, LedgerCalls } from "./ledger-calls.ts";

const CANCEL = "busbar:cmd-cancel";

interface Replied {
  readonly kind: string;
  readonly record: LedgerRecord | undefined;
  /** What comes instead of a record, as texts. */
  readonly news: readonly string[];
}

/**
 * Runs a write to `key` and resolves once it is as durable as the operator asked for; rejects where that was not reached,
 * although it may have been written.
 */
export type Durably = <Reply>(key: string, write: () => Promise<Reply>) => Promise<Reply>;

/** The ledger of one group in Redis; see `Ledger` for what it promises and `edge-agent/model/ledger.ts` for the format. */
export class RedisLedger implements Ledger {
  readonly #group: string;
  readonly #client: IRedisClient;
  readonly #redis: RedisClient;
  readonly #durably: Durably;
  readonly #calls: LedgerCalls;

  /** `redis`: a connection of role `effects`, which fails fast. It stays the caller's to close. */
  constructor(redis: RedisClient, group: string, durably: Durably = (_key, write) => write()) {
    this.#durably = durably;
    this.#group = group;
    this.#redis = redis;
    this.#client = createIORedisClient(redis);
    this.#calls = new LedgerCalls(this.#client, `${groupTag(group)}:lease`);
    this.#client.defineCommand(CANCEL, { numberOfKeys: 1, lua: CANCEL_SCRIPT });
  }

  async accept(hold: Hold, command: Command, now: WallMs): Promise<AcceptReply> {
    const digest = commandDigest(command);
    const acceptedAt = whole(now);
    const deadline = whole(timeOf(command.deadline));
    const { device, action, idempotent } = command;
    const { kind, record } = await this.#run("accept", command.uid, [
      leaseToken(hold),
      String(acceptedAt),
      String(LEDGER_RETENTION_MS),
      device,
      action,
      digest,
      String(deadline),
      idempotent ? "1" : "",
    ]);
    if (kind === "new")
      return { kind: "record", record: opened(command, { digest, deadline, acceptedAt }), fresh: true };
    if (kind === "fenced") return { kind };
    if (record !== undefined && (kind === "fresh" || kind === "known")) {
      return { kind: "record", record, fresh: kind === "fresh" };
    }
    throw misread(kind);
  }

  async begin(hold: Hold, uid: string, { basis, known, now, verified }: Begin): Promise<BeginReply> {
    const sentAt = whole(now);
    const { kind, record, news } = await this.#surely("begin", uid, [
      leaseToken(hold),
      hold.holder,
      String(hold.epoch),
      String(sentAt),
      basis.state,
      String(basis.turn),
      verified ? "1" : "",
      known === undefined ? "" : "1",
    ]);
    if (kind === "begun" && known !== undefined) {
      const [attempt, interrupted, doubt] = news;
      const counts = { attempt: countOf(attempt), turn: basis.turn + 1, interrupted: countOf(interrupted) };
      const begun = { ...known, ...counts, state: "sent", doubt: doubt === "1" } as const;
      return { kind: "started", record: { ...begun, holder: hold.holder, epoch: hold.epoch, sentAt } };
    }
    if (kind === "fenced" || kind === "missing") return { kind };
    if (record !== undefined) {
      if (kind === "started" && !isEnded(record)) return { kind, record };
      if (kind === "cancelled" || kind === "late" || kind === "changed") return { kind, record };
    }
    throw misread(kind);
  }

  async retract(hold: Hold, uid: string, turn: number): Promise<RetractReply> {
    const { kind, record } = await this.#run("retract", uid, [hold.holder, String(hold.epoch), String(turn)]);
    if (kind === "missing") return { kind };
    if (record !== undefined && (kind === "retracted" || kind === "changed")) return { kind, record };
    throw misread(kind);
  }

  async finish(hold: Hold, uid: string, { basis, known, now, ending }: Finish): Promise<FinishReply> {
    const endedAt = whole(now);
    const { kind, record, news } = await this.#surely("finish", uid, [
      leaseToken(hold),
      hold.holder,
      String(hold.epoch),
      uid,
      String(endedAt),
      String(LEDGER_RETENTION_MS),
      resultsChannel(this.#group),
      basis?.state ?? "",
      String(basis?.turn ?? 0),
      known === undefined ? "" : "1",
      ...endingFields(ending),
    ]);
    if (kind === "over" && known !== undefined) {
      const [cancelled, doubt] = news;
      const cancelledAt = cancelled === "" ? undefined : countOf(cancelled);
      const ended = { ...known, ...ending, endedAt, cancelledAt, doubt: doubt === "1" };
      return { kind: "ended", record: ended, first: true };
    }
    if (kind === "fenced" || kind === "missing") return { kind };
    if (record !== undefined) {
      if ((kind === "first" || kind === "known") && isEnded(record)) {
        return { kind: "ended", record, first: kind === "first" };
      }
      if (kind === "changed") return { kind, record };
    }
    throw misread(kind);
  }

  async cancel(uid: string, now: WallMs): Promise<LedgerRecord> {
    const args = [uid, whole(now), LEDGER_RETENTION_MS, resultsChannel(this.#group)];
    const record = await this.#answer(uid, () =>
      this.#client.runCommand(CANCEL, [commandKey(this.#group, uid), ...args]),
    );
    if (record === undefined) throw misread("cancel");
    return record;
  }

  read(uid: string): Promise<LedgerRecord | undefined> {
    return this.#answer(uid, async () =>
      Object.entries(await this.#redis.hgetall(commandKey(this.#group, uid))).flat(),
    );
  }

  /** A beginning or an end that a failover forgets would be repeated, or told twice: neither counts before it is durable. */
  #surely(command: LedgerCall, uid: string, args: readonly string[]): Promise<Replied> {
    return this.#durably(commandKey(this.#group, uid), () => this.#run(command, uid, args));
  }

  async #run(command: LedgerCall, uid: string, args: readonly string[]): Promise<Replied> {
    let reply: unknown;
    try {
      reply = await this.#calls.run(command, commandKey(this.#group, uid), args);
    } catch (thrown) {
      throw toRedisFault(thrown);
    }
    if (!Array.isArray(reply)) throw misread(typeof reply);
    const [kind, ...rest]: readonly unknown[] = reply;
    const told = Array.isArray(rest[0]);
    const record = told ? recordOf(uid, rest[0]) : undefined;
    return { kind: String(kind), record, news: told ? [] : rest.map(String) };
  }

  /** Reads a flat HGETALL as a record; whatever goes wrong is an EdgeError. */
  async #answer(uid: string, ask: () => Promise<unknown>): Promise<LedgerRecord | undefined> {
    let flat: unknown;
    try {
      flat = await ask();
    } catch (thrown) {
      throw toRedisFault(thrown);
    }
    return recordOf(uid, flat);
  }
}

/** What `accept` has just written. */
function opened(
  { uid, device, action, idempotent }: Command,
  facts: { readonly digest: string; readonly deadline: number; readonly acceptedAt: number },
): OpenRecord {
  return {
    uid,
    state: "accepted",
    device,
    action,
    idempotent,
    ...facts,
    attempt: 0,
    turn: 0,
    interrupted: 0,
    holder: undefined,
    epoch: 0,
    doubt: false,
    sentAt: undefined,
    cancelledAt: undefined,
  };
}

function recordOf(uid: string, flat: unknown): LedgerRecord | undefined {
  if (!Array.isArray(flat)) throw misread(typeof flat);
  const hash: Record<string, string> = {};
  for (let i = 0; i + 1 < flat.length; i += 2) hash[String(flat[i])] = String(flat[i + 1]);
  try {
    return parseLedgerRecord(uid, hash);
  } catch (thrown) {
    const message = thrown instanceof Error ? thrown.message : String(thrown);
    throw new EdgeError({ code: "command.record.invalid", blame: "us", retry: "never", message, cause: thrown });
  }
}

function countOf(text: string | undefined): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw misread(String(text));
  return value;
}

function endingFields(ending: Ending): string[] {
  const fields: string[] = [LEDGER_FIELDS.state, ending.state];
  if (ending.reason !== undefined) fields.push(LEDGER_FIELDS.reason, ending.reason);
  if (ending.nativeCode !== undefined) fields.push(LEDGER_FIELDS.nativeCode, ending.nativeCode);
  if (ending.text !== undefined) fields.push(LEDGER_FIELDS.text, ending.text);
  if (ending.result !== undefined) fields.push(LEDGER_FIELDS.result, JSON.stringify(ending.result));
  return fields;
}

/** The record holds whole milliseconds. */
function whole(at: WallMs): number {
  return Math.floor(at);
}

function misread(what: string): EdgeError {
  return new EdgeError({
    code: "queue.misused",
    blame: "us",
    retry: "never",
    native: what,
    message: `a script of the ledger gave a reply of an unknown form: ${what}`,
  });
}
