import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { SimClock } from "./clock.ts";

describe("virtual time", () => {
  it("runs events in order of time, and ties in the order they were set", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 0, max: 20 }), { maxLength: 200 }), async (times) => {
        const clock = new SimClock();
        const ran: { at: number; order: number }[] = [];
        for (const [order, at] of times.entries()) clock.at(at, () => ran.push({ at: clock.now, order }));
        await clock.runUntilIdle();
        const wanted = times.map((at, order) => ({ at, order })).sort((a, b) => a.at - b.at || a.order - b.order);
        expect(ran).toEqual(wanted);
      }),
      { numRuns: 40 },
    );
  });

  it("finishes what an event caused, promises of promises too, before the next one", async () => {
    const clock = new SimClock();
    const seen: string[] = [];
    clock.at(5, () => {
      void (async () => {
        for (let i = 0; i < 50; i++) await Promise.resolve();
        seen.push(`promises of 5 at ${clock.now}`);
      })();
    });
    clock.at(5, () => seen.push("second of 5"));
    await clock.runUntilIdle();
    expect(seen).toEqual(["promises of 5 at 5", "second of 5"]);
  });

  it("stops at the time asked for, and does not go back", async () => {
    const clock = new SimClock(100);
    const seen: number[] = [];
    clock.at(150, () => seen.push(150));
    clock.at(150.5, () => seen.push(150.5));
    clock.at(20, () => seen.push(clock.now));
    await clock.runUntil(150);
    expect(seen).toEqual([100, 150]);
    expect(clock.now).toBe(150);
    await clock.runFor(10);
    expect([clock.now, clock.events]).toEqual([160, 3]);
  });

  it("forgets cancelled events, and takes new ones while it runs", async () => {
    const clock = new SimClock();
    const seen: string[] = [];
    const cancel = clock.after(10, () => seen.push("cancelled"));
    clock.after(5, () => {
      cancel();
      clock.after(0, () => seen.push("nested"));
    });
    await clock.runUntilIdle();
    cancel();
    expect(seen).toEqual(["nested"]);
    expect(clock.now).toBe(5);
  });

  it("says so when a world never becomes idle, or nothing can settle a promise", async () => {
    const clock = new SimClock();
    await expect(clock.runUntilSettled(new Promise(() => {}))).rejects.toThrow("left that can settle");
    const again = (): void => {
      clock.after(0, again);
    };
    again();
    await expect(clock.runUntilIdle(1_000)).rejects.toThrow("becomes idle within 1000 events");
    expect(await clock.runUntilSettled(Promise.resolve(7))).toBe(7);
    await expect(clock.runUntilSettled(Promise.reject(new Error("no")))).rejects.toThrow("no");
  });
});
