import type { Behaviour } from "../behaviour.ts";

/** Never opens a conversation: neither registers nor notifies. */
export function neverSpeaks(): Behaviour {
  return { name: "never-speaks", opens: () => "refuse" };
}
