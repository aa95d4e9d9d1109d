import { describe, expect, it } from "vitest";
import { type BackoffSettings, pauseBefore } from "./backoff.ts";
import { Deadlines } from "./deadlines.ts";
import { SeededRandom } from "./random.ts";
import { toInstant } from "./time.ts";

describe("named deadlines", () => {
  it("wake for the earliest, and say which have passed, earliest first", () => {
    const deadlines = new Deadlines<"answer" | "silence" | "overall">();
    expect(deadlines.earliest()).toBeUndefined();
    deadlines.set("overall", toInstant(30));
    deadlines.set("answer", toInstant(10));
    deadlines.set("silence", toInstant(20));
    expect(deadlines.earliest()).toBe(10);
    expect(deadlines.takeDue(toInstant(9.999))).toEqual([]);
    expect(deadlines.takeDue(toInstant(20))).toEqual(["answer", "silence"]);
    expect(deadlines.takeDue(toInstant(20))).toEqual([]);
    expect([deadlines.has("answer"), deadlines.has("overall"), deadlines.earliest()]).toEqual([false, true, 30]);
  });

  it("are set anew and cleared; ties fire in the order they were last set", () => {
    const deadlines = new Deadlines<"a" | "b" | "c">();
    for (const name of ["a", "b", "c"] as const) deadlines.set(name, toInstant(5));
    deadlines.set("a", toInstant(5));
    deadlines.clear("b");
    deadlines.clear("b");
    expect(deadlines.takeDue(toInstant(5))).toEqual(["c", "a"]);
    deadlines.set("b", toInstant(1));
    deadlines.clearAll();
    expect(deadlines.earliest()).toBeUndefined();
  });
});

describe("the pause before a repeat", () => {
  const settings: BackoffSettings = { firstMs: 100, maxMs: 5_000, factor: 2, jitter: 0 };
  const random = new SeededRandom(1);

  it("grows to its limit and stays there, however often it is repeated", () => {
    const pauses = [1, 2, 3, 6, 7, 100, 10_000].map((attempt) => pauseBefore(attempt, settings, random));
    expect(pauses).toEqual([100, 200, 400, 3_200, 5_000, 5_000, 5_000]);
    expect(pauseBefore(0, settings, random)).toBe(100);
  });

  it("is a number for every setting: no growth, no first pause, a factor below one", () => {
    expect(pauseBefore(5_000, { ...settings, firstMs: 0 }, random)).toBe(0);
    expect(pauseBefore(9, { ...settings, factor: 1 }, random)).toBe(100);
    expect(pauseBefore(2, { ...settings, factor: 0.5 }, random)).toBe(50);
  });

  it("is thrown inside its jitter, and spread over it", () => {
    const thrown = Array.from({ length: 2_000 }, () => pauseBefore(3, { ...settings, jitter: 0.5 }, random));
    expect(Math.min(...thrown)).toBeGreaterThanOrEqual(200);
    expect(Math.max(...thrown)).toBeLessThan(400);
    expect(Math.min(...thrown)).toBeLessThan(210);
    expect(Math.max(...thrown)).toBeGreaterThan(390);
    expect(thrown.reduce((sum, pause) => sum + pause, 0) / thrown.length).toBeCloseTo(300, -1);
  });
});
