import { later, SECOND_MS } from "../../../adapters/kit/time.ts";
import type { Behaviour } from "../behaviour.ts";
import { configurationOf } from "../configuration-banks.ts";

/** A day: the contract's default of timeSyncFrequency, in seconds. */
const DEFAULT_S = 86_400;

/** Registers again every `timeSyncFrequency`: that is how a device gets the time. */
export function synchronizesTime(): Behaviour {
  return {
    name: "synchronizes-time",
    notices: (state, notice, now) => {
      if (notice.kind !== "registered") return;
      const { timeSyncFrequency = DEFAULT_S } = configurationOf(state.configuration);
      const waitMs = Math.max(1, (timeSyncFrequency * SECOND_MS) / state.speed);
      state.agenda.at(later(now, waitMs), () => {
        // It may have registered for another reason since, and planned anew then.
        if (state.registeredAt === now) state.registration = "unregistered";
      });
    },
  };
}
