import type { Timers } from "../../../adapters/io/timers.ts";
import type { BackoffSettings } from "../../../adapters/kit/backoff.ts";
import type { EdgeError } from "../../../adapters/kit/edge-error.ts";
import type { Random } from "../../../adapters/kit/ports.ts";
import type { DurationMs } from "../../../adapters/kit/time.ts";
import type { Command } from "../../model/command.ts";
import type { MessageDraft } from "../../model/draft.ts";
import type { EndedRecord } from "../../model/ledger.ts";
import type { Reign } from "../../model/reign.ts";
import type { TerminalState } from "../../model/command-state.ts";
import type { Execute, Verifier } from "../carry-ports.ts";
import type { IntakePorts } from "./intake-ports.ts";

export interface IntakeLimits {
  /** Commands in our hands at once, waiting ones included; the rest stays in the queue. */
  readonly window: number;
  /** Commands that may wait for one device; the next one is rejected with `command.lane.full`. */
  readonly perDevice: number;
  /** Attempts of all devices under way at once. */
  readonly atOnce: number;
}

/** A command in our hands costs about 6 KB; four for each that can be under way are enough to choose from. */
export const INTAKE_LIMITS: IntakeLimits = { window: 4_096, perDevice: 256, atOnce: 1_024 };
export const INTAKE_BACKOFF: BackoffSettings = { firstMs: 250, maxMs: 15_000, factor: 2, jitter: 0.3 };

export interface CommandIntakeOptions {
  readonly group: string;
  /** The reign whose commands these are: an intake serves one reign and is made anew for the next. */
  readonly reign: Reign;
  readonly ports: IntakePorts;
  readonly timers: Timers;
  readonly random: Random;
  readonly execute: Execute;
  readonly verifier?: Verifier | undefined;
  /**
   * Makes the message of a command's end durable (commit or spool) before it resolves; it is repeated until it does, also
   * by the next active, with the same id. `protocol` is `gateway`: who knows the device may say it better.
   */
  readonly publish: (
    draft: MessageDraft<"busbar.command-result.v1">,
    record: EndedRecord,
    command: Command | undefined,
  ) => Promise<void>;
  readonly limits?: Partial<IntakeLimits> | undefined;
  readonly backoff?: BackoffSettings | undefined;
  /**
   * How long from now an earlier holder may still believe in its lease: the lease's time to live where it was stolen from
   * a silent one, 0 where that is known to be dead or has let go. For so long nothing it has begun is read back or repeated.
   */
  readonly quietMs: DurationMs;
  /** Faults of Redis, of the queue's content and of ours, for log and audit. Must not throw. */
  readonly onFault?: ((fault: EdgeError) => void) | undefined;
}

export interface IntakeStats {
  /** In our hands: `busy` devices have one under way, `waiting` commands wait behind them. */
  readonly held: number;
  readonly busy: number;
  readonly waiting: number;
  /** Jobs taken from the queue, since start. */
  readonly taken: number;
  /** Jobs of earlier reigns put back at start. */
  readonly recovered: number;
  /** Untouched jobs put back at stop. */
  readonly givenBack: number;
  readonly ended: Readonly<Record<TerminalState, number>>;
  /** Commands that had ended before they came: repeats, and ends whose message is published again. */
  readonly repeats: number;
  /** Jobs whose data is no command. */
  readonly invalid: number;
  /** Commands under a uid that belongs to another one. */
  readonly reused: number;
  readonly laneFull: number;
  /** Times the lease was found to be somebody else's. */
  readonly fenced: number;
  readonly faults: number;
}
