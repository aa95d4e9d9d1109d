import { describe, expect, it } from "vitest";
import { MINUTE_MS, toWall } from "../../adapters/kit/time.ts";
import { sunAt } from "./sun.ts";

/** Local clock times as the U.S. Naval Observatory and national almanacs publish them, in UTC. */
const ALMANAC = [
  ["London, summer solstice", [2024, 5, 20], 51.5, -0.13, "03:43", "20:21"],
  ["London, winter solstice", [2024, 11, 21], 51.5, -0.13, "08:04", "15:53"],
  ["Amsterdam, June", [2024, 5, 21], 52.37, 4.9, "03:18", "20:06"],
  ["New York, March equinox", [2024, 2, 20], 40.71, -74.01, "10:59", "23:08"],
  ["Sydney, December solstice", [2024, 11, 21], -33.87, 151.21, "18:41", "09:05"],
] as const;

describe("sunrise and sunset", () => {
  it.each(ALMANAC)("%s, to two minutes", (_name, [year, month, day], latitude, longitude, rise, set) => {
    const place = { timeOffsetMinutes: 0, latitude, longitude };
    const midnight = toWall(Date.UTC(year, month, day));
    expect(minutesApart(sunAt(midnight, place, "rise"), rise)).toBeLessThanOrEqual(2);
    expect(minutesApart(sunAt(midnight, place, "set"), set)).toBeLessThanOrEqual(2);
  });

  it("is near 6 and 18 o'clock local solar time at the equator, whatever the longitude", () => {
    for (const longitude of [-179, -90, 0, 90, 179]) {
      const place = { timeOffsetMinutes: 0, latitude: 0, longitude };
      const midnight = Date.UTC(2026, 2, 20);
      const noon = midnight + (720 - 4 * longitude) * MINUTE_MS;
      const rise = sunAt(toWall(midnight), place, "rise") ?? 0;
      const set = sunAt(toWall(midnight), place, "set") ?? 0;
      expect(Math.abs(noon - rise - 360 * MINUTE_MS)).toBeLessThan(15 * MINUTE_MS);
      expect(Math.abs(set - noon - 360 * MINUTE_MS)).toBeLessThan(15 * MINUTE_MS);
    }
  });

  it("does not come in polar day and polar night", () => {
    const tromsø = { timeOffsetMinutes: 60, latitude: 69.65, longitude: 18.96 };
    expect(sunAt(toWall(Date.UTC(2026, 5, 21)), tromsø, "set")).toBeUndefined();
    expect(sunAt(toWall(Date.UTC(2026, 11, 21)), tromsø, "rise")).toBeUndefined();
    expect(sunAt(toWall(Date.UTC(2026, 2, 20)), tromsø, "rise")).toBeDefined();
  });
});

/** Difference of times of day, in minutes. */
function minutesApart(at: number | undefined, clock: string): number {
  if (at === undefined) return Number.POSITIVE_INFINITY;
  const [hour = 0, minute = 0] = clock.split(":").map(Number);
  const minutes = Math.abs(((at / MINUTE_MS) % 1_440) - (hour * 60 + minute));
  return Math.min(minutes, 1_440 - minutes);
}
