import type { Behaviour } from "../behaviour.ts";

/** Sends every envelope of its own twice in one write: a retransmitting modem. */
export function stutters(): Behaviour {
  return {
    name: "stutters",
    leaves: (_state, envelope) => {
      const twice = new Uint8Array(envelope.length * 2);
      twice.set(envelope, 0);
      twice.set(envelope, envelope.length);
      return twice;
    },
  };
}
