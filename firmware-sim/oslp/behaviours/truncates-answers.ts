import type { Behaviour } from "../behaviour.ts";

/** Sends half of every answer and waits. */
export function truncatesAnswers(): Behaviour {
  return {
    name: "truncates-answers",
    leaves: (_state, envelope, leaving) =>
      leaving === "answer" ? envelope.subarray(0, envelope.length >> 1) : envelope,
  };
}
