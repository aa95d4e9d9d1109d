import { describe, expect, it } from "vitest";
import { toInstant, toWall } from "../../adapters/kit/time.ts";
import { Counters } from "./counters.ts";

describe("Counters", () => {
  it("forgets a rate after ten seconds, and no total", () => {
    let now = 1_000_000;
    const counters = new Counters({ now: () => toInstant(now), wall: () => toWall(now) });
    for (let second = 0; second < 10; second++) {
      for (let i = 0; i < 30; i++) counters.stored("busbar.event.v1");
      now += 1_000;
    }
    now -= 1;
    expect(counters.storedPerSecond()).toBe(30);
    now += 5_000;
    expect(counters.storedPerSecond()).toBe(15);
    now += 60_000;
    expect(counters.storedPerSecond()).toBe(0);
    expect(counters.messagesByType.get("busbar.event.v1")).toBe(300);
    expect(counters.lastStoredAt).toBe(1_009_000);
  });
});
