import type { Behaviour } from "../behaviour.ts";

/** Answers with a number far outside every window. */
const OFF_BY = 1_000;

/** Does what it is told and answers with a sequence number of its own invention. */
export function misnumbersAnswers(): Behaviour {
  return {
    name: "misnumbers-answers",
    alters: (state, reply) =>
      reply.kind === "answer" ? { ...reply, sequenceNumber: (state.sequenceNumber + OFF_BY) % 65_536 } : reply,
  };
}
