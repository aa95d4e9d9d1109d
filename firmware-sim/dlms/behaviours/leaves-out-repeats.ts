import type { Behaviour } from "../behaviour.ts";

/** Profiles with null-data for what is as in the row before; for a time, as long after it as the capture period. */
export function leavesOutRepeats(): Behaviour {
  return {
    name: "leaves-out-repeats",
    begins: (meter) => {
      meter.oddities.leavesOutRepeats = true;
      return {};
    },
  };
}
