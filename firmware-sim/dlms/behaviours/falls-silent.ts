import type { Behaviour } from "../behaviour.ts";

/** Associates, reads every request, and says nothing to any of them. */
export function fallsSilent(): Behaviour {
  return { name: "falls-silent", begins: () => ({ alters: () => ({ kind: "silence" }) }) };
}
