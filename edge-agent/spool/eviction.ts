import type { Lifted } from "./lifted.ts";
import type { Position } from "./position.ts";
import { isSheddable, memoryAlone, type StoredRecord } from "./record.ts";
import { RECORD_HEADER_BYTES } from "./record-codec.ts";
import type { Segment } from "./segment.ts";
import type { SpoolPolicy } from "./settings.ts";

/** Segments an eviction looks at: bounds what is read and written in one go. */
export const EVICTION_SEGMENTS = 4;
const EVERYTHING = { maxRecords: Number.MAX_SAFE_INTEGER, maxBytes: Number.MAX_SAFE_INTEGER };

/** Which segments go, what of them stays, and what does not. */
export interface Eviction {
  readonly segments: readonly Segment[];
  readonly kept: readonly StoredRecord[];
  readonly dropped: readonly StoredRecord[];
}

/**
 * Chooses the oldest segments whose records can make room for at least one segment; `undefined` where none can. Device
 * memory is never given up: of a dropped record that carried one, the memory stays.
 */
export function planEviction(
  segments: readonly Segment[],
  after: Position,
  policy: SpoolPolicy,
  segmentBytes: number,
): Eviction | undefined {
  const records: StoredRecord[] = [];
  for (const [i, segment] of segments.slice(0, EVICTION_SEGMENTS).entries()) {
    segment.read(after, EVERYTHING, { records, bytes: 0 });
    segment.forget();
    const dropped = records.filter((record) => isGivenUp(record, policy));
    const kept = keepMemory(records, policy);
    const bytes = kept.reduce(
      (sum, record) => sum + RECORD_HEADER_BYTES + record.device.length + record.payload.length,
      0,
    );
    if (bytes <= i * segmentBytes + segmentBytes / 2) return { segments: segments.slice(0, i + 1), kept, dropped };
  }
  return undefined;
}

/** What the newest lifted file and further survivors come to: of several memories of a device only the last counts. */
export function mergeKept(
  lifted: ReturnType<Lifted["newest"]>,
  kept: readonly StoredRecord[],
  after: Position,
): StoredRecord[] {
  const all = [...(lifted?.records ?? []).filter((record) => record.position > after), ...kept];
  return withoutStaleMemory(all);
}

function keepMemory(records: readonly StoredRecord[], policy: SpoolPolicy): StoredRecord[] {
  const kept = records.flatMap((record) => {
    if (!isGivenUp(record, policy)) return record;
    return record.hasMemory ? memoryAlone(record) : [];
  });
  return withoutStaleMemory(kept);
}

function withoutStaleMemory(records: readonly StoredRecord[]): StoredRecord[] {
  const newest = new Map<string, StoredRecord>();
  for (const record of records) if (record.hasMemory) newest.set(record.device, record);
  return records.filter((record) => record.messages > 0 || !record.hasMemory || newest.get(record.device) === record);
}

function isGivenUp(record: StoredRecord, policy: SpoolPolicy): boolean {
  if (record.messages === 0) return false;
  return policy === "drop-oldest" || isSheddable(record.class);
}
