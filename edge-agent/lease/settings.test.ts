import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { checkLaws, DEFAULT_LEASE_SETTINGS, type LeaseSettings } from "./settings.ts";

function broken(change: Partial<LeaseSettings>): string[] {
  return checkLaws({ ...DEFAULT_LEASE_SETTINGS, ...change }).map(({ path }) => path);
}

describe("the laws of the settings", () => {
  it("hold for the defaults", () => {
    expect(checkLaws(DEFAULT_LEASE_SETTINGS)).toEqual([]);
  });

  it("keep two attempts within the lease, on both sides of the edge", () => {
    expect(broken({ ttlMs: 2_000 })).toEqual([]);
    expect(broken({ ttlMs: 1_999 })).toEqual(["ttlMs"]);
    expect(checkLaws({ ...DEFAULT_LEASE_SETTINGS, ttlMs: 1_999 })[0]?.message).toContain("1800");
  });

  it("name the setting that breaks one", () => {
    expect(broken({ safetyMs: 29 })).toEqual(["safetyMs"]);
    expect(broken({ safetyMs: 30 })).toEqual([]);
    expect(broken({ suspectAfterMs: 149 })).toEqual(["suspectAfterMs"]);
    expect(broken({ unrenewedForMs: 199 })).toEqual(["unrenewedForMs"]);
    expect(broken({ promiseForMs: 799 })).toEqual(["promiseForMs"]);
    expect(broken({ successorGraceMs: 400 })).toEqual(["successorGraceMs"]);
    expect(broken({ stepDownLeadMs: 1_401 })).toEqual(["stepDownLeadMs"]);
    expect(broken({ holdDown: { takeovers: 0, withinMs: 1 } })).toEqual(["holdDown"]);
  });

  it("refuse every span that is not a whole number above 0", () => {
    const spans = Object.entries(DEFAULT_LEASE_SETTINGS).flatMap(([path, value]) =>
      typeof value === "number" ? [path] : [],
    );
    fc.assert(
      fc.property(
        fc.constantFrom(...spans),
        fc.constantFrom(0, -1, 0.5, Number.NaN, Number.POSITIVE_INFINITY),
        (path, bad) => {
          expect(checkLaws({ ...DEFAULT_LEASE_SETTINGS, [path]: bad }).map((issue) => issue.path)).toContain(path);
        },
      ),
    );
  });
});
