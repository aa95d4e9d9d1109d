import { type Civil, fromCivil, MINUTE_MS, toCivil, toWall, type WallMs } from "../../kit/time.ts";

/** An IANA name, `Europe/Amsterdam`, or `UTC`. Checked where the configuration is read: see `isZone`. */
export type ZoneName = string;

const FORMATS = new Map<ZoneName, Intl.DateTimeFormat>();
/** Zones are those of the configuration: more than a few at once is a mistake of ours. */
const FORMATS_MAX = 1_000;

export function isZone(name: string): boolean {
  try {
    formatOf(name);
    return true;
  } catch (_unknownZone) {
    return false;
  }
}

/** Minutes to add to UTC for local time in the zone at that instant. */
export function offsetMinutes(at: WallMs, zone: ZoneName): number {
  if (zone === "UTC") return 0;
  const parts: Record<string, number> = {};
  for (const { type, value } of formatOf(zone).formatToParts(at)) parts[type] = Number(value);
  const local = fromCivil({
    year: parts["year"] ?? 1970,
    month: parts["month"] ?? 1,
    day: parts["day"] ?? 1,
    hour: (parts["hour"] ?? 0) % 24,
    minute: parts["minute"] ?? 0,
    second: parts["second"] ?? 0,
    millisecond: 0,
  });
  return local === undefined ? 0 : Math.round((local - at) / MINUTE_MS);
}

export interface LocalCivil extends Civil {
  readonly weekday: number;
  readonly daylightSaving: boolean;
}

export function localCivil(at: WallMs, zone: ZoneName): LocalCivil {
  const offset = offsetMinutes(at, zone);
  const civil = toCivil(toWall(at + offset * MINUTE_MS));
  return { ...civil, daylightSaving: offset > standardOffset(at, zone) };
}

/**
 * The instant of a local time. An hour that occurs twice is the one `daylightSaving` names, the first where it names none;
 * one that does not occur is moved on. `undefined` for 30 February.
 */
export function localToWall(civil: Civil, zone: ZoneName, daylightSaving: boolean | undefined): WallMs | undefined {
  const asUtc = fromCivil(civil);
  if (asUtc === undefined) return undefined;
  const day = 24 * 60 * MINUTE_MS;
  const before = offsetMinutes(toWall(asUtc - day), zone);
  const after = offsetMinutes(toWall(asUtc + day), zone);
  const candidates = [Math.max(before, after), Math.min(before, after)].map((offset) =>
    toWall(asUtc - offset * MINUTE_MS),
  );
  const [first, second] = candidates;
  if (first === undefined || second === undefined) return undefined;
  const fits = (at: WallMs) => at + offsetMinutes(at, zone) * MINUTE_MS === asUtc;
  if (fits(first) && fits(second)) return daylightSaving === false ? second : first;
  if (fits(first)) return first;
  return second;
}

/** The smaller offset of January and July of that year: daylight saving adds to it. */
function standardOffset(at: WallMs, zone: ZoneName): number {
  const { year } = toCivil(at);
  const of = (month: number) => {
    const middle = fromCivil({ year, month, day: 1, hour: 12, minute: 0, second: 0, millisecond: 0 });
    return middle === undefined ? 0 : offsetMinutes(middle, zone);
  };
  return zone === "UTC" ? 0 : Math.min(of(1), of(7));
}

function formatOf(zone: ZoneName): Intl.DateTimeFormat {
  const known = FORMATS.get(zone);
  if (known !== undefined) return known;
  const format = new Intl.DateTimeFormat("en-US", {
    timeZone: zone,
    calendar: "gregory",
    numberingSystem: "latn",
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    second: "numeric",
  });
  if (FORMATS.size < FORMATS_MAX) FORMATS.set(zone, format);
  return format;
}
