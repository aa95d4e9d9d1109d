import { utf8 } from "../../../adapters/kit/bytes.ts";
import type { Behaviour } from "../behaviour.ts";

/** Says that it is there when it connects, and leaves the opposite as its will, retained both. */
export function leavesAWill(): Behaviour {
  const name = "leaves-a-will";
  const state = (clientId: string, said: string) => ({
    ...{ topic: `${clientId}/state`, payload: utf8(JSON.stringify({ state: said })), qos: 1 as const, retain: true },
  });
  return {
    name,
    connects: (connecting, { member }) => ({ ...connecting, will: state(member.clientId, "offline") }),
    connected: (body) => body.publish({ ...state(body.member.clientId, "online"), by: name }),
  };
}
