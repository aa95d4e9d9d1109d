import type { Behaviour } from "../behaviour.ts";

/** Whatever it notifies leaves in UI frames of HDLC, in segments where it is long. */
export function pushesInHdlc(): Behaviour {
  return {
    name: "pushes-in-hdlc",
    begins: (meter) => {
      meter.oddities.pushesInHdlc = true;
      return {};
    },
  };
}
