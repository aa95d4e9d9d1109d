import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Civil, earliest, fromCivil, later, toCivil, toInstant, toRfc3339, toWall } from "./time.ts";

/** The years RFC 3339 can write: 0000 to 9999. */
const FIRST = -62_167_219_200_000;
const LAST = 253_402_300_799_999;
const anyWall = fc.integer({ min: FIRST, max: LAST }).map(toWall);

describe("the calendar", () => {
  it.each([
    ["1970-01-01T00:00:00.000Z", 0],
    ["2000-02-29T12:34:56.789Z", 951_827_696_789],
    ["1999-12-31T23:59:59.999Z", 946_684_799_999],
    ["2100-03-01T00:00:00.000Z", 4_107_542_400_000],
    ["1969-12-31T23:59:59.999Z", -1],
    ["2024-02-29T00:00:00.000Z", 1_709_164_800_000],
    ["0000-01-01T00:00:00.000Z", FIRST],
    ["9999-12-31T23:59:59.999Z", LAST],
  ])("knows %s", (text, at) => {
    expect(toRfc3339(toWall(at))).toBe(text);
    expect(new Date(at).toISOString()).toBe(text);
  });

  it("agrees with Date on every millisecond of ten thousand years, the day of the week too", () => {
    fc.assert(
      fc.property(anyWall, (at) => {
        const date = new Date(at);
        expect(toRfc3339(at)).toBe(date.toISOString());
        const civil = toCivil(at);
        expect(civil.weekday).toBe(date.getUTCDay() === 0 ? 7 : date.getUTCDay());
        expect(fromCivil(civil)).toBe(at);
      }),
      { numRuns: 2_000 },
    );
  });

  it("agrees with Date on which dates there are", () => {
    const field = (low: number, high: number): fc.Arbitrary<number> => fc.integer({ min: low, max: high });
    fc.assert(
      fc.property(field(1600, 2500), field(0, 13), field(0, 32), (year, month, day) => {
        const date = new Date(Date.UTC(year, month - 1, day));
        const real = date.getUTCFullYear() === year && date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
        const civil: Civil = { year, month, day, hour: 0, minute: 0, second: 0, millisecond: 0 };
        expect(fromCivil(civil)).toBe(real ? date.getTime() : undefined);
      }),
      { numRuns: 3_000 },
    );
  });

  it("refuses hours, minutes and seconds outside the clock, a leap second too", () => {
    const base: Civil = { year: 2024, month: 6, day: 30, hour: 23, minute: 59, second: 59, millisecond: 999 };
    expect(fromCivil(base)).toBe(Date.UTC(2024, 5, 30, 23, 59, 59, 999));
    for (const wrong of [
      { hour: 24 },
      { hour: -1 },
      { minute: 60 },
      { second: 60 },
      { millisecond: 1_000 },
      { millisecond: -1 },
      { day: 31 },
    ]) {
      expect(fromCivil({ ...base, ...wrong })).toBeUndefined();
    }
    for (const [year, leap] of [
      [1900, false],
      [2000, true],
      [2023, false],
      [2024, true],
    ] as const) {
      expect(fromCivil({ ...base, year, month: 2, day: 29 }) !== undefined, `${year}`).toBe(leap);
    }
  });

  it("drops fractions of a millisecond, towards the past on both sides of 1970", () => {
    expect(toRfc3339(toWall(0.9))).toBe("1970-01-01T00:00:00.000Z");
    expect(toRfc3339(toWall(-0.1))).toBe("1969-12-31T23:59:59.999Z");
  });
});

describe("instants", () => {
  it("are moved by a span, and the earliest of them found", () => {
    const [a, b] = [toInstant(5), later(toInstant(5), 2.5)];
    expect(b).toBe(7.5);
    expect(earliest(undefined, b, a, undefined)).toBe(a);
    expect([earliest(), earliest(undefined)]).toEqual([undefined, undefined]);
  });
});
