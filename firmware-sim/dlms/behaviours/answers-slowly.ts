import type { DurationMs } from "../../../adapters/kit/time.ts";
import type { Behaviour } from "../behaviour.ts";

/** Does what it is told at once and says so late. */
export function answersSlowly(afterMs: DurationMs): Behaviour {
  return {
    name: "answers-slowly",
    begins: () => ({ alters: (reply) => (reply.kind === "answer" ? { ...reply, afterMs } : reply) }),
  };
}
