import { type BackoffSettings, pauseBefore } from "../../adapters/kit/backoff.ts";
import { type EdgeError, toEdgeError } from "../../adapters/kit/edge-error.ts";
import type { Random } from "../../adapters/kit/ports.ts";
import type { DurationMs } from "../../adapters/kit/time.ts";

export interface Patience {
  /** Resolves after that time, or at once when the signal is given. */
  readonly pause: (ms: DurationMs, signal: AbortSignal) => Promise<void>;
  readonly random: Random;
  /** Called for every failure that is followed by a repeat. */
  readonly onFault: (fault: EdgeError) => void;
}

/** Between repeats of a call: short, a command is waiting. */
const REPEAT: BackoffSettings = { firstMs: 20, maxMs: 500, factor: 2, jitter: 0.3 };

/**
 * Repeats a call that may be repeated until it is answered; `undefined` where the signal came first. Rejects with the
 * faults that are not to be retried.
 */
export async function insist<Reply>(
  call: () => Promise<Reply>,
  { pause, random, onFault }: Patience,
  signal: AbortSignal,
): Promise<Reply | undefined> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await call();
    } catch (thrown) {
      const fault = toEdgeError(thrown, "queue.unavailable");
      if (fault.retry === "never") throw fault;
      onFault(fault);
      if (signal.aborted) return undefined;
      await pause(pauseBefore(attempt, REPEAT, random), signal);
      if (signal.aborted) return undefined;
    }
  }
}
