import type { Behaviour } from "../behaviour.ts";

/** The authentication tag of whatever is protected does not verify. */
export function spoilsTags(): Behaviour {
  return {
    name: "spoils-tags",
    begins: () => ({
      protects: (octets) => {
        const spoilt = octets.slice();
        const last = spoilt.length - 1;
        spoilt[last] = (spoilt[last] ?? 0) ^ 0x01;
        return spoilt;
      },
    }),
  };
}
