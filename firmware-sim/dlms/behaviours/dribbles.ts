import type { Behaviour } from "../behaviour.ts";

/** Writes byte by byte. */
export function dribbles(): Behaviour {
  return {
    name: "dribbles",
    begins: () => ({ leaves: (unit) => Array.from(unit, (octet) => Uint8Array.of(octet)) }),
  };
}
