import { describe, expect, it } from "vitest";
import { toWall } from "../../adapters/kit/time.ts";
import { offsetMinutes } from "./summer-time.ts";

const at = (text: string) => toWall(Date.parse(text));

describe("summer time", () => {
  it.each([
    ["2026-03-29T00:59:59Z", 60],
    ["2026-03-29T01:00:00Z", 120],
    ["2026-07-01T00:00:00Z", 120],
    ["2026-10-25T01:59:59Z", 120],
    ["2026-10-25T02:00:00Z", 60],
    ["2026-12-31T23:59:59Z", 60],
  ])("the contract's default at %s: %i minutes", (text, expected) => {
    expect(offsetMinutes(at(text), 60, {})).toBe(expected);
  });

  it("is turned off by the configuration", () => {
    expect(offsetMinutes(at("2026-07-01T00:00:00Z"), 60, { isAutomaticSummerTimingEnabled: false })).toBe(60);
  });

  it("lies over the new year south of the equator, and follows its own rule", () => {
    const south = { summerTimeDetails: "1060200", winterTimeDetails: "0460200" };
    expect(offsetMinutes(at("2026-01-15T00:00:00Z"), 600, south)).toBe(660);
    expect(offsetMinutes(at("2026-07-15T00:00:00Z"), 600, south)).toBe(600);
  });

  it("keeps standard time under a rule that is none", () => {
    expect(offsetMinutes(at("2026-07-01T00:00:00Z"), 60, { summerTimeDetails: "later" })).toBe(60);
  });
});
