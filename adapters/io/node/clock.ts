import { type Instant, toInstant, toWall, type WallMs } from "../../kit/time.ts";
import type { CancelTimer, Timers } from "../timers.ts";

/** setTimeout counts in 32 bits; a longer wait is taken in stretches. */
const LONGEST_MS = 2_000_000_000;

/** The machine's clocks. `now` is monotonic and goes on through a SIGSTOP, so a deadline passes while we are frozen. */
export class NodeTimers implements Timers {
  now(): Instant {
    return toInstant(performance.now());
  }

  wall(): WallMs {
    return toWall(Date.now());
  }

  at(instant: Instant, callback: () => void): CancelTimer {
    let timer: NodeJS.Timeout | undefined;
    const arm = (): void => {
      const left = instant - performance.now();
      timer = setTimeout(left > LONGEST_MS ? arm : fire, Math.min(LONGEST_MS, Math.max(0, Math.ceil(left))));
    };
    // A timer may fire a fraction of a millisecond early against the finer clock.
    const fire = (): void => (performance.now() < instant ? arm() : callback());
    arm();
    return () => clearTimeout(timer);
  }
}
