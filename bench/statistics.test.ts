import { describe, expect, it } from "vitest";
import { median, percentile, rounded } from "./statistics.ts";

describe("statistics", () => {
  it("takes the nearest rank, whatever the order", () => {
    expect(median([3, 1, 2])).toBe(2);
    expect(median([4, 1, 3, 2])).toBe(2);
    const hundred = Array.from({ length: 100 }, (_, i) => 100 - i);
    expect([percentile(hundred, 50), percentile(hundred, 99), percentile(hundred, 100)]).toEqual([50, 99, 100]);
    expect(percentile([7], 99)).toBe(7);
    expect(median([])).toBeNaN();
  });

  it("rounds to digits", () => {
    expect([rounded(1.2345, 2), rounded(10, 2)]).toEqual([1.23, 10]);
  });
});
