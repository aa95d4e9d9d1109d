import type { Behaviour } from "../behaviour.ts";

/** What it says of the size of its APDUs: 0 for no limit, or far less than anybody expects. */
export function saysPduMax(octets: number): Behaviour {
  return {
    name: octets === 0 ? "has-no-pdu-limit" : "takes-tiny-pdus",
    begins: (meter) => {
      meter.pduMax = octets;
      return {};
    },
  };
}
