import type { DurationMs } from "../../../adapters/kit/time.ts";
import type { Judge } from "../court.ts";
import type { World } from "../world.ts";

/** After trouble with agents, Redis or links so long is given to find each other again. */
const GRACE_MS: DurationMs = 6_000;
/** Then an event is acknowledged within this. */
const BOUND_MS: DurationMs = 2_500;

/**
 * P6. While everything but some devices is well, every other device is served in time, whatever those few do. A device
 * that was itself meant by the weather is not looked at again.
 */
export function service(world: World): Judge {
  const name = "P6 one bad device hurts nobody";
  const { court } = world;
  return {
    name,
    see: () => {},
    inspect: (now) => {
      const since = world.wellSince;
      if (since === undefined || now < since + GRACE_MS) return;
      for (const { uid, open } of world.town.citizens) {
        if (world.touched.has(uid)) continue;
        for (const [text, raisedAt] of open) {
          const waited = now - Math.max(raisedAt, since + GRACE_MS);
          if (waited > BOUND_MS)
            court.blame(name, `${text} of ${uid} waits for ${Math.round(now - raisedAt)} ms, and all is well`);
          break;
        }
      }
    },
  };
}
