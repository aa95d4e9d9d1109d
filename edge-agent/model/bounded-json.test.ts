import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { jsonFlaw } from "./bounded-json.ts";
import { JSON_DEPTH, JSON_NODES } from "./limits.ts";

function nested(depth: number): unknown {
  let value: unknown = 1;
  for (let i = 0; i < depth; i++) value = [value];
  return value;
}

describe("jsonFlaw", () => {
  it("takes what JSON can hold", () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 4 }), (value) => {
        expect(jsonFlaw(value)).toBeUndefined();
      }),
    );
  });

  it("has an edge in depth and in number of values", () => {
    expect(jsonFlaw(nested(JSON_DEPTH))).toBeUndefined();
    expect(jsonFlaw(nested(JSON_DEPTH + 1))).toMatch(/deeper/);
    expect(jsonFlaw(Array.from({ length: JSON_NODES - 1 }, () => 0))).toBeUndefined();
    expect(jsonFlaw(Array.from({ length: JSON_NODES }, () => 0))).toMatch(/more than/);
    expect(jsonFlaw("x".repeat(16_385))).toMatch(/longer/);
  });

  it("does not recurse and does not follow a circle", () => {
    const circle: unknown[] = [];
    circle.push(circle);
    expect(jsonFlaw(circle)).toMatch(/deeper/);
    expect(jsonFlaw(nested(100_000))).toMatch(/deeper/);
  });

  it("refuses what JSON cannot hold", () => {
    for (const value of [undefined, Number.NaN, 1n, () => 1, Symbol("x"), { a: undefined }]) {
      expect(jsonFlaw(value)).toBeDefined();
    }
  });
});
