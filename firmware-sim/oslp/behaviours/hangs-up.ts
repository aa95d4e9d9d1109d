import type { Behaviour } from "../behaviour.ts";

/** Hangs up on every request. */
export function hangsUp(): Behaviour {
  return { name: "hangs-up", answers: () => ({ kind: "hang-up" }) };
}
