import { type Judge, textOf } from "../court.ts";
import type { Message } from "../../../edge-agent/model/message.ts";
import type { World } from "../world.ts";
import { isOnDisk } from "./stored-first.ts";

/**
 * P3. After everything has healed, what was acknowledged has reached the core, each event exactly once: but for what an
 * operator's policy or a rotten disk cost, counted and announced, and what a Redis forgot that was not asked to be durable.
 */
export function delivery(world: World): Judge {
  const name = "P3 nothing acknowledged is lost";
  const { court } = world;
  const acknowledged = new Map<string, string>();
  const applied = new Set<string>();
  const ids = new Map<string, string>();
  const forgotten = new Set<string>();
  const owed = new Set<string>();
  // Of three agents one keeps the mirror of another: what a standby spooled waits on its disk, and on that of its keeper,
  // until one of the two reigns. It is kept; it may be late.
  const waits = (text: string): boolean => world.agentNames.length > 2 && isOnDisk(world, text);
  // Drops that were counted and announced to the cores, with their reason.
  let dropped = 0;
  world.owed = () => Math.max(0, [...owed].filter((text) => !waits(text)).length - dropped);
  return {
    name,
    see: (event) => {
      switch (event.kind) {
        case "acknowledged":
          acknowledged.set(event.text, event.device);
          if (!applied.has(event.text) && !forgotten.has(event.text)) owed.add(event.text);
          return;
        case "committed":
          for (const message of event.messages) ids.set(message.id, textOf(message) ?? "");
          return;
        case "forgot":
          if (world.redis.mode !== "lossy") return;
          for (const id of event.messages) {
            const text = ids.get(id) ?? "";
            forgotten.add(text);
            owed.delete(text);
          }
          return;
        case "applied": {
          dropped += announced(event.message);
          const text = textOf(event.message);
          if (text === undefined) return;
          if (applied.has(text)) court.blame(name, `${text} was applied twice: under ${event.message.id} too`);
          applied.add(text);
          owed.delete(text);
          return;
        }
        default:
          return;
      }
    },
    conclude: () => {
      if (world.owed() === 0) return;
      for (const [text, device] of acknowledged) {
        if (applied.has(text) || forgotten.has(text) || waits(text)) continue;
        const where = isOnDisk(world, text) ? "it lies on a disk still" : "nobody has it";
        court.blame(name, `${text} of ${device} was acknowledged and never reached the core: ${where}`);
        return;
      }
    },
  };
}

/** Messages of which this one says that they were dropped. */
function announced(message: Message): number {
  if (message.type !== "busbar.gateway-event.v1" || message.data.code !== "dropped") return 0;
  return Number(message.data.facts?.["messages"] ?? 0);
}
