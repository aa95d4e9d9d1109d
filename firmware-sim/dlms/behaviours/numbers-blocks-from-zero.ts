import type { Behaviour } from "../behaviour.ts";

/** The first block of a long answer has the number 0. */
export function numbersBlocksFromZero(): Behaviour {
  return {
    name: "numbers-blocks-from-zero",
    begins: (meter) => {
      meter.oddities.firstBlock = 0;
      return {};
    },
  };
}
