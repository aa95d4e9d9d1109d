import { describe, expect, it } from "vitest";
import { mixFor, readIngredient } from "./behaviour-mix.ts";
import { BEHAVIOURS, COMPLETE } from "./behaviours/roster.ts";

const SETTINGS = { notifyEveryMs: 1_000 };
const namesOf = (index: number, text: string): string[] =>
  mixFor(
    index,
    text === "" ? [] : text.split(",").map((one) => readIngredient(one) ?? { name: "?", percent: 0 }),
    SETTINGS,
  ).map(({ name }) => name);

describe("a mix of behaviours", () => {
  it("is a complete device where nothing is said", () => {
    expect(namesOf(0, "")).toEqual(COMPLETE);
  });

  it("puts faults in front of a complete device, and replaces it by the good ones that are named", () => {
    expect(namesOf(0, "falls-silent")).toEqual(["falls-silent", ...COMPLETE]);
    expect(namesOf(0, "switches-lights,dribbles")).toEqual(["dribbles", "switches-lights"]);
  });

  it("gives a share of the devices a fault, always the same ones", () => {
    const silent = Array.from(
      { length: 1_000 },
      (_, index) => namesOf(index, "falls-silent=2.5%")[0] === "falls-silent",
    );
    expect(silent.filter(Boolean)).toHaveLength(25);
    expect(silent.slice(0, 100).filter(Boolean).length).toBeGreaterThanOrEqual(2);
  });

  it("knows no other names and shares", () => {
    for (const text of ["toString", "falls-silent=101%", "falls-silent=x%", "falls silent", ""]) {
      expect(readIngredient(text)).toBeUndefined();
    }
  });

  it("every entry makes the behaviour of its name", () => {
    for (const [name, { make }] of Object.entries(BEHAVIOURS)) expect(make(SETTINGS).name).toBe(name);
  });
});
