import type { BackoffSettings } from "../../adapters/kit/backoff.ts";
import type { CommandConclusion } from "../../adapters/kit/session.ts";
import type { WallMs } from "../../adapters/kit/time.ts";
import type { Command } from "../model/command.ts";
import type { EndedRecord, LedgerRecord } from "../model/ledger.ts";
import type { Reign } from "../model/reign.ts";
import type { Begins } from "./begins.ts";
import type { Patience } from "./insist.ts";
import type { Ledger } from "./ledger.ts";
import type { Finding } from "./life.ts";
import type { Slots } from "./slots.ts";

/** What an attempt is given. */
export interface Attempt {
  /** 1 for the first that may reach the device. */
  readonly attempt: number;
  /**
   * To be called immediately before the command's first byte is written, and to be awaited: only when it resolves may
   * that byte leave, in the same tick, and still under `reign.mayAct()`. It rejects with an EdgeError `BeginFaultCode`.
   * What comes before the command itself (connecting, association, registration) needs no begin.
   */
  begin(): Promise<void>;
  /** Given when nobody waits for the outcome any more. */
  readonly signal: AbortSignal;
}

/** Does one attempt and concludes it. Must end by itself: its deadlines are the session's. */
export type Execute = (command: Command, attempt: Attempt) => Promise<CommandConclusion>;

/** Reads back whether a command has had its effect. Reading changes nothing at the device and needs no `begin`. */
export interface Verifier {
  readonly verifiable: (command: Command) => boolean;
  readonly verify: (command: Command, record: LedgerRecord, signal: AbortSignal) => Promise<Finding>;
}

export interface CarryPorts extends Patience {
  readonly ledger: Ledger;
  readonly reign: Reign;
  readonly wall: () => WallMs;
  /**
   * Resolves when no earlier holder of the lease can still act: it is dead, or its own deadline has passed since ours
   * began. Before that an effect that is not there may still be on its way.
   */
  readonly quiet: (signal: AbortSignal) => Promise<void>;
  readonly begins: Begins;
  readonly backoff: BackoffSettings;
  readonly slots: Slots;
  readonly execute: Execute;
  readonly verifier: Verifier | undefined;
  /** No further attempt begins; those under way go on. */
  readonly stopping: AbortSignal;
  /** Nothing is waited for any more. */
  readonly ending: AbortSignal;
}

export type Carried =
  /** `first`: ended by us just now; otherwise it had ended before. */
  | { readonly kind: "ended"; readonly record: EndedRecord; readonly first: boolean }
  /** The uid belongs to another command, which has the record; nothing was done. */
  | { readonly kind: "reused"; readonly record: LedgerRecord }
  /** `notBefore` is still to come; nothing was done. */
  | { readonly kind: "waiting"; readonly until: WallMs }
  /** The lease is somebody else's, and so is the command. */
  | { readonly kind: "fenced" }
  /** We were told to stop; the record says how far it got. */
  | { readonly kind: "stopped" };
