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
      if (!isOnDisk(world, event.text))
        court.blame(name, `${event.device} was told "received" for ${event.text}, which nobody has`);
    },
  };
}

/** A record flows over the marker at the start of every block but the first: there the text may be cut in two. */
const BLOCK_BYTES = 32_768;
const MARKER_BYTES = 20;

function holds(content: Uint8Array, wanted: Buffer): boolean {
  const bytes = Buffer.from(content.buffer, content.byteOffset, content.length);
  if (bytes.includes(wanted)) return true;
  for (let block = BLOCK_BYTES; block < bytes.length; block += BLOCK_BYTES) {
    const before = bytes.subarray(block - wanted.length, block);
    const after = bytes.subarray(block + MARKER_BYTES, block + MARKER_BYTES + wanted.length);
    if (Buffer.concat([before, after]).includes(wanted)) return true;
  }
  return false;
}

/** Whether the text is in the synced content of any disk. */
export function isOnDisk(world: World, text: string): boolean {
  const wanted = Buffer.from(JSON.stringify(text));
  for (const agent of world.agents) {
    for (const disk of agent.disks().values()) {
      for (const file of disk.list()) {
        const content = disk.durable(file);
        if (content !== undefined && holds(content, wanted)) return true;
      }
    }
  }
  return false;
}
