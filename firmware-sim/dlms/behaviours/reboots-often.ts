import { type DurationMs, type Instant, later } from "../../../adapters/kit/time.ts";
import type { Behaviour } from "../behaviour.ts";

/** Loses power every so often, whatever it is doing. */
export function rebootsOften(everyMs: DurationMs, awayMs: DurationMs): Behaviour {
  return {
    name: "reboots-often",
    begins: () => {
      let due: Instant | undefined;
      return {
        starts: (now) => {
          due = later(now, everyMs);
        },
        answers: (_request, now) => (due !== undefined && now >= due ? { kind: "reboot", awayMs } : undefined),
      };
    },
  };
}
