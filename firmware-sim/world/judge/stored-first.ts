import type { Judge } from "../court.ts";
import { textOf } from "../court.ts";
import type { World } from "../world.ts";

/**
 * P1. When a device is told "received", the event has been committed, or lies synced in a spool on a disk that exists.
 * Whether it lies there is looked up in the raw bytes of the disks: every record carries its entry as JSON.
 */
export function storedFirst(world: World): Judge {
  const name = "P1 store, then acknowledge";
  const { court } = world;
  const committed = new Set<string>();
  return {
    name,
    see: (event) => {
      if (event.kind === "committed") {
        for (const message of event.messages) {
          const text = textOf(message);
          if (text !== undefined) committed.add(text);
        }
      }
      if (event.kind !== "acknowledged" || committed.has(event.text)) return;
      if (!isOnDisk(world, event.text)) court.blame(name, `${event.device} was told "received" for ${event.text}, which nobody has`);
    },
  };
}

/** Whether the text is in the synced content of any disk. */
export function isOnDisk(world: World, text: string): boolean {
  const wanted = Buffer.from(JSON.stringify(text));
  for (const agent of world.agents) {
    for (const disk of agent.disks().values()) {
      for (const file of disk.list()) {
        const content = disk.durable(file);
        if (content !== undefined && Buffer.from(content.buffer, content.byteOffset, content.length).includes(wanted)) {
          return true;
        }
      }
    }
  }
  return false;
}
