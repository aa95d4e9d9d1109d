import { describe, expect, it } from "vitest";
import { scaledFlaw, VALUE_TYPES, type Value, type ValueType, valueFlaw } from "./value.ts";

const FITS: readonly [ValueType, readonly Value[], readonly Value[]][] = [
  ["i8", [-128, 127], [-129, 128, 1.5, "1", true]],
  ["i16", [-32_768, 32_767], [-32_769, 32_768]],
  ["i32", [-2_147_483_648, 2_147_483_647], [-2_147_483_649, 2_147_483_648]],
  ["u8", [0, 255], [-1, 256]],
  ["u16", [0, 65_535], [65_536]],
  ["u32", [0, 4_294_967_295], [4_294_967_296]],
  [
    "i64",
    ["-9223372036854775808", "9223372036854775807", "0"],
    ["-9223372036854775809", "9223372036854775808", 1, "1.0", "01", "", "0x1", "9".repeat(1_000)],
  ],
  ["u64", ["0", "18446744073709551615"], ["-1", "18446744073709551616"]],
  ["f32", [1.5, "NaN", "Infinity", "-Infinity"], ["1.5", "nan"]],
  ["f64", [Number.MIN_VALUE, -1e308], [true]],
  ["bool", [true, false], [0, "true"]],
  ["enum", [3, -1, "on"], [1.5, true]],
  ["string", ["", "ä"], [1]],
  ["bytes", ["", "00ff"], ["0", "FF", "0g"]],
  ["bitstring", ["", "0101"], ["2", "0b1"]],
  ["time", ["2026-11-21T00:00:00Z", "2026-11-21T00:00:00.123456789Z"], ["2026-11-21", 0, "2026-11-21T00:00:00+01:00"]],
];

describe("values of each native type", () => {
  it.each(FITS)("%s", (type, fitting, unfit) => {
    for (const value of fitting) expect(valueFlaw(type, value), String(value)).toBeUndefined();
    for (const value of unfit) expect(valueFlaw(type, value), String(value)).toBeDefined();
    expect(valueFlaw(type, null)).toBeUndefined();
  });

  it("covers every type", () => {
    expect(FITS.map(([type]) => type).sort()).toEqual([...VALUE_TYPES].sort());
  });

  it("is bounded in length", () => {
    expect(valueFlaw("string", "x".repeat(16_384))).toBeUndefined();
    expect(valueFlaw("string", "x".repeat(16_385))).toBeDefined();
  });
});

describe("scaled values", () => {
  it("check the raw value against the type and the value as a decimal", () => {
    expect(scaledFlaw("u32", 12_345, 123.45)).toBeUndefined();
    expect(scaledFlaw("u64", "18446744073709551615", "184467440737095516.15")).toBeUndefined();
    expect(scaledFlaw("u32", 12_345, null)).toBeUndefined();
    expect(scaledFlaw("u8", 256, 25.6)).toMatch(/^raw/);
    expect(scaledFlaw("u64", "1", "1e3")).toBeDefined();
    expect(scaledFlaw("u64", "1", true)).toBeDefined();
  });
});
