import type { Judge } from "../court.ts";
import type { World } from "../world.ts";

/**
 * P2, the choice. At most one agent reigns in an epoch, an agent's own epochs only grow, and so do all of them in the
 * order of their grants: unless Redis forgot, and then as far as somebody who lives knew better. Nobody acquires while its
 * word binds it. Redis takes nothing under any epoch but the last one granted, and what is older says that it is late.
 */
export function epochs(world: World): Judge {
  const name = "P2 one active per epoch";
  const { court } = world;
  const holders = new Map<number, string>();
  const own = new Map<string, number>();
  const bound = new Map<string, { readonly epoch: number; readonly until: number }>();
  let last = { agent: "", epoch: 0 };
  let forgetful = false;
  return {
    name,
    see: (event) => {
      switch (event.kind) {
        case "forgot":
          forgetful = true;
          return;
        case "granted":
          if (!forgetful && event.epoch <= last.epoch) {
            court.blame(
              name,
              `epoch ${event.epoch} was granted to ${event.agent} after ${last.epoch} to ${last.agent}`,
            );
          }
          last = event;
          return;
        case "active": {
          const holder = holders.get(event.epoch);
          if (holder !== undefined && !forgetful) {
            court.blame(name, `${event.agent} reigns in epoch ${event.epoch}, in which ${holder} did`);
          }
          if (event.epoch <= (own.get(event.agent) ?? 0)) {
            court.blame(name, `${event.agent} reigns in epoch ${event.epoch} after ${own.get(event.agent)}`);
          }
          holders.set(event.epoch, event.agent);
          own.set(event.agent, event.epoch);
          return;
        }
        case "bound":
          bound.set(event.agent, event);
          return;
        case "released":
          for (const [agent, { epoch }] of bound) {
            if (epoch <= event.epoch && agent !== event.agent) bound.delete(agent);
          }
          return;
        case "asked-lease":
          if (court.now < (bound.get(event.agent)?.until ?? 0)) {
            court.blame(name, `${event.agent} asks for the lease although it promised not to`);
          }
          return;
        case "committed":
          for (const message of event.messages) {
            const epoch = Number(event.token.slice(event.token.lastIndexOf(":") + 1));
            if (Number(message.epoch) !== epoch && message.late !== true) {
              court.blame(
                name,
                `${message.id} of epoch ${message.epoch} came under ${event.token} and is not marked late`,
              );
            }
          }
          if (event.token !== `${last.agent}:${last.epoch}` && !forgetful) {
            court.blame(name, `a commit under ${event.token} was taken while ${last.agent}:${last.epoch} reigns`);
          }
          return;
        default:
          return;
      }
    },
  };
}
