import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { SimClock } from "../../adapters/io/sim/clock.ts";
import type { Message } from "../model/message.ts";
import { SimQueue, SpoolingAgent, SpoolingDevice } from "./mqtt-over-spool.testing.ts";
import { link, unlink } from "./spool-pair.testing.ts";

/** Two agents, a Redis and devices that say everything with QoS 2. */
class Bed {
  readonly clock: SimClock = new SimClock();
  readonly queue: SimQueue = new SimQueue(this.clock);
  readonly agents: readonly [SpoolingAgent, SpoolingAgent];
  readonly devices: readonly SpoolingDevice[] = ["dev-0", "dev-1"].map((uid) => new SpoolingDevice(uid));
  #epoch = 1;

  private constructor(seed: number) {
    this.agents = [
      new SpoolingAgent("a", this.clock, this.queue, seed),
      new SpoolingAgent("b", this.clock, this.queue, seed + 1),
    ];
  }

  static async start(seed: number = 1): Promise<Bed> {
    const bed = new Bed(seed);
    link(bed.agents[0].side, bed.agents[1].side);
    await bed.clock.runFor(20);
    void bed.active.begin(bed.#epoch);
    await bed.clock.runFor(20);
    bed.#lookForServers();
    return bed;
  }

  get active(): SpoolingAgent {
    const [a, b] = this.agents;
    return this.#epoch % 2 === 1 ? a : b;
  }

  /** The active stands still until the other one has the group, and for some time more. */
  async changeHands(frozenMs: number, redisGoesOn: boolean = false): Promise<void> {
    const before = this.active;
    before.side.host.freeze();
    await this.clock.runFor(30);
    before.lose();
    this.#epoch += 1;
    void this.active.begin(this.#epoch);
    if (redisGoesOn) this.queue.goOn();
    await this.clock.runFor(frozenMs);
    before.side.host.thaw();
    await this.clock.runFor(5);
    before.end();
  }

  /** The active dies, and the other one has the group. */
  async die(redisGoesOn: boolean = false): Promise<void> {
    const [a, b] = this.agents;
    const before = this.active;
    this.link(false);
    before.die();
    before.lose();
    this.#epoch += 1;
    void this.active.begin(this.#epoch);
    if (redisGoesOn) this.queue.goOn();
    await this.clock.runFor(50);
    link(a.side, b.side);
    await this.clock.runFor(50);
  }

  link(isUp: boolean): void {
    const [a, b] = this.agents;
    if (isUp === (a.side.other !== undefined)) return;
    if (isUp) link(a.side, b.side);
    else unlink(a.side, b.side);
  }

  async settle(): Promise<void> {
    this.link(true);
    this.queue.goOn();
    await this.clock.runFor(10_000);
    expect(this.active.isSettled).toBe(true);
    expect(this.devices.map(({ inFlight }) => inFlight)).toEqual([0, 0]);
  }

  /** Values of a device as the queue has them, each once per message. */
  queued(uid: string): { readonly value: string; readonly id: string; readonly isLate: boolean }[] {
    return this.queue.messages
      .filter(({ subject }) => subject === uid)
      .map((message) => ({ value: said(message), id: message.id, isLate: message.late === true }));
  }

  #lookForServers(): void {
    for (const device of this.devices) {
      if (device.server?.serves !== true && this.active.serves) device.connect(this.active);
    }
    this.clock.after(10, () => this.#lookForServers());
  }
}

function said(message: Message): string {
  if (message.type !== "busbar.reading.v1") throw new Error(`a ${message.type} nobody said`);
  return String(message.data.points[0]?.value);
}

/** Each value under one id, and in the order in which it was said, but for what says that it is late. */
function judge(bed: Bed): void {
  for (const { uid, thanked } of bed.devices) {
    const queued = bed.queued(uid);
    const ids = new Map<string, Set<string>>();
    for (const { value, id } of queued) ids.set(value, (ids.get(value) ?? new Set()).add(id));
    expect([...ids].filter(([, of]) => of.size > 1).map(([value]) => value)).toEqual([]);
    expect(thanked.filter((value) => !ids.has(value))).toEqual([]);
    const first = queued.filter(({ value }, at) => queued.findIndex((one) => one.value === value) === at);
    const inTurn = first.filter(({ isLate }) => !isLate).map(({ value }) => Number(value));
    expect(inTurn).toEqual([...inTurn].sort((x, y) => x - y));
  }
}

function committedTwice(bed: Bed): string[] {
  return bed.devices.flatMap(({ uid }) => {
    const values = bed.queued(uid).map(({ value }) => value);
    return values.filter((value, at) => values.indexOf(value) !== at).map((value) => `${uid} ${value}`);
  });
}

describe("QoS 2 where the queue is slow and the group changes hands", () => {
  it("is one message where the agent that lost the group hears of its commit afterwards", async () => {
    const bed = await Bed.start();
    bed.queue.stall();
    for (const device of bed.devices) for (let n = 0; n < 3; n++) device.say();
    await bed.clock.runFor(20);
    const changed = bed.changeHands(600);
    await bed.clock.runFor(50);
    // What the first one asked for is done now, and refused: the lease has gone.
    bed.queue.goOn();
    await changed;
    for (const device of bed.devices) device.say();
    await bed.settle();
    judge(bed);
    expect(committedTwice(bed)).toEqual([]);
    expect(bed.queued("dev-0").map(({ value }) => value)).toEqual(["1", "2", "3", "4"]);
  });

  it("is committed once where a commit was done, its answer did not come, and the spool was used", async () => {
    const bed = await Bed.start();
    bed.queue.stall();
    for (const device of bed.devices) for (let n = 0; n < 3; n++) device.say();
    await bed.clock.runFor(600);
    expect(bed.devices.map(({ thanked }) => thanked)).toEqual([
      ["1", "2", "3"],
      ["1", "2", "3"],
    ]);
    await bed.settle();
    judge(bed);
    expect(committedTwice(bed)).toEqual([]);
  });

  it("is one message where it lay on the disk of an agent that died before it could thank for it", async () => {
    const bed = await Bed.start();
    for (const device of bed.devices) device.say();
    await bed.clock.runFor(50);
    bed.queue.stall();
    bed.agents[1].side.deaf = true;
    for (const device of bed.devices) for (let n = 0; n < 3; n++) device.say();
    await bed.clock.runFor(600);
    expect(bed.devices.map(({ thanked }) => thanked)).toEqual([["1"], ["1"]]);
    bed.agents[1].side.deaf = false;
    await bed.die(true);
    for (const device of bed.devices) device.say();
    await bed.settle();
    judge(bed);
    expect(committedTwice(bed)).toEqual([]);
    expect(bed.queued("dev-0").map(({ value }) => value)).toEqual(["1", "2", "3", "4", "5"]);
  });

  it("is one message whatever happens", async () => {
    const steps = fc.array(
      fc.oneof(
        { weight: 8, arbitrary: fc.record({ say: fc.integer({ min: 0, max: 1 }) }) },
        { weight: 6, arbitrary: fc.record({ wait: fc.integer({ min: 1, max: 500 }) }) },
        { weight: 2, arbitrary: fc.record({ still: fc.boolean() }) },
        { weight: 1, arbitrary: fc.record({ deaf: fc.boolean() }) },
        { weight: 1, arbitrary: fc.record({ isUp: fc.boolean() }) },
        { weight: 1, arbitrary: fc.record({ dies: fc.constant(true), redisGoesOn: fc.boolean() }) },
        {
          weight: 2,
          arbitrary: fc.record({ frozenMs: fc.integer({ min: 1, max: 1_500 }), redisGoesOn: fc.boolean() }),
        },
      ),
      { maxLength: 40 },
    );
    await fc.assert(
      fc.asyncProperty(steps, fc.integer({ min: 0, max: 1_000 }), async (plan, seed) => {
        const bed = await Bed.start(seed);
        for (const step of plan) {
          if ("say" in step) bed.devices[step.say]?.say();
          else if ("wait" in step) await bed.clock.runFor(step.wait);
          else if ("frozenMs" in step) await bed.changeHands(step.frozenMs, step.redisGoesOn);
          else if ("isUp" in step) bed.link(step.isUp);
          else if ("dies" in step) await bed.die(step.redisGoesOn);
          else if ("deaf" in step) bed.agents[1].side.deaf = step.deaf;
          else if (step.still) bed.queue.stall();
          else bed.queue.goOn();
        }
        bed.agents[1].side.deaf = false;
        await bed.settle();
        judge(bed);
        expect(committedTwice(bed)).toEqual([]);
      }),
      { numRuns: Number(process.env["TAKEOVER_RUNS"] ?? 60) },
    );
  });
});
