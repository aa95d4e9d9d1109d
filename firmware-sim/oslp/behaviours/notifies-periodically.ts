import { type DurationMs, type Instant, later } from "../../../adapters/kit/time.ts";
import { Event } from "../../../proto/oslp/gen/types.ts";
import type { Behaviour } from "../behaviour.ts";
import { stampNow } from "../device-clock.ts";
import { raise } from "../device-state.ts";

/**
 * Raises an event every so often, each with a text of its own, so that every one of them can be accounted for: light
 * events by turns, or always the one given.
 */
export function notifiesPeriodically(everyMs: DurationMs, always?: number): Behaviour {
  let count = 0;
  let first = true;
  return {
    name: "notifies-periodically",
    ticks: (state, now): Instant => {
      // The first pause is thrown, so that a fleet does not speak in chorus.
      if (first) {
        first = false;
        return later(now, (state.random.u32() / 0x1_0000_0000) * everyMs);
      }
      count += 1;
      const { identity } = state;
      raise(state, {
        event: always ?? (count % 2 === 1 ? Event.LIGHT_EVENTS_LIGHT_ON : Event.LIGHT_EVENTS_LIGHT_OFF),
        ...(always === undefined ? { index: Uint8Array.of(1 + (count % Math.max(1, state.relays.length))) } : {}),
        description: `${identity.identification} #${count}`,
        ...(identity.version === "0.6.1" ? { timestamp: stampNow(state) } : {}),
      });
      return later(now, everyMs);
    },
  };
}
