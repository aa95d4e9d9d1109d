import type { Behaviour } from "../behaviour.ts";

/** After every so many answers its invocation counter starts again: what it sends then looks like a replay. */
export function resetsCounter(every: number): Behaviour {
  return {
    name: "resets-counter",
    begins: (meter) => {
      let answers = 0;
      return {
        alters: (reply) => {
          answers += 1;
          if (answers % every === 0) meter.security.serverCounter = 1;
          return reply;
        },
      };
    },
  };
}
