import type { WallMs } from "../../adapters/kit/time.ts";
import type { Command } from "../model/command.ts";
import { commandDigest, type EndedRecord, isEnded, type LedgerRecord, type OpenRecord } from "../model/ledger.ts";
import type {
  AcceptReply,
  Basis,
  Begin,
  BeginReply,
  Finish,
  FinishReply,
  Hold,
  Ledger,
  RetractReply,
} from "./ledger.ts";
import { isBy } from "./life.ts";
import { timeOf } from "./times.ts";

/**
 * The ledger as a value in memory: the same answers as the scripts in `redis/`, for simulation. `lease` is what the lease
 * key would hold; whoever moves it decides who is fenced. It keeps everything: a simulation ends before retention does.
 */
export class MemoryLedger implements Ledger {
  lease: Hold | undefined;
  readonly #records: Map<string, LedgerRecord>;

  /** @param records what it begins with: what another one had, or what is left of it. */
  constructor(records: ReadonlyMap<string, LedgerRecord> = new Map()) {
    this.#records = new Map(records);
  }

  /** All records as they are now. Records are never changed, only replaced. */
  records(): ReadonlyMap<string, LedgerRecord> {
    return new Map(this.#records);
  }

  accept(hold: Hold, command: Command, now: WallMs): Promise<AcceptReply> {
    if (!this.#holds(hold)) return Promise.resolve({ kind: "fenced" });
    const known = this.#records.get(command.uid);
    const facts = {
      device: command.device,
      action: command.action,
      digest: commandDigest(command),
      deadline: timeOf(command.deadline),
    };
    const record: LedgerRecord =
      known === undefined
        ? { ...blank(command.uid), ...facts, state: "accepted", idempotent: command.idempotent, acceptedAt: now }
        : known.digest === undefined
          ? { ...known, ...facts }
          : known;
    this.#records.set(command.uid, record);
    return Promise.resolve({ kind: "record", record, fresh: known === undefined });
  }

  begin(hold: Hold, uid: string, { basis, now, verified }: Begin): Promise<BeginReply> {
    if (!this.#holds(hold)) return Promise.resolve({ kind: "fenced" });
    const record = this.#records.get(uid);
    if (record === undefined) return Promise.resolve({ kind: "missing" });
    if (isEnded(record) || !isAt(record, basis)) return Promise.resolve({ kind: "changed", record });
    if (record.cancelledAt !== undefined) return Promise.resolve({ kind: "cancelled", record });
    if (record.deadline === undefined || now >= record.deadline) return Promise.resolve({ kind: "late", record });
    const over = record.state === "sent";
    if (over && !record.idempotent && !verified) return Promise.resolve({ kind: "changed", record });
    const started: OpenRecord = {
      ...record,
      state: "sent",
      attempt: record.attempt + 1,
      turn: record.turn + 1,
      interrupted: record.interrupted + (over && !isBy(record, hold) ? 1 : 0),
      doubt: !verified && (over || record.doubt),
      holder: hold.holder,
      epoch: hold.epoch,
      sentAt: now,
    };
    this.#records.set(uid, started);
    return Promise.resolve({ kind: "started", record: started });
  }

  retract(hold: Hold, uid: string, turn: number): Promise<RetractReply> {
    const record = this.#records.get(uid);
    if (record === undefined) return Promise.resolve({ kind: "missing" });
    if (record.state !== "sent" || record.turn !== turn || !isBy(record, hold)) {
      return Promise.resolve({ kind: "changed", record });
    }
    const back: OpenRecord = { ...record, state: "accepted", attempt: record.attempt - 1 };
    this.#records.set(uid, back);
    return Promise.resolve({ kind: "retracted", record: back });
  }

  finish(hold: Hold, uid: string, { basis, now, ending }: Finish): Promise<FinishReply> {
    const record = this.#records.get(uid);
    if (record !== undefined && isEnded(record)) return Promise.resolve({ kind: "ended", record, first: false });
    if (record === undefined && basis !== undefined) return Promise.resolve({ kind: "missing" });
    if (record !== undefined && (basis === undefined || !isAt(record, basis))) {
      return Promise.resolve({ kind: "changed", record });
    }
    const answer = ending.state === "succeeded" || ending.state === "failed";
    const began = record?.state === "sent" && isBy(record, hold);
    if (!this.#holds(hold) && !(answer && began)) return Promise.resolve({ kind: "fenced" });
    const ended: EndedRecord = { ...(record ?? blank(uid)), ...ending, endedAt: now };
    this.#records.set(uid, ended);
    return Promise.resolve({ kind: "ended", record: ended, first: true });
  }

  cancel(uid: string, now: WallMs): Promise<LedgerRecord> {
    const record = this.#records.get(uid);
    const cancelled = cancelledRecord(uid, record, now);
    this.#records.set(uid, cancelled);
    return Promise.resolve(cancelled);
  }

  read(uid: string): Promise<LedgerRecord | undefined> {
    return Promise.resolve(this.#records.get(uid));
  }

  #holds(hold: Hold): boolean {
    return this.lease !== undefined && this.lease.holder === hold.holder && this.lease.epoch === hold.epoch;
  }
}

function cancelledRecord(uid: string, record: LedgerRecord | undefined, now: WallMs): LedgerRecord {
  if (record === undefined || (record.state === "accepted" && !record.doubt)) {
    return {
      ...(record ?? blank(uid)),
      state: "cancelled",
      cancelledAt: now,
      endedAt: now,
      reason: "command.cancelled",
      nativeCode: undefined,
      text: undefined,
      result: undefined,
    };
  }
  return isEnded(record) ? record : { ...record, cancelledAt: record.cancelledAt ?? now };
}

function isAt(record: LedgerRecord, basis: Basis): boolean {
  return record.state === basis.state && record.turn === basis.turn;
}

function blank(uid: string): Omit<OpenRecord, "state"> {
  return {
    uid,
    device: undefined,
    action: undefined,
    digest: undefined,
    idempotent: false,
    deadline: undefined,
    attempt: 0,
    turn: 0,
    interrupted: 0,
    holder: undefined,
    epoch: 0,
    doubt: false,
    acceptedAt: undefined,
    sentAt: undefined,
    cancelledAt: undefined,
  };
}
