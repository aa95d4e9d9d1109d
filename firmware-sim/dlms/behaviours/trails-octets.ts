import { concat } from "../../../adapters/kit/bytes.ts";
import type { Behaviour } from "../behaviour.ts";

/** Stray octets behind every plain answer, as some servers in the field have. */
export function trailsOctets(): Behaviour {
  return {
    name: "trails-octets",
    begins: () => ({
      encodes: (octets) =>
        octets[0] === 0xc4 || octets[0] === 0xc5 ? concat([octets, Uint8Array.of(0x09, 0x0f, 0)]) : octets,
    }),
  };
}
