import type { Behaviour } from "../behaviour.ts";

/** Registers with a number a few before the last one: the counter passes 65535 within the first conversations. Legal. */
export const NEAR_WRAP = 65_533;

export function startsNearWrap(): Behaviour {
  return {
    name: "starts-near-wrap",
    starts: (state) => {
      state.registersWith = NEAR_WRAP;
    },
  };
}
