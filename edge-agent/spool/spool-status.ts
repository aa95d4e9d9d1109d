import type { DurationMs } from "../../adapters/kit/time.ts";
import type { DropReason } from "./gap.ts";
import type { Position } from "./position.ts";
import type { NoRoom } from "./segment-log.ts";

/**
 * - `open`: takes records, a spare segment stands by.
 * - `tight`: takes records, and after the segment being written there is no further one.
 * - `full`: the last record found no room and the policy decided. Left by itself when room returns.
 * - `failed`: the disk does not make durable what is written. Left by `mend`, which is tried again and again.
 */
export type SpoolCondition = "open" | "tight" | "full" | "failed" | "closed";

/** What an operator sees; every figure is a count of the same things the spool acts on. */
export interface SpoolStatus {
  readonly condition: SpoolCondition;
  readonly why: NoRoom | undefined;
  /** Of the disk, while `failed`: of the first failure, or of the last attempt to mend it. */
  readonly fault: string | undefined;
  /** How often it was `failed` and is no more, since opening. */
  readonly mended: number;
  /** Not yet delivered to every destination. */
  readonly records: number;
  /** Of those records, in the files. */
  readonly bytes: number;
  /** Of all files, the spare segment included. */
  readonly diskBytes: number;
  readonly maxBytes: number;
  /** 0 … 1: bytes of records over the limit. Callers slow down at 0.7 and shed at 0.9. */
  readonly fill: number;
  readonly segments: number;
  readonly oldestAgeMs: DurationMs | undefined;
  /** At the rate of the last minute, written less delivered; `undefined` while it does not grow. */
  readonly timeToFullMs: DurationMs | undefined;
  /** Messages, ever, in this directory. */
  readonly dropped: Readonly<Record<DropReason, number>>;
  /** Records refused since opening: their devices still have them. */
  readonly refused: number;
  /** Records got back from the peer's mirror, ever. */
  readonly restored: number;
  readonly gaps: number;
  readonly unsyncedRecords: number;
  /** Segments given up since opening because a write or a sync failed. */
  readonly abandonedSegments: number;
  readonly last: Position;
  readonly settled: Position;
}
