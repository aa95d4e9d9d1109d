import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Instant, toInstant } from "../adapters/kit/time.ts";
import { type Release, Resequencer, type ResequencerLimits, type Run } from "./resequencer.ts";

const at = (ms: number): Instant => toInstant(ms);

function run(device: string, sequence: number, more: { epoch?: number; last?: number } = {}): Run {
  const epoch = more.epoch ?? 1;
  return {
    device,
    first: { epoch, sequence },
    last: { epoch, sequence: more.last ?? sequence },
  };
}

/** A resequencer whose device `d` was handled up to the given sequence of epoch 1. */
function handledTo(sequence: number, limits: Partial<ResequencerLimits> = {}): Resequencer {
  const machine = new Resequencer(limits);
  machine.learned("d", { epoch: 1, sequence }, at(0));
  return machine;
}

const blockedTickets = (machine: Resequencer): number[] => machine.blocked().map((one) => one.ticket);
const tickets = (releases: readonly Release[]): number[] => releases.map((one) => one.ticket);

describe("the order of a device", () => {
  it("begins with whatever comes first where nothing is known", () => {
    const machine = new Resequencer();
    // Another core may have what was before it.
    expect(machine.offer(1, [run("d", 57)], at(0))).toEqual([]);
    expect(blockedTickets(machine)).toEqual([1]);
    expect(machine.settle(1, ["d"], at(1))).toEqual([{ ticket: 1, orders: ["in-order"] }]);
  });

  it("is one at a time, the next when the one before was handled", () => {
    const machine = handledTo(4);
    expect(tickets(machine.offer(1, [run("d", 5)], at(0)))).toEqual([1]);
    expect(machine.offer(2, [run("d", 6)], at(1))).toEqual([]);
    expect(machine.blocked()).toEqual([]);
    expect(machine.handled(1, at(2))).toEqual([{ ticket: 2, orders: ["in-order"] }]);
  });

  it("is not given up for one device because nothing is missing of another one of the same job", () => {
    const machine = handledTo(4);
    machine.learned("e", { epoch: 1, sequence: 4 }, at(0));
    expect(tickets(machine.offer(1, [run("d", 5)], at(0)))).toEqual([1]);
    // The platform refused what e said before, so that nobody will bring it; of d the next but one is here.
    expect(machine.offer(2, [run("e", 9), run("d", 7)], at(1))).toEqual([]);
    expect(machine.blocked()).toEqual([{ ticket: 2, runs: [run("e", 9)] }]);
    expect(machine.settle(2, ["e"], at(2))).toEqual([]);
    // d is free again, and what is missing of it is at another core.
    expect(machine.handled(1, at(3))).toEqual([]);
    expect(machine.blocked()).toEqual([{ ticket: 2, runs: [run("d", 7)] }]);
    expect(tickets(machine.learned("d", { epoch: 1, sequence: 6 }, at(4)))).toEqual([2]);
  });

  it("is restored when a later message comes first", () => {
    const machine = handledTo(4);
    expect(machine.offer(2, [run("d", 6)], at(0))).toEqual([]);
    expect(blockedTickets(machine)).toEqual([2]);
    expect(tickets(machine.offer(1, [run("d", 5)], at(10)))).toEqual([1]);
    expect(machine.handled(1, at(20))).toEqual([{ ticket: 2, orders: ["in-order"] }]);
  });

  it("goes on when another core handled what is missing", () => {
    const machine = handledTo(4);
    machine.offer(2, [run("d", 7)], at(0));
    expect(machine.learned("d", { epoch: 1, sequence: 5 }, at(1))).toEqual([]);
    expect(machine.learned("d", { epoch: 1, sequence: 6 }, at(2))).toEqual([{ ticket: 2, orders: ["in-order"] }]);
  });

  it("gives up a gap after exactly holdMs, and says so", () => {
    const machine = handledTo(4, { holdMs: 100 });
    machine.offer(2, [run("d", 6)], at(50));
    expect(machine.wakeAt).toBe(150);
    expect(machine.wake(at(149.9))).toEqual([]);
    expect(machine.wake(at(150))).toEqual([{ ticket: 2, orders: ["after-gap"] }]);
    expect(machine.handled(2, at(151))).toEqual([]);
    expect(machine.offer(1, [run("d", 5)], at(160))).toEqual([{ ticket: 1, orders: ["behind"] }]);
  });

  it("waits longer behind jobs in other hands, so that those give up first", () => {
    const machine = handledTo(4, { holdMs: 100 });
    machine.offer(2, [run("d", 6)], at(50));
    machine.behind(2, 2);
    expect(machine.wakeAt).toBe(170);
    expect(machine.wake(at(169))).toEqual([]);
    machine.behind(2, 0);
    expect(machine.wake(at(169))).toEqual([{ ticket: 2, orders: ["after-gap"] }]);
  });

  it("does not pass one before it that waits longer", () => {
    const machine = handledTo(4, { holdMs: 100 });
    machine.offer(1, [run("d", 6)], at(0));
    machine.offer(2, [run("d", 7)], at(0));
    machine.behind(1, 5);
    expect(machine.wakeAt).toBe(150);
    expect(machine.wake(at(149))).toEqual([]);
    expect(machine.wake(at(150))).toEqual([{ ticket: 1, orders: ["after-gap"] }]);
    expect(machine.handled(1, at(151))).toEqual([{ ticket: 2, orders: ["in-order"] }]);
  });

  it("does not pass one before it that came later", () => {
    const machine = handledTo(4, { holdMs: 100 });
    machine.offer(2, [run("d", 7)], at(0));
    machine.offer(1, [run("d", 6)], at(50));
    expect(machine.wake(at(149))).toEqual([]);
    expect(tickets(machine.wake(at(150)))).toEqual([1]);
  });

  it("gives up a gap at once when nobody can bring what is missing", () => {
    const machine = handledTo(4);
    machine.offer(2, [run("d", 6)], at(0));
    expect(machine.settle(2, ["d"], at(1))).toEqual([{ ticket: 2, orders: ["after-gap"] }]);
  });

  it("holds what follows a rejected message until it comes again", () => {
    const machine = handledTo(4, { holdMs: 100 });
    machine.offer(1, [run("d", 5)], at(0));
    machine.offer(2, [run("d", 6)], at(0));
    expect(machine.withdrawn(1, at(90))).toEqual([]);
    // The wait counts from the rejection, not from when it was offered.
    expect(machine.wake(at(150))).toEqual([]);
    expect(tickets(machine.offer(3, [run("d", 5)], at(160)))).toEqual([3]);
    expect(machine.handled(3, at(170))).toEqual([{ ticket: 2, orders: ["in-order"] }]);
  });

  it("holds what follows the first message ever when that is rejected", () => {
    const machine = new Resequencer();
    machine.offer(1, [run("d", 57)], at(0));
    machine.offer(2, [run("d", 58)], at(0));
    expect(tickets(machine.settle(1, ["d"], at(0)))).toEqual([1]);
    expect(machine.withdrawn(1, at(1))).toEqual([]);
    expect(machine.blocked()).toHaveLength(1);
  });

  it("begins a new epoch with 1, and takes stragglers of the old one behind it", () => {
    const machine = handledTo(4);
    expect(machine.offer(1, [run("d", 2, { epoch: 2 })], at(0))).toEqual([]);
    expect(machine.offer(2, [run("d", 1, { epoch: 2 })], at(0))).toEqual([]);
    expect(blockedTickets(machine)).toEqual([2]);
    expect(machine.settle(2, ["d"], at(0))).toEqual([{ ticket: 2, orders: ["in-order"] }]);
    expect(tickets(machine.handled(2, at(1)))).toEqual([1]);
    machine.handled(1, at(2));
    expect(machine.offer(3, [run("d", 5)], at(3))).toEqual([{ ticket: 3, orders: ["behind"] }]);
    machine.handled(3, at(4));
    expect(machine.offer(4, [run("d", 3, { epoch: 2 })], at(5))).toEqual([{ ticket: 4, orders: ["in-order"] }]);
  });

  it("does not hold other devices", () => {
    const machine = handledTo(4);
    machine.offer(1, [run("d", 6)], at(0));
    machine.learned("e", { epoch: 1, sequence: 5 }, at(0));
    expect(tickets(machine.offer(2, [run("e", 6)], at(0)))).toEqual([2]);
  });
});

describe("a parcel of several devices", () => {
  it("takes all of them or none", () => {
    const machine = handledTo(4);
    machine.learned("e", { epoch: 1, sequence: 0 }, at(0));
    expect(machine.offer(1, [run("e", 1), run("d", 6)], at(0))).toEqual([]);
    expect(tickets(machine.offer(2, [run("d", 5)], at(1)))).toEqual([2]);
    expect(machine.handled(2, at(2))).toEqual([{ ticket: 1, orders: ["in-order", "in-order"] }]);
  });

  it("counts as handled up to the last of its run", () => {
    const machine = handledTo(4);
    machine.offer(1, [run("d", 5, { last: 9 })], at(0));
    machine.offer(2, [run("d", 10)], at(0));
    expect(machine.handled(1, at(1))).toEqual([{ ticket: 2, orders: ["in-order"] }]);
  });

  it("cannot wait for another one in a circle for longer than holdMs", () => {
    const machine = handledTo(4, { holdMs: 100 });
    machine.learned("e", { epoch: 1, sequence: 0 }, at(0));
    machine.offer(1, [run("d", 5), run("e", 2)], at(0));
    machine.offer(2, [run("d", 6), run("e", 1)], at(0));
    expect(machine.wake(at(99))).toEqual([]);
    const [first] = tickets(machine.wake(at(100)));
    expect(first).toBe(1);
    expect(tickets(machine.handled(1, at(101)))).toEqual([2]);
  });
});

describe("bounds", () => {
  it("releases the one held longest above the limit", () => {
    const machine = handledTo(4, { held: 2 });
    machine.offer(1, [run("d", 6)], at(0));
    machine.learned("e", { epoch: 1, sequence: 0 }, at(0));
    machine.offer(2, [run("e", 2)], at(1));
    expect(machine.held).toBe(2);
    machine.learned("f", { epoch: 1, sequence: 0 }, at(0));
    expect(machine.offer(3, [run("f", 2)], at(2))).toEqual([{ ticket: 1, orders: ["after-gap"] }]);
    expect(machine.held).toBe(2);
  });

  it("forgets the device that was idle longest, and never one in use", () => {
    const machine = new Resequencer({ devices: 2 });
    machine.offer(1, [run("busy", 1)], at(0));
    expect(tickets(machine.settle(1, ["busy"], at(0)))).toEqual([1]);
    for (let i = 0; i < 5; i++) {
      machine.offer(10 + i, [run(`d${i}`, 1)], at(i));
      machine.settle(10 + i, [`d${i}`], at(i));
      machine.handled(10 + i, at(i));
    }
    expect(machine.knows("busy")).toBe(true);
    expect(machine.knows("d4")).toBe(true);
    expect(machine.knows("d0")).toBe(false);
  });
});

describe("any history", () => {
  it("releases every parcel once, one per device at a time, and in order where nothing is missing", () => {
    const step = fc.record({ device: fc.constantFrom("a", "b", "c"), rejects: fc.boolean(), shuffle: fc.nat() });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const machine = new Resequencer({ holdMs: 1_000_000 });
        const next = new Map<string, number>();
        const parcels = steps.map((one, ticket) => {
          const sequence = (next.get(one.device) ?? 0) + 1;
          next.set(one.device, sequence);
          return { ...one, ticket, sequence };
        });
        for (const device of ["a", "b", "c"]) machine.learned(device, { epoch: 1, sequence: 0 }, at(0));
        const queue = [...parcels].sort((a, b) => a.shuffle - b.shuffle);
        const rejected = new Set<number>();
        const handled = new Map<string, number>();
        const busy = new Map<number, (typeof parcels)[number]>();
        let ticket = 0;
        const note = (releases: readonly Release[]): void => {
          for (const release of releases) {
            expect(release.orders).toEqual(["in-order"]);
            const parcel = offered.get(release.ticket);
            if (parcel === undefined) throw new Error("released twice or never offered");
            offered.delete(release.ticket);
            expect([...busy.values()].some((one) => one.device === parcel.device)).toBe(false);
            busy.set(release.ticket, parcel);
          }
        };
        const offered = new Map<number, (typeof parcels)[number]>();
        while (queue.length > 0 || busy.size > 0) {
          const offer = queue.shift();
          if (offer !== undefined) {
            ticket += 1;
            offered.set(ticket, offer);
            note(machine.offer(ticket, [run(offer.device, offer.sequence)], at(ticket)));
          }
          for (const [id, parcel] of [...busy]) {
            busy.delete(id);
            if (parcel.rejects && !rejected.has(parcel.ticket)) {
              rejected.add(parcel.ticket);
              queue.push(parcel);
              note(machine.withdrawn(id, at(ticket)));
            } else {
              expect(parcel.sequence).toBe((handled.get(parcel.device) ?? 0) + 1);
              handled.set(parcel.device, parcel.sequence);
              note(machine.handled(id, at(ticket)));
            }
          }
        }
        expect(handled).toEqual(next);
        expect(machine.held).toBe(0);
      }),
    );
  });
});
