import type { Timers } from "../../../adapters/io/timers.ts";
import { type DurationMs, later } from "../../../adapters/kit/time.ts";

/** Resolves after that time, or at once when the signal is given. Leaves no listener behind. */
export function pauseFor(timers: Timers, ms: DurationMs, signal: AbortSignal): Promise<void> {
  if (ms <= 0 || signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const end = (): void => {
      cancel();
      signal.removeEventListener("abort", end);
      resolve();
    };
    const cancel = timers.at(later(timers.now(), ms), end);
    signal.addEventListener("abort", end, { once: true });
  });
}
