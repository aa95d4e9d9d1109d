import type { Behaviour } from "../behaviour.ts";

/** Sends half of every so many units and goes on as if all of it had left. */
export function truncatesAnswers(every: number): Behaviour {
  return {
    name: "truncates-answers",
    begins: () => {
      let units = 0;
      return {
        leaves: (unit) => {
          units += 1;
          return units % every === 0 ? [unit.subarray(0, unit.length >> 1)] : [unit];
        },
      };
    },
  };
}
