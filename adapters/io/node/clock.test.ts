import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { later } from "../../kit/time.ts";
import { NodeTimers } from "./clock.ts";
import { NodeRandom } from "./random.ts";

describe("the machine's clocks", () => {
  beforeEach(() => {
    vi.useFakeTimers({ now: 1_700_000_000_000, toFake: ["setTimeout", "clearTimeout", "Date", "performance"] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it("never call back early, even after weeks, and never when cancelled", () => {
    const timers = new NodeTimers();
    const fired: string[] = [];
    const start = timers.now();
    const month = 30 * 86_400_000;
    timers.at(later(start, 0.3), () => fired.push(`0.3 at ${timers.now() - start}`));
    timers.at(later(start, month), () => fired.push(`month at ${timers.now() - start}`));
    const cancel = timers.at(later(start, month), () => fired.push("cancelled"));
    timers.at(later(start, -5), () => fired.push("past"));
    vi.advanceTimersByTime(0);
    expect(fired).toEqual(["past"]);
    vi.advanceTimersByTime(1);
    expect(fired).toEqual(["past", "0.3 at 1"]);
    vi.advanceTimersByTime(month - 2);
    expect(fired).toHaveLength(2);
    cancel();
    cancel();
    vi.advanceTimersByTime(1);
    expect(fired.slice(2)).toEqual([`month at ${month}`]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("keep the wall clock apart from the other", () => {
    const timers = new NodeTimers();
    const before = timers.now();
    vi.setSystemTime(1_600_000_000_000);
    expect(timers.wall()).toBe(1_600_000_000_000);
    expect(timers.now()).toBe(before);
  });
});

describe("the machine's dice", () => {
  it("stay in range and are not the same twice", () => {
    const random = new NodeRandom();
    const seen = new Set<number>();
    for (let i = 0; i < 1_000; i++) {
      expect(random.below(3)).toBeLessThan(3);
      seen.add(random.u32());
    }
    expect(seen.size).toBeGreaterThan(990);
    expect(random.below(1)).toBe(0);
    expect(random.bytes(5)).toHaveLength(5);
    expect(random.bytes(16)).not.toEqual(random.bytes(16));
  });
});
