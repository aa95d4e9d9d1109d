import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { EdgeError } from "../../adapters/kit/edge-error.ts";
import type { CommitEntry } from "../model/commit.ts";
import type { Reign } from "../model/reign.ts";
import type { ManyOutcome } from "../queue/committer.ts";
import type { Settled } from "../queue/waiting-line.ts";
import type { PlacedEntry } from "../queue/load.ts";
import { DEFAULT_DRAIN } from "../spool/drain.ts";
import type { Gap } from "../spool/gap.ts";
import { toRecord } from "../spool/record.ts";
import { entry, SimClock, SpoolSide } from "./spool-pair.testing.ts";
import { type Commits, SpoolingStorekeeper, type StoreNote } from "./spooling-storekeeper.ts";

function away(): EdgeError {
  return new EdgeError({ code: "queue.unavailable", blame: "network", retry: "backoff", message: "away" });
}

function overfull(): EdgeError {
  return new EdgeError({ code: "queue.overfull", blame: "us", retry: "backoff", message: "overfull" });
}

/** A queue as the committer offers it: in order, all behind a failure fail, closed until reopened, as it is by one too many. */
class FakeQueue implements Commits {
  readonly committed: string[] = [];
  readonly #clock: SimClock;
  gate: "open" | "closed" | "ended" = "open";
  available = true;
  fenced = false;
  latencyMs = 2;
  /** Entries that may wait. */
  room: number = Number.POSITIVE_INFINITY;
  #closedBy: () => EdgeError = away;
  #order = 0;
  #line: { entry: PlacedEntry; settled: Settled }[] = [];
  #busy = false;

  constructor(clock: SimClock) {
    this.#clock = clock;
  }

  place(given: CommitEntry): PlacedEntry {
    this.#order += 1;
    return { ...given, place: given.place ?? { epoch: 2, order: this.#order } };
  }

  take(given: CommitEntry, settled: Settled): void {
    if (this.gate === "open" && this.#line.length >= this.room) {
      this.gate = "closed";
      this.#closedBy = overfull;
    }
    const fault = this.#closedBy();
    if (this.gate !== "open") queueMicrotask(() => settled.reject(fault));
    else {
      this.#line.push({ entry: this.place(given), settled });
      this.#pump();
    }
  }

  async commitMany(entries: readonly PlacedEntry[]): Promise<ManyOutcome> {
    await new Promise<void>((resolve) => void this.#clock.after(this.latencyMs, resolve));
    const fault = this.#fault();
    if (fault !== undefined) return { durable: 0, fault, older: [] };
    for (const one of entries) this.#keep(one);
    return { durable: entries.length, fault: undefined, older: [] };
  }

  reopen(): void {
    if (this.gate === "closed") this.gate = "open";
  }

  idle(): Promise<void> {
    return Promise.resolve();
  }

  end(): void {
    this.gate = "ended";
  }

  #pump(): void {
    if (this.#busy || this.#line.length === 0) return;
    this.#busy = true;
    const taken = this.#line.splice(0, 3);
    this.#clock.after(this.latencyMs, () => {
      this.#busy = false;
      const fault = this.#fault();
      if (fault === undefined) {
        for (const one of taken) {
          this.#keep(one.entry);
          one.settled.resolve();
        }
      } else {
        if (this.gate === "open") this.#closedBy = away;
        this.gate = "closed";
        for (const one of [...taken, ...this.#line.splice(0)]) one.settled.reject(fault);
      }
      this.#pump();
    });
  }

  #fault(): EdgeError | undefined {
    if (this.fenced) return new EdgeError({ code: "queue.fenced", blame: "us", retry: "never", message: "fenced" });
    return this.available ? undefined : away();
  }

  #keep(one: PlacedEntry): void {
    for (const message of one.messages) this.committed.push(message.id);
  }
}

interface Bench {
  readonly clock: SimClock;
  readonly queue: FakeQueue;
  readonly side: SpoolSide;
  readonly keeper: SpoolingStorekeeper;
  readonly notes: StoreNote[];
}

function bench(seed: number = 1): Bench {
  const clock = new SimClock();
  const queue = new FakeQueue(clock);
  const side = new SpoolSide("a", clock, seed);
  const notes: StoreNote[] = [];
  const reign: Reign = { group: "g", holder: "a", epoch: 2, mayAct: () => true };
  const keeper = new SpoolingStorekeeper({
    reign,
    committer: queue,
    spool: side.spool,
    drain: { ...DEFAULT_DRAIN, backoff: { firstMs: 20, maxMs: 100, factor: 2, jitter: 0 } },
    timers: side.timers,
    random: side.random,
    announce: () => ({ device: "gateway", messages: [], memory: undefined }),
    remembered: () => Promise.resolve(new Map()),
    noted: (note) => notes.push(note),
  });
  keeper.begin();
  return { clock, queue, side, keeper, notes };
}

function unplaced(device: string, order: number): CommitEntry {
  const { place: _place, ...rest } = entry(device, order, 2);
  return rest;
}

function keeperOf(queue: FakeQueue, side: SpoolSide): SpoolingStorekeeper {
  return new SpoolingStorekeeper({
    reign: { group: "g", holder: "a", epoch: 2, mayAct: () => true },
    committer: queue,
    spool: side.spool,
    drain: DEFAULT_DRAIN,
    timers: side.timers,
    random: side.random,
    announce: () => ({ device: "gateway", messages: [], memory: undefined }),
    remembered: () => Promise.resolve(new Map()),
    noted: () => {},
  });
}

describe("the way of an entry", () => {
  it("is the queue while it takes what comes: nothing is spooled", async () => {
    const { clock, queue, keeper, side } = bench();
    const stored = Promise.all([1, 2, 3].map((n) => keeper.store(unplaced("d", n))));
    await clock.runFor(20);
    await stored;
    expect(queue.committed).toEqual(["d-2-1", "d-2-2", "d-2-3"]);
    expect(side.spool.own.last).toBe(0);
  });

  it("is the spool while the queue is away, and the queue again when it is back, and that is said", async () => {
    const { clock, queue, keeper, notes } = bench();
    queue.available = false;
    const stored = Promise.all([1, 2, 3].map((n) => keeper.store(unplaced("d", n))));
    await clock.runFor(200);
    await stored;
    expect(queue.committed).toEqual([]);
    queue.available = true;
    await clock.runFor(1_000);
    expect(queue.committed).toEqual(["d-2-1", "d-2-2", "d-2-3"]);
    expect(notes.map((note) => note.kind)).toEqual(["spilling", "direct"]);
    expect(keeper.state).toBe("direct");
  });

  it("does not say that the queue is back because a spool that failed is empty", async () => {
    const { clock, queue, keeper, side, notes } = bench();
    queue.available = false;
    side.disks.get("own")?.failSyncs(1_000);
    for (let n = 1; n <= 20; n++) {
      keeper.store(unplaced("d", n)).catch(() => {});
      await clock.runFor(100);
    }
    expect(notes.map((note) => note.kind)).toEqual(["spilling"]);
    queue.available = true;
    const stored = keeper.store(unplaced("d", 21));
    await clock.runFor(200);
    await stored;
    expect(notes.map((note) => note.kind)).toEqual(["spilling", "direct"]);
  });

  it("ends where the reign is fenced: nothing is acknowledged, nothing spooled", async () => {
    const { clock, queue, keeper, side } = bench();
    queue.fenced = true;
    const refused = expect(keeper.store(unplaced("d", 1))).rejects.toMatchObject({ code: "queue.fenced" });
    await clock.runFor(20);
    await refused;
    expect(side.spool.own.last).toBe(0);
  });

  it("ends with the reign also for what waits for the last commit of a drain", async () => {
    const clock = new SimClock();
    const side = new SpoolSide("a", clock, 1);
    await Promise.all([side.spool.add(entry("d", 1, 1)), clock.runFor(10)]);
    const queue = new FakeQueue(clock);
    queue.latencyMs = 50;
    const keeper = keeperOf(queue, side);
    keeper.begin();
    expect(keeper.state).toBe("closing");
    let fate = "open";
    keeper.store(unplaced("d", 2)).then(
      () => (fate = "stored"),
      (fault: EdgeError) => (fate = fault.code),
    );
    await clock.runFor(1);
    keeper.end();
    await clock.runFor(1_000);
    expect(fate).toBe("queue.fenced");
    expect(keeper.open).toBe(0);
  });

  it("ends with the spool's fault, for every entry, where a disk cannot even be read while one is added", async () => {
    const { clock, queue, keeper, side } = bench();
    queue.available = false;
    side.spool.add = () => {
      throw new EdgeError({ code: "disk.io", blame: "operator", retry: "never", message: "no such device" });
    };
    const fates: string[] = [];
    for (let n = 1; n <= 3; n++) keeper.store(unplaced("d", n)).catch((fault: EdgeError) => fates.push(fault.code));
    await clock.runFor(100);
    expect(fates).toEqual(["disk.io", "disk.io", "disk.io"]);
  });

  it("takes up what an earlier reign left in the spool, before the same device's new entries", async () => {
    const clock = new SimClock();
    const side = new SpoolSide("a", clock, 1);
    await Promise.all([side.spool.add(entry("d", 1, 1)), clock.runFor(10)]);
    const queue = new FakeQueue(clock);
    const keeper = keeperOf(queue, side);
    keeper.begin();
    const stored = keeper.store(unplaced("d", 2));
    await clock.runFor(500);
    await stored;
    expect(queue.committed).toEqual(["d-1-1", "d-2-2"]);
  });

  it("does not end at a record that cannot be read as an entry: it alone is given up, counted and announced", async () => {
    const clock = new SimClock();
    const side = new SpoolSide("a", clock, 1);
    await Promise.all([side.spool.add(entry("d", 1, 1)), clock.runFor(10)]);
    side.spool.own.append([{ ...toRecord(entry("d", 2, 1)), payload: new TextEncoder().encode("{") }]);
    side.spool.own.sync();
    await Promise.all([side.spool.add(entry("d", 3, 1)), side.spool.add(entry("e", 1, 1)), clock.runFor(10)]);
    const queue = new FakeQueue(clock);
    const announced: Gap[] = [];
    const keeper = new SpoolingStorekeeper({
      reign: { group: "g", holder: "a", epoch: 2, mayAct: () => true },
      committer: queue,
      spool: side.spool,
      drain: DEFAULT_DRAIN,
      timers: side.timers,
      random: side.random,
      announce: (gaps) => {
        announced.push(...gaps);
        return { device: "gateway", messages: [], memory: undefined };
      },
      remembered: () => Promise.resolve(new Map()),
      noted: () => {},
    });
    keeper.begin();
    await clock.runFor(2_000);
    expect(queue.committed).toEqual(["d-1-1", "d-1-3", "e-1-1"]);
    expect(announced).toMatchObject([{ device: "d", reason: "undeliverable", messages: 1 }]);
    expect(keeper.state).toBe("direct");
  });
});

describe("whatever the queue does", () => {
  it("keeps every acknowledged entry, once, in the order of its device", async () => {
    const steps = fc.array(
      fc.oneof(
        { weight: 6, arbitrary: fc.record({ store: fc.integer({ min: 0, max: 3 }) }) },
        { weight: 2, arbitrary: fc.record({ available: fc.boolean() }) },
        { weight: 3, arbitrary: fc.record({ wait: fc.integer({ min: 1, max: 60 }) }) },
      ),
      { maxLength: 80 },
    );
    await fc.assert(
      fc.asyncProperty(steps, fc.integer(), fc.integer({ min: 1, max: 8 }), async (plan, seed, room) => {
        const { clock, queue, keeper, side } = bench(seed);
        queue.room = room;
        const acknowledged: string[] = [];
        const next = [0, 0, 0, 0];
        for (const step of plan) {
          if ("store" in step) {
            const device = step.store;
            next[device] = (next[device] ?? 0) + 1;
            const n = next[device] ?? 0;
            keeper.store(unplaced(`d${device}`, n)).then(
              () => acknowledged.push(`d${device}-2-${n}`),
              () => {},
            );
          } else if ("available" in step) queue.available = step.available;
          else await clock.runFor(step.wait);
        }
        queue.available = true;
        await clock.runFor(5_000);
        expect(new Set(queue.committed).size).toBe(queue.committed.length);
        expect([...queue.committed].sort()).toEqual([...acknowledged].sort());
        for (const device of ["d0", "d1", "d2", "d3"]) {
          const numbers = queue.committed
            .filter((id) => id.startsWith(`${device}-`))
            .map((id) => Number(id.split("-")[2]));
          expect(numbers).toEqual([...numbers].sort((x, y) => x - y));
        }
        expect(keeper.state).toBe("direct");
        expect(side.spool.sources.isEmpty).toBe(true);
      }),
      { numRuns: 150 },
    );
  });
});
