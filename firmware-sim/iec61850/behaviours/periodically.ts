import { type DurationMs, type Instant, later } from "../../../adapters/kit/time.ts";
import type { Behaviour } from "../behaviour.ts";
import type { SimulatedIed } from "../ied.ts";

/** Every so often, for the first time after that; for one device. */
export function periodically(everyMs: DurationMs, act: (ied: SimulatedIed) => void): NonNullable<Behaviour["ticks"]> {
  let hasBegun = false;
  return (ied, now): Instant => {
    if (hasBegun) act(ied);
    hasBegun = true;
    return later(now, everyMs);
  };
}
