import { type DurationMs, type Instant, later } from "../../../adapters/kit/time.ts";
import type { Behaviour } from "../behaviour.ts";

/** Something happens to it now and then: its covers are opened, an M-Bus device is silent, its clock is wrong. */
export function raisesEvents(everyMs: DurationMs): Behaviour {
  return {
    name: "raises-events",
    begins: (meter) => {
      let nextAt: Instant | undefined;
      return {
        ticks: (now) => {
          // The first one at a moment of its own, or a whole fleet would speak at once.
          nextAt ??= later(now, meter.random.below(Math.max(1, everyMs)));
          if (now >= nextAt) {
            const [log, code] = EVENTS[meter.random.below(EVENTS.length)] ?? ["standard", 3];
            meter.notice({ kind: "event", log, code }, now);
            nextAt = later(now, everyMs);
          }
          return nextAt;
        },
      };
    },
  };
}

const EVENTS = [
  ["fraud", 40],
  ["fraud", 44],
  ["m-bus", 100],
  ["standard", 6],
  ["power-quality", 86],
] as const;
