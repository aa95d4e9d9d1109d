/**
 * Two clocks that must never be mixed: the monotonic one deadlines live on, and the wall clock people read. Machines
 * get both as arguments or as fields of a value; nothing below floor 3 can ask what time it is.
 */
declare const instant: unique symbol;
declare const wall: unique symbol;

/** A point on the monotonic clock, in milliseconds (fractions allowed). Only differences have a meaning. */
export type Instant = number & { readonly [instant]: true };

/** A span in milliseconds. */
export type DurationMs = number;

/** A point on the wall clock: milliseconds since 1970-01-01T00:00:00Z. It may jump in both directions. */
export type WallMs = number & { readonly [wall]: true };

export function toInstant(ms: number): Instant {
  return ms as Instant;
}

export function toWall(ms: number): WallMs {
  return ms as WallMs;
}

export function later(from: Instant, by: DurationMs): Instant {
  return (from + by) as Instant;
}

/** The earliest of the given deadlines, `undefined` where there is none. */
export function earliest(...deadlines: readonly (Instant | undefined)[]): Instant | undefined {
  let first: Instant | undefined;
  for (const one of deadlines) if (one !== undefined && (first === undefined || one < first)) first = one;
  return first;
}

export const SECOND_MS = 1_000;
export const MINUTE_MS = 60_000;
export const HOUR_MS = 3_600_000;
export const DAY_MS = 86_400_000;

const DAYS_IN_400_YEARS = 146_097;
const DAYS_TO_1970 = 719_468;

/** RFC 3339 in UTC with milliseconds, computed without `Date` so that pure rooms can write times. */
export function toRfc3339(at: WallMs): string {
  const c = toCivil(at);
  return `${pad(c.year, 4)}-${pad(c.month, 2)}-${pad(c.day, 2)}T${pad(c.hour, 2)}:${pad(c.minute, 2)}:${pad(c.second, 2)}.${pad(c.millisecond, 3)}Z`;
}

/** A UTC calendar time; `month` 1–12, `day` 1–31, `weekday` 1 (Monday) – 7 (Sunday). */
export interface Civil {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly millisecond: number;
}

/** Splits a wall time into UTC calendar fields (proleptic Gregorian calendar). */
export function toCivil(at: WallMs): Civil & { readonly weekday: number } {
  const days = Math.floor(at / DAY_MS);
  const rest = Math.floor(at - days * DAY_MS);
  const z = days + DAYS_TO_1970;
  const era = Math.floor(z / DAYS_IN_400_YEARS);
  const doe = z - era * DAYS_IN_400_YEARS;
  const yoe = Math.floor((doe - Math.floor(doe / 1460) + Math.floor(doe / 36_524) - Math.floor(doe / 146_096)) / 365);
  const doy = doe - (365 * yoe + Math.floor(yoe / 4) - Math.floor(yoe / 100));
  const mp = Math.floor((5 * doy + 2) / 153);
  const month = mp < 10 ? mp + 3 : mp - 9;
  return {
    year: yoe + era * 400 + (month <= 2 ? 1 : 0),
    month,
    day: doy - Math.floor((153 * mp + 2) / 5) + 1,
    hour: Math.floor(rest / HOUR_MS),
    minute: Math.floor(rest / MINUTE_MS) % 60,
    second: Math.floor(rest / SECOND_MS) % 60,
    millisecond: rest % SECOND_MS,
    weekday: ((((days + 3) % 7) + 7) % 7) + 1,
  };
}

/** The wall time of UTC calendar fields, or `undefined` where a field is outside its calendar range (30 February). */
export function fromCivil(c: Civil): WallMs | undefined {
  const inRange =
    c.month >= 1 &&
    c.month <= 12 &&
    c.day >= 1 &&
    c.day <= 31 &&
    c.hour >= 0 &&
    c.hour <= 23 &&
    c.minute >= 0 &&
    c.minute <= 59 &&
    c.second >= 0 &&
    c.second <= 59 &&
    c.millisecond >= 0 &&
    c.millisecond <= 999;
  if (!inRange) return undefined;
  const y = c.month <= 2 ? c.year - 1 : c.year;
  const era = Math.floor(y / 400);
  const yoe = y - era * 400;
  const doy = Math.floor((153 * (c.month > 2 ? c.month - 3 : c.month + 9) + 2) / 5) + c.day - 1;
  const doe = yoe * 365 + Math.floor(yoe / 4) - Math.floor(yoe / 100) + doy;
  const days = era * DAYS_IN_400_YEARS + doe - DAYS_TO_1970;
  const at = toWall(days * DAY_MS + c.hour * HOUR_MS + c.minute * MINUTE_MS + c.second * SECOND_MS + c.millisecond);
  return toCivil(at).day === c.day ? at : undefined;
}

/** Times are written for every message; digits that are there already cost nothing. */
function pad(value: number, width: 2 | 3 | 4): string {
  const known = width === 2 ? TWO_DIGITS[value] : width === 3 ? THREE_DIGITS[value] : undefined;
  return known ?? String(value).padStart(width, "0");
}

const TWO_DIGITS: readonly string[] = Array.from({ length: 100 }, (_, value) => String(value).padStart(2, "0"));
const THREE_DIGITS: readonly string[] = Array.from({ length: 1_000 }, (_, value) => String(value).padStart(3, "0"));
