import type { Behaviour } from "../behaviour.ts";

/** Closes the connection instead of every so many answers. */
export function hangsUp(every: number): Behaviour {
  return {
    name: "hangs-up",
    begins: () => {
      let answers = 0;
      return {
        alters: (reply) => {
          answers += 1;
          return answers % every === 0 ? { kind: "hang-up" } : reply;
        },
      };
    },
  };
}
