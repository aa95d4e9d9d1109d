import { type DurationMs, type Instant, later } from "../../../adapters/kit/time.ts";
import { Status } from "../../../proto/oslp/gen/types.ts";
import type { Behaviour } from "../behaviour.ts";
import { reboot } from "../power.ts";

/** The answer to a SetReboot is on its way for so long before the device goes away. */
export const LAST_WORD_MS = 10;

/** SetReboot: answers first, is away for a while, comes back unregistered with its lights at their default. */
export function reboots(awayMs: DurationMs): Behaviour {
  return {
    name: "reboots",
    answers: (state, request) => {
      if (request.member !== "setRebootRequest") return undefined;
      return {
        kind: "answer",
        message: { member: "setRebootResponse", body: { status: Status.OK } },
        afterwards: (now: Instant) => state.agenda.at(later(now, LAST_WORD_MS), (at) => reboot(state, awayMs, at)),
      };
    },
  };
}
