import type { DurationMs } from "../../adapters/kit/time.ts";
import type { ScriptLimits } from "./load.ts";
import type { WaitingLimits } from "./waiting-line.ts";

export interface CommitLimits extends WaitingLimits, ScriptLimits {
  /** How long a message may wait for company; see `Linger`. */
  readonly lingerMs: DurationMs;
  /** How long the answer may take, the wait for replicas or the disk included. */
  readonly timeoutMs: DurationMs;
}

export const COMMIT_LIMITS: CommitLimits = {
  waitingEntries: 10_000,
  waitingBytes: 16 * 1_048_576,
  scriptMessages: 500,
  scriptBytes: 1_048_576,
  lingerMs: 3,
  timeoutMs: 400,
};
