import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { plainFloat } from "./plain-float.ts";

/** As the decision is written down: six digits where they are the number again, else seven, eight, nine. */
function fewestDigits(value: number): number {
  const shorter = [6, 7, 8].map((digits) => Number(value.toPrecision(digits)));
  return shorter.find((one) => Math.fround(one) === value) ?? Number(value.toPrecision(9));
}

describe("a single-precision number as people write it", () => {
  it("is the decimal a device had in mind, in both signs", () => {
    const decimals = [0.1, 50.01, 49.995, 11_547.25, 999_999, 0.001, 0.000_123, 1e-9, 123_456.7, 2_400_000, 3.4e38, 1];
    for (const one of decimals) {
      expect(plainFloat(Math.fround(one), 32)).toBe(one);
      expect(plainFloat(Math.fround(-one), 32)).toBe(-one);
    }
    expect(plainFloat(0, 32)).toBe(0);
  });

  it("is the same number again, with no digit too many, whatever its magnitude", () => {
    fc.assert(
      fc.property(fc.float({ noNaN: true, noDefaultInfinity: true }), (value) => {
        if (value === 0) return;
        expect(plainFloat(value, 32)).toBe(fewestDigits(value));
      }),
      { numRuns: 2_000 },
    );
  });

  it("has the digits of its text where magnitudes are counted by arithmetic, at every edge of it", () => {
    const edge = fc.constantFrom(1e-3, 1e-2, 0.1, 1, 10, 100, 1e3, 1e4, 1e5, 1e6);
    fc.assert(
      fc.property(edge, fc.double({ min: 0.999_99, max: 1.000_01, noNaN: true }), (around, factor) => {
        const value = Math.fround(around * factor);
        expect(plainFloat(value, 32)).toBe(fewestDigits(value));
        expect(plainFloat(-value, 32)).toBe(fewestDigits(-value));
      }),
      { numRuns: 2_000 },
    );
    const small = fc.float({ min: Math.fround(1e-3), max: Math.fround(1e6), noNaN: true });
    fc.assert(
      fc.property(small, (value) => {
        expect(plainFloat(value, 32)).toBe(fewestDigits(value));
      }),
      { numRuns: 5_000 },
    );
  });

  it("leaves double precision as it is", () => {
    expect(plainFloat(0.1 + 0.2, 64)).toBe(0.1 + 0.2);
  });
});
