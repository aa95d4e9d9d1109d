import type { TimeQuality, Timestamp } from "../../../edge-agent/model/quality.ts";
import { DAY_MS, toRfc3339, toWall, type WallMs } from "../../kit/time.ts";
import type { MmsData } from "../mms/data.ts";

type UtcTime = Extract<MmsData, { type: "utc-time" }>;
type BinaryTime = Extract<MmsData, { type: "binary-time" }>;

const FRACTION = 2 ** 24;
/** Days from 1970-01-01 to 1984-01-01, where TimeOfDay begins to count. Adding it twice is a bug of others. */
const DAYS_TO_1984 = 5_113;
const LEAP_KNOWN = 0x80;
const CLOCK_FAILURE = 0x40;
const NOT_SYNCHRONIZED = 0x20;
const ACCURACY = 0x1f;
/** 31: unspecified; 25 to 30 are not in use. */
const ACCURACY_MAX = 24;

/** The nanoseconds of a fraction of 2^-24 s: nothing is rounded to milliseconds, which would change the order. */
export function utcText({ seconds, fraction }: { readonly seconds: number; readonly fraction: number }): string {
  const whole = toRfc3339(toWall(seconds * 1_000)).slice(0, 19);
  if (fraction === 0) return `${whole}.000Z`;
  const nanoseconds = Math.min(999_999_999, Math.round((fraction * 1_000_000_000) / FRACTION));
  return `${whole}.${String(nanoseconds).padStart(9, "0")}Z`;
}

/** Whether a clock ever set it: devices send zero for "never". */
export function isSet({ seconds }: { readonly seconds: number }): boolean {
  return seconds !== 0;
}

/** The members of a report nearly always say one time: the last is kept. */
let last: { readonly of: UtcTime; readonly timestamp: Timestamp } | undefined;

/** IEC 61850-8-1 table 28. */
export function timestampOf(time: UtcTime): Timestamp {
  const before = last?.of;
  const isSame =
    before?.fraction === time.fraction && before.seconds === time.seconds && before.quality === time.quality;
  if (last !== undefined && isSame) return last.timestamp;
  last = { of: time, timestamp: toTimestamp(time) };
  return last.timestamp;
}

function toTimestamp(time: UtcTime): Timestamp {
  const { quality } = time;
  const bits = quality & ACCURACY;
  const told: TimeQuality = {
    ...((quality & CLOCK_FAILURE) !== 0 && { clockFailure: true }),
    ...((quality & NOT_SYNCHRONIZED) !== 0 && { notSynchronized: true }),
    ...((quality & LEAP_KNOWN) !== 0 && { leapKnown: true }),
    ...(bits > 0 && bits <= ACCURACY_MAX && { accuracyBits: bits }),
  };
  return Object.keys(told).length === 0 ? { time: utcText(time) } : { time: utcText(time), quality: told };
}

/** EntryTime and the like; `undefined` for a time of day without its day. */
export function entryTimeText(time: BinaryTime): string | undefined {
  if (time.days === undefined) return undefined;
  return toRfc3339(toWall((time.days + DAYS_TO_1984) * DAY_MS + time.ms));
}

/** @param quality the octet of time quality: 0x0A says "accurate to about a millisecond". */
export function toUtcTime(at: WallMs, quality = 0): UtcTime {
  const seconds = Math.floor(at / 1_000);
  return { type: "utc-time", seconds, fraction: Math.floor(((at - seconds * 1_000) / 1_000) * FRACTION), quality };
}

export function toBinaryTime(at: WallMs): BinaryTime {
  const days = Math.floor(at / DAY_MS);
  return { type: "binary-time", ms: Math.floor(at - days * DAY_MS), days: days - DAYS_TO_1984 };
}
