import type { Behaviour } from "../behaviour.ts";

/** Writes byte by byte, each in a segment of its own: legal, and what a slow modem does. */
export function dribbles(): Behaviour {
  return {
    name: "dribbles",
    writes: (_state, envelope) => Array.from(envelope, (byte) => Uint8Array.of(byte)),
  };
}
