import { EdgeError } from "../../adapters/kit/edge-error.ts";
import type { LoadedMemories, StoredMemory } from "../queue/memories.ts";
import { type StoredRecord, toEntry } from "../spool/record.ts";
import type { GroupSpool } from "./group-spool.ts";
import { readCursor } from "./spool-cursor.ts";

/** Some milliseconds of work: the loop of an agent with gigabytes in its spool must not stand still for longer. */
const READ = { maxRecords: 500, maxBytes: 524_288 };

/**
 * What is remembered of the devices when a reign begins: what Redis has, and on top of it what lies in the spools and is
 * newer. Spools that were drained elsewhere, as far as Redis says, are trimmed first.
 *
 * @param bridges queues of the group's bridges: they hold no memories, and are trimmed as well
 */
export async function withSpooled(
  loaded: LoadedMemories,
  spool: GroupSpool,
  bridges: readonly GroupSpool[] = [],
): Promise<LoadedMemories> {
  const memories = new Map<string, StoredMemory>();
  const unreadable = new Set(loaded.unreadable);
  const all = [spool, ...bridges].flatMap(({ sources }) => [...sources.all()]);
  for (const [device, stored] of loaded.memories) {
    const cursor = readCursor(device, stored.memory);
    if (cursor === undefined) memories.set(device, stored);
    else for (const one of all) if (one.incarnation === cursor.incarnation) one.trim(cursor.through);
  }
  for (const one of [spool, ...bridges]) one.trimmed();
  for (const one of [...spool.sources.all()]) {
    let after = one.cursor();
    for (let records = one.read({ ...READ, after }); records.length > 0; records = one.read({ ...READ, after })) {
      for (const record of records) {
        after = record.position;
        if (record.hasMemory && !take(record, memories)) unreadable.add(record.device);
      }
      if (after >= one.last) break;
      await spool.rest();
    }
  }
  return { memories, unreadable: [...unreadable] };
}

/** `false`: it is no entry. The drain gives such a record up; it must not keep the others' devices from being served. */
function take(record: StoredRecord, memories: Map<string, StoredMemory>): boolean {
  try {
    const { device, memory, place } = toEntry(record);
    const known = memories.get(device)?.place;
    if (memory !== undefined && place !== undefined && (known === undefined || isLater(place, known)))
      memories.set(device, { place, memory });
    return true;
  } catch (thrown) {
    if (thrown instanceof EdgeError) return false;
    throw thrown;
  }
}

function isLater(a: StoredMemory["place"], b: StoredMemory["place"]): boolean {
  return a.epoch === b.epoch ? a.order > b.order : a.epoch > b.epoch;
}
