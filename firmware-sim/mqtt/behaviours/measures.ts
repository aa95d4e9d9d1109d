import type { Behaviour } from "../behaviour.ts";

/** Publishes what its schedule says, when it says so. */
export function measures(): Behaviour {
  const name = "measures";
  return {
    name,
    ticks: (body, number) =>
      body.publish({ ...body.measurement(number), qos: body.qos(), retain: body.member.retain, by: name }),
  };
}
