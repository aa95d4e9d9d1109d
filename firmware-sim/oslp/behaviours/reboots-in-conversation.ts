import { type DurationMs, later } from "../../../adapters/kit/time.ts";
import type { Behaviour } from "../behaviour.ts";
import { reboot } from "../power.ts";

/** Every so many requests it does what it is told, and its power fails before it can say so. */
export function rebootsInConversation(every: number, awayMs: DurationMs): Behaviour {
  let count = 0;
  return {
    name: "reboots-in-conversation",
    alters: (state, reply, _request, now) => {
      count += 1;
      if (count % every !== 0) return reply;
      state.agenda.at(later(now, 0), (at) => reboot(state, awayMs, at));
      return { kind: "hang-up" };
    },
  };
}
