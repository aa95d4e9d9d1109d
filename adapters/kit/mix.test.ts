import { describe, expect, it } from "vitest";
import { namesOf, readShare } from "./mix.ts";

const KNOWN = { "falls-silent": 1, "mx-382": 1 };

describe("a mix", () => {
  it("is read by name and share", () => {
    expect(readShare("falls-silent", KNOWN)).toEqual({ name: "falls-silent", percent: 100 });
    expect(readShare("mx-382=2.5%", KNOWN)).toEqual({ name: "mx-382", percent: 2.5 });
    for (const wrong of ["floods", "falls-silent=101%", "falls-silent=", "falls-silent=5", "constructor", ""]) {
      expect(readShare(wrong, KNOWN), wrong).toBeUndefined();
    }
  });

  it("falls to exactly its share of the devices, spread over all of them", () => {
    for (const percent of [0, 1, 2.5, 33, 100]) {
      const has = Array.from({ length: 1_000 }, (_, index) => namesOf(index, [{ name: "x", percent }]).length);
      expect(
        has.reduce((sum, one) => sum + one, 0),
        `${percent} %`,
      ).toBe(percent * 10);
      const first = has.slice(0, 500).reduce((sum, one) => sum + one, 0);
      expect(Math.abs(first - percent * 5)).toBeLessThan(1);
    }
  });
});
