import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { COMMAND_PRIORITIES, type CommandPriority } from "../model/command.ts";
import { Lanes } from "./lanes.ts";

interface Item {
  readonly device: string;
  readonly priority: CommandPriority;
  readonly order: number;
}

const item = (device: string, priority: CommandPriority = "normal", order = 0): Item => ({ device, priority, order });

describe("Lanes", () => {
  it("starts the first of a device at once and lets the next wait for it", () => {
    const lanes = new Lanes<Item>(10);
    expect(lanes.push(item("a"))).toBe("start");
    expect(lanes.push(item("a", "normal", 1))).toBe("wait");
    expect(lanes.push(item("b"))).toBe("start");
    expect(lanes.done("a")).toEqual(item("a", "normal", 1));
    expect(lanes.done("a")).toBeUndefined();
    expect(lanes.busy).toBe(1);
    expect(lanes.push(item("a"))).toBe("start");
  });

  it("takes a lane up to its bound and not one more", () => {
    const lanes = new Lanes<Item>(2);
    expect([1, 2, 3, 4].map((order) => lanes.push(item("a", "normal", order)))).toEqual([
      "start",
      "wait",
      "wait",
      "full",
    ]);
    expect(lanes.push(item("b"))).toBe("start");
    expect(lanes.waiting).toBe(2);
  });

  it("runs a device's commands one at a time, by priority and then by arrival", () => {
    const priorities = fc.array(fc.constantFrom(...COMMAND_PRIORITIES), { maxLength: 40 });
    fc.assert(
      fc.property(priorities, (arrivals) => {
        const lanes = new Lanes<Item>(100);
        lanes.push(item("a"));
        for (const [order, priority] of arrivals.entries()) lanes.push(item("a", priority, order));
        const ran: Item[] = [];
        for (let next = lanes.done("a"); next !== undefined; next = lanes.done("a")) ran.push(next);
        const expected = arrivals
          .map((priority, order) => item("a", priority, order))
          .sort(
            (a, b) =>
              COMMAND_PRIORITIES.indexOf(a.priority) - COMMAND_PRIORITIES.indexOf(b.priority) || a.order - b.order,
          );
        expect(ran).toEqual(expected);
        expect([lanes.busy, lanes.waiting]).toEqual([0, 0]);
      }),
    );
  });

  it("gives up what waits and is chosen, and keeps the rest in order", () => {
    const lanes = new Lanes<Item>(10);
    for (const order of [0, 1, 2, 3]) lanes.push(item("a", "normal", order));
    lanes.push(item("b", "normal", 0));
    expect(lanes.takeWaiting((one) => one.order % 2 === 1).map((one) => one.order)).toEqual([1, 3]);
    expect(lanes.waiting).toBe(1);
    expect(lanes.done("a")?.order).toBe(2);
    expect(lanes.done("b")).toBeUndefined();
  });
});
