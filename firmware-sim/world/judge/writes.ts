import type { Judge } from "../court.ts";
import type { World } from "../world.ts";

/** P2, the protection. No byte goes to a device after the writer's own right to act has ended, on its own clock. */
export function writes(world: World): Judge {
  const name = "P2 no write after the deadline";
  const { court } = world;
  const until = new Map<string, number>();
  return {
    name,
    see: (event) => {
      switch (event.kind) {
        case "started":
          until.delete(event.agent);
          return;
        case "entitled":
          until.set(event.agent, Math.max(until.get(event.agent) ?? 0, event.until));
          return;
        case "wrote": {
          const deadline = until.get(event.agent) ?? 0;
          if (event.now < deadline) return;
          const late = (event.now - deadline).toFixed(1);
          court.blame(name, `${event.agent} wrote to ${event.device} ${late} ms after its right to act had ended`);
          return;
        }
        default:
          return;
      }
    },
  };
}
