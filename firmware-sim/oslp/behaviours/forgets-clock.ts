import { Event } from "../../../proto/oslp/gen/types.ts";
import type { Behaviour } from "../behaviour.ts";
import { tell } from "../events.ts";

/** Firmware whose clock is never set: event times of the year 2000, and no schedule. */
export function forgetsClock(): Behaviour {
  return {
    name: "forgets-clock",
    starts: (state) => {
      state.clock = { kind: "unset", since: state.wall() };
      if (state.identity.version === "0.6.1") tell(state, Event.HARDWARE_FAILURE_RTC_NOT_SET, "clock not set");
    },
  };
}
