import type { Behaviour } from "../behaviour.ts";

/** Fills in a length larger than what follows, then waits. */
export function announcesTooMuch(): Behaviour {
  return {
    name: "announces-too-much",
    leaves: (_state, envelope) => {
      const bytes = envelope.slice();
      bytes[142] = 0x40;
      return bytes;
    },
  };
}
