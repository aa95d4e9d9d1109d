import type { Timers } from "../../adapters/io/timers.ts";
import { type DurationMs, later } from "../../adapters/kit/time.ts";

/** Resolves after so many milliseconds of the given clock. */
export function pausing(timers: Timers, ms: DurationMs): Promise<void> {
  return new Promise((resolve) => {
    timers.at(later(timers.now(), ms), resolve);
  });
}
