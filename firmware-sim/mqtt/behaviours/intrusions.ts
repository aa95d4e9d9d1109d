import { utf8 } from "../../../adapters/kit/bytes.ts";
import type { Behaviour, Body } from "../behaviour.ts";
import type { CommandTopics } from "../command.ts";
import type { FleetMember } from "../fleet-plan.ts";

/** What a client does that is after the others. With QoS 0: what is refused by disconnection would be sent again for ever. */

/** Publishes on the topics of its neighbour, beside its own. */
export function spoofsTopics(every: number): Behaviour {
  const name = "spoofs-topics";
  return {
    name,
    ticks: (body, number) => {
      if (number % every !== 0) return;
      const { clientId } = neighbour(body);
      body.publish({ topic: `${clientId}/m`, payload: utf8('{"u":0}'), qos: 0, retain: false, by: name });
    },
  };
}

/** Connects a second time, under the client id of its neighbour and with credentials of its own. */
export function stealsClientIds(every: number): Behaviour {
  const name = "steals-client-ids";
  return {
    name,
    ticks: (body, number) => {
      if (number % every === 0) body.connectAs(neighbour(body).clientId, name);
    },
  };
}

/** Wants to hear everything: all topics, the broker's own, and the commands of its neighbour. */
export function listensToAll(topics: CommandTopics): Behaviour {
  const name = "listens-to-all";
  return {
    name,
    connected: (body) => {
      const device = neighbour(body).clientId;
      for (const filter of ["#", "$SYS/#", "+/+", topics.command.filter({ device })]) body.subscribe(filter, name);
    },
  };
}

/** Gives a command to its neighbour. */
export function commandsOthers(topics: CommandTopics, every: number): Behaviour {
  const name = "commands-others";
  return {
    name,
    ticks: (body, number) => {
      if (number % every !== 0) return;
      const topic = topics.command.name({ device: neighbour(body).clientId, action: "open" });
      const payload = utf8(JSON.stringify({ id: `forged-${number}`, action: "open" }));
      if (topic !== undefined) body.publish({ topic, payload, qos: 0, retain: false, by: name });
    },
  };
}

/** Comes with a wrong password every other time. */
export function mistypesPasswords(): Behaviour {
  let attempts = 0;
  return {
    name: "mistypes-passwords",
    connects: (connecting) => {
      attempts += 1;
      const { clientId, username = clientId, password } = connecting;
      return attempts % 2 === 1
        ? { ...connecting, username, password: "wrong" }
        : { ...connecting, username, password };
    },
  };
}

/** The device beside it; a device that is alone is after one there is not. */
function neighbour({ member, members }: Body): Pick<FleetMember, "clientId"> {
  const at = members.indexOf(member);
  const other = members[(at + 1) % members.length];
  return other === undefined || other === member ? { clientId: "nobody" } : other;
}
