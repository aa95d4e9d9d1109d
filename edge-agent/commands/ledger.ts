import type { WallMs } from "../../adapters/kit/time.ts";
import type { Command } from "../model/command.ts";
import type { EndedRecord, Ending, LedgerRecord, LedgerState, OpenRecord } from "../model/ledger.ts";
import type { Reign } from "../model/reign.ts";

/**
 * The ledger of commands as its users see it: one record per uid, changed only by compare and set, and only by who holds
 * the lease. Made real in `redis/ledger.ts`, and as a value in memory (`memory-ledger.ts`) for simulation; one test gives
 * both the same calls and compares the answers.
 *
 * All calls reject with an EdgeError `queue.*` where Redis does not answer; the call may have had its effect then, and
 * every call may be repeated.
 */
export interface Ledger {
  /** Opens the record of a command, or finds the one there is: the first one with a uid counts. */
  accept(hold: Hold, command: Command, now: WallMs): Promise<AcceptReply>;
  /**
   * The last gate before a device: lease, record, cancellation and deadline are checked and the attempt is written down
   * in one step. Only `started` allows a byte to leave.
   */
  begin(hold: Hold, uid: string, begin: Begin): Promise<BeginReply>;
  /** Takes a beginning back of which nothing left. Needs no lease: who began it knows. */
  retract(hold: Hold, uid: string, turn: number): Promise<RetractReply>;
  /**
   * Ends a command; the first end stands. The holder of the lease may end any command it has seen as it is. Who began the
   * attempt may record the device's own answer (`succeeded`, `failed`) even after the lease has moved on, as long as the
   * new holder has not touched the record: a true answer is better than a lost one. What is not an answer is the new
   * holder's to decide.
   */
  finish(hold: Hold, uid: string, finish: Finish): Promise<FinishReply>;
  /** See `CANCEL_SCRIPT`; needs no lease. */
  cancel(uid: string, now: WallMs): Promise<LedgerRecord>;
  read(uid: string): Promise<LedgerRecord | undefined>;
}

/** Whose lease, and which: the fence of every change. */
export type Hold = Pick<Reign, "holder" | "epoch">;

/** The moment of a record a decision was made on. It is refused where the record has moved on since. */
export interface Basis {
  readonly state: LedgerState;
  readonly turn: number;
}

export function basisOf(record: LedgerRecord): Basis {
  return { state: record.state, turn: record.turn };
}

export interface Begin {
  readonly basis: Basis;
  /** The record the basis was taken of, where the caller has it: what is in it need not be told again. */
  readonly known?: LedgerRecord | undefined;
  readonly now: WallMs;
  /** The effect was read back: no earlier attempt has happened. */
  readonly verified: boolean;
}

export interface Finish {
  /** `undefined`: there is no record, the command was never accepted. */
  readonly basis: Basis | undefined;
  /** As in `Begin`. */
  readonly known?: LedgerRecord | undefined;
  readonly now: WallMs;
  readonly ending: Ending;
}

/** The lease is not ours: nothing was written. */
export interface Fenced {
  readonly kind: "fenced";
}

/** The record is not as the basis has it: decide again. */
export interface Changed {
  readonly kind: "changed";
  readonly record: LedgerRecord;
}

/** There is no such record: it was never accepted, or Redis has lost it. */
export interface Missing {
  readonly kind: "missing";
}

export type AcceptReply = { readonly kind: "record"; readonly record: LedgerRecord; readonly fresh: boolean } | Fenced;

export type BeginReply =
  | { readonly kind: "started"; readonly record: OpenRecord }
  | { readonly kind: "cancelled" | "late"; readonly record: LedgerRecord }
  | Changed
  | Missing
  | Fenced;

export type RetractReply = { readonly kind: "retracted"; readonly record: LedgerRecord } | Changed | Missing;

export type FinishReply =
  /** `first`: this call ended it; otherwise it had ended before, as the record says. */
  { readonly kind: "ended"; readonly record: EndedRecord; readonly first: boolean } | Changed | Missing | Fenced;
