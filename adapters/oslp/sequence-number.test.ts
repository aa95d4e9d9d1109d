import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { inWindow, isNewer, nextNumber } from "./sequence-number.ts";
import { vectorsOf } from "./vectors.testing.ts";

interface WindowVector {
  readonly name: string;
  readonly stored: number;
  readonly accepted: readonly (readonly [number, number])[];
  readonly rejected: readonly number[];
}
const limits = { window: 6, maximum: 65_535 };

describe("the sequence window", () => {
  it.each(vectorsOf<WindowVector>("sequence-window").vectors)("$name", ({ stored, accepted, rejected }) => {
    const expected = new Set<number>();
    for (const [from, to] of accepted) for (let number = from; number <= to; number++) expected.add(number);
    for (const number of rejected) expect(expected.has(number)).toBe(false);
    for (let number = 0; number <= 65_535; number++) {
      if (inWindow(stored, number, limits) !== expected.has(number)) throw new Error(`${stored} → ${number}`);
    }
    expect(expected.size).toBe(13);
  });

  it("has as many newer numbers as it looks ahead, the rest are repeats", () => {
    fc.assert(
      fc.property(fc.nat(65_535), fc.integer({ min: -5, max: 7 }), (stored, step) => {
        const received = (stored + step + 65_536) % 65_536;
        expect(inWindow(stored, received, limits)).toBe(true);
        expect(isNewer(stored, received, limits)).toBe(step > 0);
      }),
    );
  });

  it("counts on from the maximum at 0", () => {
    expect(nextNumber(65_535, limits)).toBe(0);
    expect(nextNumber(65_534, limits)).toBe(65_535);
    expect(nextNumber(9, { window: 6, maximum: 9 })).toBe(0);
  });
});
