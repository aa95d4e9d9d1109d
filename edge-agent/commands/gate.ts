import { EdgeError, toEdgeError } from "../../adapters/kit/edge-error.ts";
import type { WallMs } from "../../adapters/kit/time.ts";
import type { Command } from "../model/command.ts";
import type { LedgerRecord, OpenRecord } from "../model/ledger.ts";
import type { Reign } from "../model/reign.ts";
import type { Begins } from "./begins.ts";
import { type BeginReply, basisOf, type Ledger } from "./ledger.ts";
import { timeOf } from "./times.ts";

/** Codes `begin()` rejects with. After any of them not a byte of the command may leave. */
export type BeginFaultCode =
  | "command.begin.fenced"
  | "command.begin.stopped"
  | "command.begin.late"
  | "command.begin.cancelled"
  | "command.begin.refused";

export type Refusal =
  /** The ledger said no. */
  | { readonly kind: "reply"; readonly reply: Exclude<BeginReply, { readonly kind: "started" }> }
  /** We are leaving, or the lease's own deadline has passed; nothing was written down. */
  | { readonly kind: "left"; readonly why: "stopped" | "fenced" }
  /** It was written down, or may have been, and nothing may follow: to be retracted. */
  | { readonly kind: "withdrawn"; readonly why: "stopped" | "fenced" | "late" | "unavailable" };

interface GateSetting {
  readonly ledger: Ledger;
  readonly reign: Reign;
  readonly wall: () => WallMs;
  readonly command: Command;
  readonly record: LedgerRecord;
  readonly verified: boolean;
  readonly begins: Begins;
  /** Given when no attempt may begin any more. */
  readonly stopping: AbortSignal;
}

/** One attempt's way to the device. It opens once, or never. */
export class Gate {
  readonly #setting: GateSetting;
  #opening: Promise<void> | undefined;
  /** The record as this attempt has begun; `undefined` while nothing may leave. */
  started: OpenRecord | undefined;
  refusal: Refusal | undefined;

  constructor(setting: GateSetting) {
    this.#setting = setting;
  }

  /** The turn this attempt has, or would have had. */
  get turn(): number {
    return this.#setting.record.turn + 1;
  }

  open(): Promise<void> {
    this.#opening ??= this.#open();
    return this.#opening;
  }

  async #open(): Promise<void> {
    const { ledger, reign, wall, command, record, verified, begins } = this.#setting;
    const before = this.#obstacle();
    if (before !== undefined && before !== "late") throw this.#refuse({ kind: "left", why: before });
    let reply: BeginReply;
    try {
      const begin = { basis: basisOf(record), known: record, now: wall(), verified };
      reply = await ledger.begin(reign, command.uid, begin);
    } catch (thrown) {
      this.#refuse({ kind: "withdrawn", why: "unavailable" });
      throw toEdgeError(thrown, "command.begin.refused");
    }
    if (reply.kind !== "started") throw this.#refuse({ kind: "reply", reply });
    // The answer may have taken long, the process may have been frozen: what was checked in Redis is asked again here.
    const after = this.#obstacle();
    if (after !== undefined) throw this.#refuse({ kind: "withdrawn", why: after });
    this.started = reply.record;
    begins.note(command.device, command.uid);
  }

  #obstacle(): "fenced" | "stopped" | "late" | undefined {
    const { reign, stopping, wall, command } = this.#setting;
    if (!reign.mayAct()) return "fenced";
    if (stopping.aborted) return "stopped";
    return wall() >= timeOf(command.deadline) ? "late" : undefined;
  }

  #refuse(refusal: Refusal): EdgeError {
    this.refusal = refusal;
    const why = refusal.kind === "reply" ? refusal.reply.kind : refusal.why;
    const code: BeginFaultCode =
      why === "fenced" || why === "stopped" || why === "late" || why === "cancelled"
        ? `command.begin.${why}`
        : "command.begin.refused";
    return new EdgeError({
      code,
      blame: "us",
      retry: "never",
      native: why,
      message: `command ${this.#setting.command.uid} may not be sent: ${why}`,
    });
  }
}
