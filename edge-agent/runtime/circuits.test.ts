import { describe, expect, it } from "vitest";
import { Circuits } from "./circuits.ts";

const RULES = { failures: 3, openMs: 1_000, longestMs: 4_000 };
const circuits = (): Circuits => new Circuits(() => RULES);

/** As a conversation does it: asks, and fails. */
function fail(of: Circuits, now: number): boolean {
  const may = of.mayTry("lamp", now);
  if (may) of.failed("lamp", now, "transport.refused");
  return may;
}

describe("circuits to devices", () => {
  it("open after some failures in a row, for longer each time and never longer than the most", () => {
    const all = circuits();
    expect([fail(all, 0), fail(all, 1), fail(all, 2)]).toEqual([true, true, true]);
    expect(all.of("lamp")).toEqual({ failures: 3, openUntil: 1_002, reason: "transport.refused" });
    expect([fail(all, 3), fail(all, 1_001), all.spared, all.open]).toEqual([false, false, 2, 1]);

    const opened: (number | undefined)[] = [];
    for (let now = 1_002; opened.length < 4; now = all.of("lamp")?.openUntil ?? 0) {
      expect(fail(all, now)).toBe(true);
      opened.push((all.of("lamp")?.openUntil ?? 0) - now);
    }
    expect(opened).toEqual([2_000, 4_000, 4_000, 4_000]);
  });

  it("let one conversation alone try whether the device is back", () => {
    const all = circuits();
    for (let now = 0; now < 3; now++) fail(all, now);
    expect([all.mayTry("lamp", 5_000), all.mayTry("lamp", 5_000)]).toEqual([true, false]);
    all.gaveUp("lamp");
    expect(all.mayTry("lamp", 5_000)).toBe(true);
    all.reached("lamp");
    expect([all.mayTry("lamp", 5_000), all.mayTry("lamp", 5_000), all.open]).toEqual([true, true, 0]);
  });

  it("count only what fails in a row, and each device for itself", () => {
    const all = circuits();
    fail(all, 0);
    fail(all, 1);
    all.reached("lamp");
    fail(all, 2);
    fail(all, 3);
    expect([all.mayTry("lamp", 4), all.mayTry("other", 4), all.of("other")]).toEqual([true, true, undefined]);
    expect(all.of("lamp")).toEqual({ failures: 2, openUntil: undefined, reason: "transport.refused" });
  });
});
