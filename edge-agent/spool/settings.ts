import type { DurationMs } from "../../adapters/kit/time.ts";
import { BLOCK_BYTES } from "./blocks.ts";
import { segmentCapacity } from "./segment-write.ts";
import { spoolFault } from "./spool-fault.ts";

/**
 * What happens to a record for which there is no room.
 * - `block`: it is refused (`spool.full`), the device is not told "received" and keeps it. Nothing is ever dropped.
 * - `drop-oldest`: the oldest segment makes room.
 * - `drop-newest`: it is dropped.
 * - `by-priority`: readings and profiles of the oldest segments make room for anything; where none are left, a new reading
 *   is dropped and a new event is refused.
 */
export type SpoolPolicy = "block" | "drop-oldest" | "drop-newest" | "by-priority";

export interface SpoolSettings {
  /** Bytes of one segment file; a multiple of 32 KiB. */
  readonly segmentBytes: number;
  /** Bytes of all files together, the spare segment included. */
  readonly maxBytes: number;
  /** Records older than this are dropped; `undefined` keeps them for ever. Not together with `block`. */
  readonly maxAgeMs: DurationMs | undefined;
  readonly policy: SpoolPolicy;
  /** Bytes of one record, header included. */
  readonly maxRecordBytes: number;
  /**
   * Record bytes of one append, and of everything kept in memory because it is not yet durable: an append beyond it syncs
   * first. A fresh segment must be able to take them all.
   */
  readonly maxUnsyncedBytes: number;
  /** Who reads: a record goes when all of them are past it. */
  readonly destinations: readonly string[];
}

export const DEFAULT_SPOOL_SETTINGS: SpoolSettings = {
  segmentBytes: 16 * 1024 * 1024,
  maxBytes: 2 * 1024 * 1024 * 1024,
  maxAgeMs: undefined,
  policy: "by-priority",
  maxRecordBytes: 1024 * 1024,
  maxUnsyncedBytes: 4 * 1024 * 1024,
  destinations: ["queue"],
};

export const MIN_SEGMENTS = 3;
export const SEGMENT_BYTES_LIMIT: number = 256 * 1024 * 1024;
export const DESTINATIONS_LIMIT = 8;

/** Throws `spool.settings.invalid` naming the law that is broken. */
export function checkSpoolSettings(settings: SpoolSettings): void {
  const { segmentBytes, maxBytes, maxAgeMs, policy, maxRecordBytes, maxUnsyncedBytes, destinations } = settings;
  law(
    Number.isInteger(segmentBytes / BLOCK_BYTES) &&
      segmentBytes >= 2 * BLOCK_BYTES &&
      segmentBytes <= SEGMENT_BYTES_LIMIT,
    `segmentBytes is a multiple of ${BLOCK_BYTES} from ${2 * BLOCK_BYTES} to ${SEGMENT_BYTES_LIMIT}, not ${segmentBytes}`,
  );
  law(
    maxBytes >= MIN_SEGMENTS * segmentBytes && Number.isSafeInteger(maxBytes),
    `maxBytes holds at least ${MIN_SEGMENTS} segments of ${segmentBytes} bytes, ${maxBytes} does not`,
  );
  const capacity = segmentCapacity(segmentBytes);
  law(
    maxRecordBytes >= 1 && maxRecordBytes <= capacity,
    `maxRecordBytes is at most the ${capacity} a segment takes, not ${maxRecordBytes}`,
  );
  law(
    maxUnsyncedBytes >= maxRecordBytes && maxUnsyncedBytes <= capacity,
    `maxUnsyncedBytes is from maxRecordBytes to the ${capacity} a segment takes, not ${maxUnsyncedBytes}`,
  );
  law(maxAgeMs === undefined || maxAgeMs > 0, `maxAgeMs is positive, not ${maxAgeMs}`);
  law(maxAgeMs === undefined || policy !== "block", "the policy `block` drops nothing, so it has no maxAgeMs");
  law(
    destinations.length >= 1 &&
      destinations.length <= DESTINATIONS_LIMIT &&
      new Set(destinations).size === destinations.length,
    `destinations are 1 to ${DESTINATIONS_LIMIT} different names`,
  );
}

function law(holds: boolean, sentence: string): void {
  if (!holds) throw spoolFault("spool.settings.invalid", sentence);
}
