import { describe, expect, it } from "vitest";
import { added, MILLISECOND_BOUNDS, Tally } from "./distribution.ts";

describe("Tally", () => {
  it("puts a value into the class whose bound it does not exceed", () => {
    const tally = new Tally([1, 10]);
    for (const value of [0, 1, 1.5, 10, 10.1, 1_000]) tally.add(value);
    expect(tally.counts).toEqual([2, 2, 2]);
    expect(tally.count).toBe(6);
    expect(tally.sum).toBeCloseTo(1_022.6);
  });
});

describe("added", () => {
  it("adds class by class", () => {
    const a = new Tally([1, 10]);
    const b = new Tally([1, 10]);
    a.add(0.5);
    b.add(5);
    b.add(50);
    expect(added([a, b])).toEqual({ bounds: [1, 10], counts: [1, 1, 1], sum: 55.5, count: 3 });
  });

  it("is empty without any", () => {
    const none = added([]);
    expect(none.count).toBe(0);
    expect(none.counts).toHaveLength(MILLISECOND_BOUNDS.length + 1);
  });
});
