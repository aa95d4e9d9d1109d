import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { COUNTER_MAX, CounterReserve, ReplayGuard } from "./invocation-counter.ts";

describe("reserved counters", () => {
  it("nothing is given before it is durable", () => {
    const reserve = new CounterReserve(1);
    expect(() => reserve.take()).toThrow(expect.objectContaining({ code: "dlms.security.counter-unreserved" }));
    expect(reserve.wanted(3)).toBe(4);
    expect(reserve.available).toBe(0);
    reserve.reserved();
    expect([reserve.take(), reserve.take(), reserve.take()]).toEqual([1, 2, 3]);
    expect(() => reserve.take()).toThrow(expect.objectContaining({ code: "dlms.security.counter-unreserved" }));
  });

  it("no value twice, however often it crashes and is raised", () => {
    const step = fc.constantFrom("take", "reserve", "lose the reservation", "crash", "raise", "lower");
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        let durable = 1;
        let reserve = new CounterReserve(durable);
        const used = new Set<number>();
        for (const one of steps) {
          if (one === "crash") reserve = new CounterReserve(durable);
          else if (one === "raise") reserve.raise(durable + 7);
          else if (one === "lower") reserve.raise(0);
          else if (one === "take" && reserve.available > 0) {
            const value = reserve.take();
            expect(used.has(value)).toBe(false);
            expect(value).toBeLessThan(durable);
            used.add(value);
          } else if (one === "reserve") {
            durable = reserve.wanted(5);
            reserve.reserved();
          } else if (one === "lose the reservation") {
            durable = reserve.wanted(5);
            reserve = new CounterReserve(durable);
          }
        }
      }),
    );
  });

  it("ends at 2^32 - 1 and never starts again", () => {
    const reserve = new CounterReserve(COUNTER_MAX - 1);
    expect(reserve.wanted()).toBe(COUNTER_MAX + 1);
    reserve.reserved();
    expect([reserve.take(), reserve.take()]).toEqual([COUNTER_MAX - 1, COUNTER_MAX]);
    expect(() => reserve.take()).toThrow(expect.objectContaining({ code: "dlms.security.counter-exhausted" }));
    expect(() => reserve.wanted()).toThrow(expect.objectContaining({ code: "dlms.security.counter-exhausted" }));
  });

  it("a server can raise it and not lower it", () => {
    const reserve = new CounterReserve(100);
    reserve.wanted(10);
    reserve.reserved();
    reserve.raise(50);
    expect(reserve.take()).toBe(100);
    reserve.raise(105);
    expect(reserve.take()).toBe(105);
    reserve.raise(5_000);
    expect(reserve.available).toBe(0);
    expect(reserve.wanted(10)).toBe(5_010);
  });
});

describe("counters received", () => {
  it("only upwards", () => {
    const guard = new ReplayGuard(41);
    guard.accept(42);
    guard.accept(0xffff_ffff);
    for (const counter of [0, 42, 0xffff_ffff]) {
      expect(() => guard.accept(counter)).toThrow(expect.objectContaining({ code: "dlms.security.replayed" }));
    }
  });

  it("once lower, where a meter that was reset is taken", () => {
    const guard = new ReplayGuard(41, true);
    guard.accept(3);
    expect([guard.last, guard.setBackFrom]).toEqual([3, 41]);
    expect(() => guard.accept(3)).toThrow(expect.objectContaining({ code: "dlms.security.replayed" }));
    const rising = new ReplayGuard(41, true);
    rising.accept(42);
    expect(rising.setBackFrom).toBeUndefined();
    expect(() => rising.accept(41)).toThrow(expect.objectContaining({ code: "dlms.security.replayed" }));
  });

  it("anything first, zero included", () => {
    const guard = new ReplayGuard();
    guard.accept(0);
    expect(() => guard.accept(0)).toThrow(expect.objectContaining({ code: "dlms.security.replayed" }));
  });
});
