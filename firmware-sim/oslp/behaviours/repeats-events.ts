import type { EventNotification } from "../../../proto/oslp/gen/types.ts";
import type { Behaviour } from "../behaviour.ts";
import { raise } from "../device-state.ts";

/** Every so many events it tells one again that was acknowledged, with the same timestamp under a new number. */
export function repeatsEvents(every: number): Behaviour {
  let count = 0;
  let repeated: EventNotification | undefined;
  return {
    name: "repeats-events",
    notices: (state, notice) => {
      if (notice.kind !== "acknowledged" || notice.event === repeated) return;
      count += 1;
      if (count % every !== 0) return;
      repeated = notice.event;
      raise(state, notice.event);
    },
  };
}
