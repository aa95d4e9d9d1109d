import type { Timers } from "../../adapters/io/timers.ts";
import { toEdgeError } from "../../adapters/kit/edge-error.ts";
import type { Transport } from "../../adapters/kit/ports.ts";
import { type DurationMs, later } from "../../adapters/kit/time.ts";
import type { DialSettings } from "../../adapters/io/node/dial.ts";
import type { Network } from "./network.ts";
import { pausing } from "./pausing.ts";

export interface KnockSettings {
  readonly where: Omit<DialSettings, "timeoutMs">;
  readonly network: Pick<Network, "dial">;
  readonly timers: Timers;
  /** The longest it may take to be sure. */
  readonly withinMs: DurationMs;
}

/** A process that is dying has its connections cut one after the other: it is asked again. */
const AGAIN_MS = 10;

/**
 * Whether the process behind a connection that broke is gone: nobody listens any more where it did. A connection is also
 * reset by what lies in between (a firewall, a relay, a cable pulled and put back), with two healthy agents at its ends:
 * only the refusal of that host's own kernel proves a death, and it comes within one round trip. `false` where it is
 * alive, or nothing could be found out in time.
 */
export async function isGone({ where, network, timers, withinMs }: KnockSettings): Promise<boolean> {
  const until = later(timers.now(), withinMs);
  for (let left = withinMs; left > 0; left = until - timers.now()) {
    let transport: Transport;
    try {
      transport = await network.dial({ ...where, timeoutMs: left });
    } catch (thrown) {
      const { code } = toEdgeError(thrown, "link.dial.failed");
      if (code === "transport.refused") return true;
      if (code !== "transport.reset") return false;
      await pausing(timers, AGAIN_MS);
      continue;
    }
    const cancel = timers.at(until, () => transport.destroy());
    const speaks = await saysAnything(transport);
    cancel();
    transport.destroy();
    if (speaks || timers.now() >= until) return false;
    await pausing(timers, AGAIN_MS);
  }
  return false;
}

/** An agent says hello unasked. */
async function saysAnything(transport: Transport): Promise<boolean> {
  try {
    for await (const chunk of transport) if (chunk.length > 0) return true;
  } catch {
    // Cut: by its end, or by us since the time is over.
  }
  return false;
}
