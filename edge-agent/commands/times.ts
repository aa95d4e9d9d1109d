import { fromCivil, toWall, type WallMs } from "../../adapters/kit/time.ts";

const TIME = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?Z$/;

/** The wall time of an RFC 3339 UTC text, fractions cut to milliseconds; `undefined` where there is no such time (30 February). */
export function readTime(text: string): WallMs | undefined {
  const [, year, month, day, hour, minute, second, fraction = "0"] = TIME.exec(text) ?? [];
  if (second === undefined) return undefined;
  // A leap second is the last millisecond of its minute: the wall clock we compare with has none.
  const leap = second === "60";
  return fromCivil({
    year: Number(year),
    month: Number(month),
    day: Number(day),
    hour: Number(hour),
    minute: Number(minute),
    second: leap ? 59 : Number(second),
    millisecond: leap ? 999 : Number(fraction.padEnd(3, "0").slice(0, 3)),
  });
}

/** The same for a text that was checked; one that is no time counts as long past, so that nothing starts by it. */
export function timeOf(text: string): WallMs {
  return readTime(text) ?? toWall(0);
}
