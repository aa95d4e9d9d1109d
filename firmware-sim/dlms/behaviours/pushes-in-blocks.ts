import type { Behaviour } from "../behaviour.ts";

/** Whatever it notifies leaves in general block transfer, all blocks at once: it hears nothing back. */
export function pushesInBlocks(): Behaviour {
  return {
    name: "pushes-in-blocks",
    begins: (meter) => {
      meter.oddities.pushesInBlocks = true;
      return {};
    },
  };
}
