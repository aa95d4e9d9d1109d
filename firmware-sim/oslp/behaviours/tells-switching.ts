import { type DurationMs, later } from "../../../adapters/kit/time.ts";
import { Event } from "../../../proto/oslp/gen/types.ts";
import type { Behaviour } from "../behaviour.ts";
import type { DeviceState, Relay } from "../device-state.ts";
import { tell } from "../events.ts";
import type { SwitchCause } from "../notice.ts";

/** An event for every relay that has changed, a while afterwards; and for a light command that named a tariff relay. */
export function tellsSwitching(afterMs: DurationMs): Behaviour {
  return {
    name: "tells-switching",
    notices: (state, notice, now) => {
      if (notice.kind === "tariff-attempt") {
        tell(state, Event.LIGHT_FAILURE_TARIFF_SWITCH_ATTEMPT, "light command for a tariff relay", notice.index);
      }
      if (notice.kind !== "switched") return;
      const { relay, cause } = notice;
      const event = eventOf(state, relay, cause);
      const text = `${relay.on ? `on ${relay.dim} %` : "off"} by ${cause}`;
      state.agenda.at(later(now, afterMs), () => tell(state, event, text, relay.index));
    },
  };
}

/** 0.5.1 has no events of its own for a self test. */
function eventOf(state: DeviceState, { on, type }: Relay, cause: SwitchCause): number {
  if (cause === "self-test" && state.identity.version === "0.6.1")
    return on ? Event.MONITOR_EVENTS_TEST_RELAY_ON : Event.MONITOR_EVENTS_TEST_RELAY_OFF;
  if (type === "TARIFF") return on ? Event.TARIFF_EVENTS_TARIFF_ON : Event.TARIFF_EVENTS_TARIFF_OFF;
  return on ? Event.LIGHT_EVENTS_LIGHT_ON : Event.LIGHT_EVENTS_LIGHT_OFF;
}
