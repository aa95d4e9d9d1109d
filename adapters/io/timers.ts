import type { Clock } from "../kit/ports.ts";
import type { Instant } from "../kit/time.ts";

/** Forgets the timer; calling it late or twice does nothing. */
export type CancelTimer = () => void;

/** A clock that can also wake somebody: real in `node/clock.ts`, virtual in `sim/`. */
export interface Timers extends Clock {
  /** Calls back once, not before `instant`; in simulation exactly then, ties in the order they were set. */
  at(instant: Instant, callback: () => void): CancelTimer;
}
