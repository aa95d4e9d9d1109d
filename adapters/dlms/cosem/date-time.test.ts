import { describe, expect, it } from "vitest";
import { fromHex, toHex } from "../../kit/bytes.ts";
import { toRfc3339, toWall } from "../../kit/time.ts";
import { dateTimeText, localDateTime, readDateTime, toWallTime, writeDateTime } from "./date-time.ts";

const octets = (hex: string) => fromHex(hex) ?? new Uint8Array();
const utc = (hex: string, zone = "UTC", deviationTurned = false) => {
  const at = toWallTime(readDateTime(octets(hex)), { zone, deviationTurned });
  return at === undefined ? undefined : toRfc3339(at);
};

describe("a COSEM date-time", () => {
  it("is UTC by its deviation: UTC = local + deviation", () => {
    // Third-party decoder: 07EA0B150600113300FF8800 is 2026-11-20 22:17:51Z (2026-11-21 00:17:51 at -120).
    expect(utc("07EA0B150600113300FF8800")).toBe("2026-11-20T22:17:51.000Z");
    expect(utc("07EA0B150600113300FFC400")).toBe("2026-11-20T23:17:51.000Z");
    expect(utc("07EA0B150600113300003C00", "UTC", true)).toBe("2026-11-20T23:17:51.000Z");
  });

  it("takes the zone of the meter where it says no deviation, and summer time by its status", () => {
    expect(utc("07E6061503000000008000FF", "Europe/Amsterdam")).toBe("2022-06-20T22:00:00.000Z");
    // 2026-10-25 02:30 occurs twice.
    expect(utc("07EA0A1907021E0000800080", "Europe/Amsterdam")).toBe("2026-10-25T00:30:00.000Z");
    expect(utc("07EA0A1907021E0000800000", "Europe/Amsterdam")).toBe("2026-10-25T01:30:00.000Z");
    // 2026-03-29 02:30 does not occur.
    expect(utc("07EA031D07021E0000800000", "Europe/Amsterdam")).toBe("2026-03-29T01:30:00.000Z");
  });

  it("reads and writes every unspecified part", () => {
    for (const hex of [
      "ffffffffffffffffff8000ff",
      "07eafefe07020000ff800000",
      "fffffdfdff021e0000ffc480",
      "07ea0b15ff00113300ff8800",
    ]) {
      expect(toHex(writeDateTime(readDateTime(octets(hex))))).toBe(hex);
    }
    const rule = readDateTime(octets("FFFFFEFE0702000000FFC480"));
    expect(rule).toMatchObject({ year: undefined, month: "dst-begin", day: "last", weekday: 7, hour: 2 });
    expect(toWallTime(rule, { zone: "UTC" })).toBeUndefined();
    expect(dateTimeText(rule)).toBe("*-dst-begin-last 02:00:00 deviation -60 status 128");
  });

  it("refuses parts out of their range, and a wrong length", () => {
    for (const hex of ["07EA0D150600113300FF8800", "07EA0B150618113300FF8800", "07EA0B15060011330003E800"]) {
      expect(() => readDateTime(octets(hex))).toThrow(/of a time is/);
    }
    expect(() => readDateTime(octets("07EA0B15"))).toThrow(/it has 12/);
    // 30 February is a pattern, and no instant.
    expect(utc("07EA021EFF00000000000000")).toBeUndefined();
  });

  it("writes local time with deviation and the bit of summer time", () => {
    const winter = localDateTime(toWall(Date.UTC(2026, 0, 15, 11, 0, 0)), { zone: "Europe/Amsterdam" });
    expect(toHex(writeDateTime(winter))).toBe("07ea010f040c000000ffc400");
    const summer = localDateTime(toWall(Date.UTC(2026, 6, 15, 11, 0, 0)), { zone: "Europe/Amsterdam" });
    expect(toHex(writeDateTime(summer))).toBe("07ea070f030d000000ff8880");
  });

  it("goes around for every hour of a year", () => {
    for (const zone of ["Europe/Amsterdam", "Asia/Kolkata", "America/Sao_Paulo", "Pacific/Chatham"]) {
      for (let hour = 0; hour < 366 * 24; hour += 7) {
        const at = toWall(Date.UTC(2026, 0, 1) + hour * 3_600_000);
        expect(toWallTime(localDateTime(at, { zone }), { zone })).toBe(at);
      }
    }
  });
});
