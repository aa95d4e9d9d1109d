import { describe, expect, it } from "vitest";
import { SimClock } from "../../adapters/io/sim/clock.ts";
import type { Timers } from "../../adapters/io/timers.ts";
import { later, toInstant, toWall } from "../../adapters/kit/time.ts";
import { SeededRandom } from "../../adapters/kit/random.ts";
import { DlmsThrottle, type Priority, type Release, type ThrottleLimits } from "./dlms-throttle.ts";

const LIMITS: ThrottleLimits = {
  associations: 100,
  perCell: 2,
  cells: {},
  connectionsPerSecond: 1_000,
  waiting: 1_000,
};

class World {
  readonly clock = new SimClock();
  readonly timers: Timers = {
    now: () => toInstant(this.clock.now),
    wall: () => toWall(this.clock.now),
    at: (instant, callback) => this.clock.at(instant, callback),
  };
  readonly throttle: DlmsThrottle;
  readonly log: string[] = [];
  readonly releases = new Map<string, Release>();

  constructor(limits: Partial<ThrottleLimits> = {}) {
    this.throttle = new DlmsThrottle({ ...LIMITS, ...limits }, this.timers);
  }

  ask(
    device: string,
    priority: Priority = "normal",
    { cell, forMs = 60_000 }: { readonly cell?: string; readonly forMs?: number } = {},
  ): void {
    const name = `${device}/${priority}`;
    const until = later(this.timers.now(), forMs);
    void this.throttle.take({ device, cell, priority, until }).then((release) => {
      this.log.push(release === undefined ? `${name} gives up at ${this.clock.now}` : name);
      if (release !== undefined) this.releases.set(name, release);
    });
  }

  async end(name: string): Promise<void> {
    this.releases.get(name)?.();
    await this.clock.runFor(0);
  }
}

describe("permits", () => {
  it("are one a meter, and the next goes to the most urgent", async () => {
    const world = new World();
    world.ask("m1", "schedule");
    world.ask("m1", "bulk");
    world.ask("m1", "urgent");
    await world.clock.runFor(0);
    expect(world.log).toEqual(["m1/schedule"]);
    await world.end("m1/schedule");
    await world.end("m1/urgent");
    expect(world.log).toEqual(["m1/schedule", "m1/urgent", "m1/bulk"]);
  });

  it("are so many a cell, and a full cell holds nobody up", async () => {
    const world = new World({ cells: { large: 3 } });
    for (const n of [1, 2, 3]) world.ask(`a${n}`, "normal", { cell: "small" });
    for (const n of [1, 2, 3, 4]) world.ask(`b${n}`, "normal", { cell: "large" });
    world.ask("c1");
    await world.clock.runFor(0);
    expect(world.log).toEqual(["a1", "a2", "b1", "b2", "b3", "c1"].map((name) => `${name}/normal`));
    await world.end("a2/normal");
    expect(world.log.at(-1)).toBe("a3/normal");
  });

  it("are so many in all, and so many new ones in any second", async () => {
    const world = new World({ associations: 3, connectionsPerSecond: 2 });
    for (const n of [1, 2, 3, 4]) world.ask(`m${n}`);
    await world.clock.runFor(0);
    expect(world.log).toHaveLength(2);
    await world.clock.runFor(999);
    expect(world.log).toHaveLength(2);
    await world.clock.runFor(1);
    expect(world.log).toHaveLength(3);
    await world.clock.runFor(5_000);
    expect(world.log).toHaveLength(3);
    await world.end("m1/normal");
    expect(world.log).toHaveLength(4);
  });

  it("are given up in time, and refused where too many wait", async () => {
    const world = new World({ associations: 1, waiting: 2 });
    world.ask("m1");
    world.ask("m2", "normal", { forMs: 500 });
    world.ask("m3");
    world.ask("m4");
    await world.clock.runFor(1_000);
    expect(world.log).toEqual(["m1/normal", "m4/normal gives up at 0", "m2/normal gives up at 500"]);
    world.throttle.end();
    await world.clock.runFor(0);
    expect(world.log.at(-1)).toBe("m3/normal gives up at 1000");
  });

  it.each([1, 2, 3])("never exceed a limit and serve everybody (seed %i)", async (seed) => {
    const random = new SeededRandom(seed);
    const world = new World({ associations: 7, connectionsPerSecond: 5 });
    let open = 0;
    let served = 0;
    const perDevice = new Map<string, number>();
    const perCell = new Map<string, number>();
    const starts: number[] = [];
    const count = (map: Map<string, number>, key: string, by: number) => map.set(key, (map.get(key) ?? 0) + by);
    const one = async (n: number): Promise<void> => {
      const device = `m${random.below(20)}`;
      const cell = `c${device.length}${device.at(-1)}`.slice(0, 3);
      const priority = random.pick(["urgent", "normal", "bulk", "schedule"] as const) ?? "normal";
      const release = await world.throttle.take({ device, cell, priority, until: toInstant(10_000_000 + n) });
      if (release === undefined) return;
      served += 1;
      open += 1;
      count(perDevice, device, 1);
      count(perCell, cell, 1);
      starts.push(world.clock.now);
      expect(open).toBeLessThanOrEqual(7);
      expect(perDevice.get(device)).toBe(1);
      expect(perCell.get(cell)).toBeLessThanOrEqual(2);
      expect(starts.filter((at) => at > world.clock.now - 1_000).length).toBeLessThanOrEqual(5);
      await new Promise<void>((resolve) => void world.clock.after(random.between(1, 3_000), resolve));
      open -= 1;
      count(perDevice, device, -1);
      count(perCell, cell, -1);
      release();
      release();
    };
    const all = Array.from({ length: 200 }, (_, n) => one(n));
    await world.clock.runUntil(2_000_000);
    await Promise.all(all);
    expect(served).toBe(200);
    expect([world.throttle.open, world.throttle.waiting]).toEqual([0, 0]);
  });
});
