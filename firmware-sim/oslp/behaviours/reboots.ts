import { type DurationMs, type Instant, later } from "../../../adapters/kit/time.ts";
import { Status } from "../../../proto/oslp/gen/types.ts";
import type { Behaviour } from "../behaviour.ts";

/** SetReboot: answers first, is away for a while, comes back unregistered with its lights at their default. */
export function reboots(awayMs: DurationMs): Behaviour {
  let backAt: Instant | undefined;
  let shutdownAt: Instant | undefined;
  return {
    name: "reboots",
    answers: (state, request, now) => {
      if (request.member !== "setRebootRequest") return undefined;
      shutdownAt = later(now, 10);
      state.log.note("rebooting");
      return { kind: "answer", message: { member: "setRebootResponse", body: { status: Status.OK } } };
    },
    ticks: (state, now) => {
      if (shutdownAt !== undefined && now >= shutdownAt) {
        shutdownAt = undefined;
        backAt = later(now, awayMs);
        state.poweredOn = false;
      }
      if (backAt !== undefined && now >= backAt) {
        backAt = undefined;
        state.poweredOn = true;
        state.registration = "unregistered";
        for (const relay of state.relays) {
          relay.on = false;
          relay.dim = 100;
        }
      }
      return later(now, 100);
    },
  };
}
