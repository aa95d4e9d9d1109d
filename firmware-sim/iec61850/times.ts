import type { MmsData } from "../../adapters/iec61850/mms/data.ts";
import { DAY_MS, toWall, type WallMs } from "../../adapters/kit/time.ts";

/** Days from 1970-01-01 to 1984-01-01, where binary time begins. */
const DAYS_TO_1984 = 5_113;
const FRACTIONS = 2 ** 24;
/** Ten bits of the fraction are good: a clock of one millisecond. */
const MILLISECOND_CLOCK = 0x0a;

export type BinaryTime = Extract<MmsData, { type: "binary-time" }>;

/** EntryTime (IEC 61850-8-1, 8.1.3.7). */
export function entryTime(at: WallMs): BinaryTime {
  const days = Math.floor(at / DAY_MS);
  return { type: "binary-time", ms: Math.floor(at - days * DAY_MS), days: days - DAYS_TO_1984 };
}

export function fromEntryTime(time: BinaryTime): WallMs {
  return toWall(((time.days ?? 0) + DAYS_TO_1984) * DAY_MS + time.ms);
}

export function utcTime(at: WallMs, quality: number = MILLISECOND_CLOCK): MmsData {
  const seconds = Math.floor(at / 1_000);
  return { type: "utc-time", seconds, fraction: Math.round(((at - seconds * 1_000) * FRACTIONS) / 1_000), quality };
}

export function fromUtcTime(time: Extract<MmsData, { type: "utc-time" }>): WallMs {
  return toWall(time.seconds * 1_000 + (time.fraction * 1_000) / FRACTIONS);
}
