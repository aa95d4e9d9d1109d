import type { Behaviour } from "../behaviour.ts";

const GARBAGE_OCTETS_MAX = 40;

/** A bad line behind a serial converter: octets that belong to nothing in front of some units, and some units damaged. */
export function garblesLine(every: number): Behaviour {
  return {
    name: "garbles-line",
    begins: ({ random }) => {
      let units = 0;
      return {
        leaves: (unit) => {
          units += 1;
          if (units % every !== 0) return [unit];
          const garbage = random.bytes(1 + random.below(GARBAGE_OCTETS_MAX));
          if (units % (2 * every) !== 0) return [garbage, unit];
          const damaged = unit.slice();
          const at = random.below(damaged.length);
          damaged[at] = (damaged[at] ?? 0) ^ 0x40;
          return [damaged];
        },
      };
    },
  };
}
