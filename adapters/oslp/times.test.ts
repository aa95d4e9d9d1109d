import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { toRfc3339, toWall } from "../kit/time.ts";
import { isDay, isTimeOfDay, readTime, writeTime } from "./times.ts";

describe("times of devices", () => {
  it("are read in UTC", () => {
    const time = readTime("20160313141247");
    expect(time.kind === "given" && toRfc3339(time.at)).toBe("2016-03-13T14:12:47.000Z");
  });

  it.each([
    ["absent", undefined],
    ["absent", ""],
    ["clockless", "20000000000000"],
    ["clockless", "20000000"],
    ["malformed", "20160230120000"],
    ["malformed", "20160313146047"],
    ["malformed", "201603131412"],
    ["malformed", "2016-03-13 14:1"],
    ["malformed", "201603131412471"],
  ])("are %s for %j", (kind, text) => {
    expect(readTime(text).kind).toBe(kind);
  });

  it("of thirteen digits are milliseconds, as one platform writes them", () => {
    expect(readTime("1457878367123")).toEqual({ kind: "given", at: 1_457_878_367_123 });
  });

  it("are written as they are read", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 4_000_000_000 }), (seconds) => {
        const at = toWall(seconds * 1_000);
        const text = writeTime(at);
        fc.pre(!text.startsWith("20000000"));
        expect(readTime(text)).toEqual({ kind: "given", at });
      }),
    );
  });

  it("of schedules are calendar days and times of day", () => {
    expect(isDay("20240229")).toBe(true);
    expect(isDay("20230229")).toBe(false);
    expect(isDay("2023022")).toBe(false);
    expect(isTimeOfDay("235959")).toBe(true);
    expect(isTimeOfDay("240000")).toBe(false);
    expect(isTimeOfDay("0700")).toBe(false);
  });
});
