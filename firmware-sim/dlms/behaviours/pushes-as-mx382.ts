import type { Behaviour } from "../behaviour.ts";

/** Whatever it pushes has the form of the MX382 of DSMR 2.2. */
export function pushesAsMx382(): Behaviour {
  return {
    name: "pushes-as-mx382",
    begins: (meter) => {
      meter.oddities.pushesAsMx382 = true;
      return {};
    },
  };
}
