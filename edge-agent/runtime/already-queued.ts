import type { EntryPlace } from "../model/commit.ts";
import type { PlacedEntry } from "../queue/load.ts";
import type { StoredMemory } from "../queue/memories.ts";
import { ORIGIN, type Position } from "../spool/position.ts";
import type { SpooledEntry } from "../spool/record.ts";
import { cursorEntry, readCursor } from "./spool-cursor.ts";

/** An entry of a spool on its way into the queue. */
export interface DrainedEntry {
  readonly entry: SpooledEntry & PlacedEntry;
  readonly position: Position;
}

/** What Redis remembers of devices, by uid; rejects where it does not answer. */
export type Remembered = (devices: readonly string[]) => Promise<ReadonlyMap<string, StoredMemory>>;

/**
 * Finds out what the queue has of what it was asked for and did not answer. A device's memory is stored in one step with the
 * messages it goes with, and entries of a device become durable in their order: where the stored memory has the place of an
 * entry, or a later one of that reign, the entry is in the queue. Of a device without memory nothing is known, and
 * what is repeated is recognised by its id.
 */
export class AlreadyQueued {
  readonly #remembered: Remembered;
  /** Incarnations of spools of which a batch was not answered. */
  readonly #unanswered = new Set<string>();

  constructor(remembered: Remembered) {
    this.#remembered = remembered;
  }

  /** How far the drain of this spool has come is in doubt. */
  unanswered(incarnation: string): void {
    this.#unanswered.add(incarnation);
  }

  answered(incarnation: string): void {
    this.#unanswered.delete(incarnation);
  }

  /** The entries to commit: of what is in the queue already nothing is left but its place in the batch. */
  async emptied(drained: readonly DrainedEntry[], incarnation: string | undefined): Promise<readonly PlacedEntry[]> {
    const doubtful = drained.filter(({ entry }) => entry.doubtful === true).map(({ entry }) => entry.device);
    const cursor = incarnation !== undefined && this.#unanswered.has(incarnation) ? cursorName(incarnation) : undefined;
    const asked = [...new Set(doubtful), ...(cursor === undefined ? [] : [cursor])];
    if (asked.length === 0) return drained.map(({ entry }) => entry);
    const known = await this.#remembered(asked);
    const memory = cursor === undefined ? undefined : known.get(cursor)?.memory;
    const through = memory === undefined ? undefined : readCursor(cursor ?? "", memory)?.through;
    return drained.map(({ entry, position }) => {
      const isThere =
        (through !== undefined && position <= through) ||
        (entry.doubtful === true && isPast(known.get(entry.device)?.place, entry.place));
      return isThere ? { device: entry.device, place: entry.place, messages: [], memory: undefined } : entry;
    });
  }
}

/** Only of the same reign: what an earlier one spooled may come after what a later one stored. */
function isPast(stored: EntryPlace | undefined, { epoch, order }: EntryPlace): boolean {
  return stored !== undefined && stored.epoch === epoch && stored.order >= order;
}

function cursorName(incarnation: string): string {
  return cursorEntry(incarnation, ORIGIN).device;
}
