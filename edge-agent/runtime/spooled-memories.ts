import type { LoadedMemories, StoredMemory } from "../queue/memories.ts";
import { toEntry } from "../spool/record.ts";
import type { GroupSpool } from "./group-spool.ts";
import { readCursor } from "./spool-cursor.ts";

const READ = { maxRecords: 1_000, maxBytes: 1_048_576 };

/**
 * What is remembered of the devices when a reign begins: what Redis has, and on top of it what lies in the spools and is
 * newer. Spools that were drained elsewhere, as far as Redis says, are trimmed first.
 */
export function withSpooled(loaded: LoadedMemories, spool: GroupSpool): LoadedMemories {
  const memories = new Map<string, StoredMemory>();
  for (const [device, stored] of loaded.memories) {
    const cursor = readCursor(device, stored.memory);
    if (cursor === undefined) memories.set(device, stored);
    else for (const one of spool.sources.all()) if (one.incarnation === cursor.incarnation) one.trim(cursor.through);
  }
  spool.trimmed();
  for (const one of spool.sources.all()) {
    let after = one.cursor();
    for (let records = one.read({ ...READ, after }); records.length > 0; records = one.read({ ...READ, after })) {
      for (const record of records) {
        after = record.position;
        if (!record.hasMemory) continue;
        const { device, memory, place } = toEntry(record);
        const known = memories.get(device)?.place;
        if (memory === undefined || place === undefined || (known !== undefined && !isLater(place, known))) continue;
        memories.set(device, { place, memory });
      }
    }
  }
  return { memories, unreadable: loaded.unreadable };
}

function isLater(a: StoredMemory["place"], b: StoredMemory["place"]): boolean {
  return a.epoch === b.epoch ? a.order > b.order : a.epoch > b.epoch;
}
