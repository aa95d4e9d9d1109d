import type { DurationMs } from "../../adapters/kit/time.ts";

/** Takes commands of one group while its reign lasts. */
export interface Intake {
  start(): Promise<void>;
  /** Takes no more, gives back what was not begun, waits for what was, at most so long. */
  stop(options: { readonly drainMs: DurationMs }): Promise<void>;
}
