import type { Judge } from "../court.ts";
import type { World } from "../world.ts";

/** Requests of the platform that may pass while one event waits, before its number is out of the window of 6. */
const REQUESTS_BETWEEN = 5;

/**
 * P2, what goes with it. What a platform remembers of a device survives every takeover, so that no device has to register
 * again for our sake: unless Redis forgot, or the newest of it lies in the spool of an agent that cannot be asked. An event
 * that waited while many requests passed has an old number; that is the protocol's own doing.
 */
export function remembered(world: World): Judge {
  const name = "P2 devices are remembered";
  const { court } = world;
  const requests = new Map<string, number[]>();
  let excused = false;
  return {
    name,
    see: (event) => {
      switch (event.kind) {
        case "forgot":
        case "spilled":
          excused = true;
          return;
        case "executed":
          requests.set(event.device, [...(requests.get(event.device) ?? []).slice(-REQUESTS_BETWEEN), court.now]);
          return;
        case "turned-away": {
          if (excused) return;
          const citizen = world.town.citizens.find((one) => one.uid === event.device);
          const [raisedAt = court.now] = citizen?.open.values() ?? [];
          const between = requests.get(event.device)?.filter((at) => at >= raisedAt).length ?? 0;
          if (between <= REQUESTS_BETWEEN) court.blame(name, `${event.device} has to register again: ${event.why}`);
          return;
        }
        default:
          return;
      }
    },
  };
}
