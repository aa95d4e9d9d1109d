import { describe, expect, it } from "vitest";
import { readTime } from "./time-form.ts";

describe("times as devices write them", () => {
  it.each([
    ["2025-11-21T11:00:00.5+01:00", "rfc3339", "2025-11-21T10:00:00.500Z"],
    ["2025-11-21T10:00:00.123456789Z", "rfc3339", "2025-11-21T10:00:00.123456789Z"],
    [1_763_719_200, "unix-s", "2025-11-21T10:00:00.000Z"],
    [1_763_719_200.25, "unix-s", "2025-11-21T10:00:00.250Z"],
    ["1763719200123", "unix-ms", "2025-11-21T10:00:00.123Z"],
    ["1763719200123456", "unix-us", "2025-11-21T10:00:00.123456Z"],
    ["1763719200123456789", "unix-ns", "2025-11-21T10:00:00.123456789Z"],
    ["20251121100000", "compact-utc", "2025-11-21T10:00:00.000Z"],
  ] as const)("%s as %s", (given, form, expected) => {
    expect(readTime(given, form)).toBe(expected);
  });

  it.each([
    ["2025-02-30T10:00:00Z", "rfc3339"],
    ["2025-11-21T10:00:00", "rfc3339"],
    [-1, "unix-s"],
    [1.5, "unix-ms"],
    [2 ** 60, "unix-ns"],
    [null, "unix-s"],
    [{}, "unix-ms"],
  ] as const)("refuses %s as %s", (given, form) => {
    expect(() => readTime(given, form)).toThrowError(expect.objectContaining({ code: "mqtt.time.unreadable" }));
  });
});
