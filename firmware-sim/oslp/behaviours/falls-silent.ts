import type { Behaviour } from "../behaviour.ts";

/** Reads every request and says nothing: a hung firmware behind a living TCP stack. */
export function fallsSilent(): Behaviour {
  return { name: "falls-silent", answers: () => ({ kind: "silence" }) };
}
