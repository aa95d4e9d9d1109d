import { describe, expect, it } from "vitest";
import { nextTime, parseCron } from "./cron.ts";
import { networkTest, parseNetwork } from "./network-list.ts";

const nextAfter = (text: string, from: string) => {
  const cron = parseCron(text);
  const at = cron === undefined ? undefined : nextTime(cron, Date.parse(from));
  return at === undefined ? undefined : new Date(at).toISOString();
};

describe("a timetable", () => {
  it.each([
    ["*/15 * * * *", "2026-11-21T12:00:00Z", "2026-11-21T12:15:00.000Z"],
    ["15 2 * * *", "2026-11-21T02:15:00Z", "2026-11-22T02:15:00.000Z"],
    ["0 3 1 * *", "2026-11-21T12:00:00Z", "2026-12-01T03:00:00.000Z"],
    ["30 6 * * 1-5", "2026-11-21T12:00:00Z", "2026-11-23T06:30:00.000Z"],
    ["0 0 * * 7", "2026-11-21T12:00:00Z", "2026-11-22T00:00:00.000Z"],
    ["0 0 13 * 5", "2026-11-21T12:00:00Z", "2026-11-27T00:00:00.000Z"],
    ["5,35 8-10/2 * * *", "2026-11-21T08:35:00Z", "2026-11-21T10:05:00.000Z"],
    ["0 0 29 2 *", "2026-11-21T12:00:00Z", "2028-02-29T00:00:00.000Z"],
    ["59 23 31 12 *", "2026-12-31T23:59:00Z", "2027-12-31T23:59:00.000Z"],
  ])("%s after %s is %s", (text, from, next) => {
    expect(nextAfter(text, from)).toBe(next);
  });

  it("may never come", () => {
    expect(nextAfter("0 0 31 2 *", "2026-11-21T12:00:00Z")).toBeUndefined();
  });

  it.each([
    "",
    "* * * *",
    "60 * * * *",
    "* 24 * * *",
    "* * 0 * *",
    "1-0 * * * *",
    "*/0 * * * *",
    "a * * * *",
    "*-5 * * * *",
  ])("%j is none", (text) => {
    expect(parseCron(text)).toBeUndefined();
  });
});

describe("a list of networks", () => {
  it("knows its addresses, mapped ones too", () => {
    const networks = ["10.20.0.0/16", "192.0.2.7", "2001:db8::/32"]
      .map(parseNetwork)
      .filter((one) => one !== undefined);
    const admits = networkTest(networks);
    expect(["10.20.3.4", "::ffff:10.20.3.4", "192.0.2.7", "2001:db8::1"].map(admits)).toEqual([true, true, true, true]);
    expect(["10.21.0.1", "192.0.2.8", "2001:db9::1", "meter"].map(admits)).toEqual([false, false, false, false]);
  });

  it.each(["10.20.0.0/33", "10.20.0/16", "meters", "10.0.0.1/8/8", "10.0.0.1/x"])("%j is none", (text) => {
    expect(parseNetwork(text)).toBeUndefined();
  });
});
