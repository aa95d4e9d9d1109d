import type { Behaviour } from "../behaviour.ts";

/** Flips a bit inside the signature's r of every envelope. */
export function signsBadly(): Behaviour {
  return {
    name: "signs-badly",
    leaves: (_state, envelope) => {
      const bytes = envelope.slice();
      bytes[10] = (bytes[10] ?? 0) ^ 0x01;
      return bytes;
    },
  };
}
