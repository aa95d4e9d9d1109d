import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { EdgeError } from "../../adapters/kit/edge-error.ts";
import { SeededRandom } from "../../adapters/kit/random.ts";
import { toInstant } from "../../adapters/kit/time.ts";
import { DEFAULT_DRAIN, Drain } from "./drain.ts";
import { openSpool, record, tagOf } from "./fixture.testing.ts";
import { GroupCommit, withGroup } from "./group-commit.ts";
import { MemoryDisk } from "./memory-disk.testing.ts";
import { type Move, StorePath } from "./store-path.ts";

const away = new EdgeError({ code: "queue.unavailable", blame: "network", retry: "backoff", message: "away" });
const fenced = new EdgeError({ code: "queue.fenced", blame: "us", retry: "never", message: "b:8" });
const overfull = new EdgeError({ code: "queue.overfull", blame: "us", retry: "backoff", message: "10000 wait" });
const overlong = new EdgeError({ code: "queue.overfull", blame: "us", retry: "never", message: "too large" });

function empty(held: readonly string[] = []): { isEmpty: boolean; held: Set<string>; holds(device: string): boolean } {
  const set = new Set(held);
  return { isEmpty: held.length === 0, held: set, holds: (device) => set.has(device) };
}

const ways = (moves: readonly Move<number>[]): string[] => moves.map((move) => `${move.entry}:${move.to}`);

describe("the way of an entry", () => {
  it("is direct while the queue takes it", () => {
    const path = new StorePath<number>(empty());
    expect(ways(path.offer("d", 1))).toEqual(["1:queue"]);
    expect(ways(path.offer("d", 2))).toEqual(["2:queue"]);
    expect(path.settled("d")).toEqual([]);
    expect(path.settled("d")).toEqual([]);
    expect(path.state).toBe("direct");
  });

  it("waits for the fate of those before it, then follows them into the spool", () => {
    const path = new StorePath<number>(empty());
    path.offer("d", 1);
    path.offer("d", 2);
    expect(ways(path.unsettled("d", 1, away))).toEqual(["1:spool"]);
    expect(path.offer("d", 3)).toEqual([]);
    expect(path.waiting).toBe(1);
    expect(ways(path.unsettled("d", 2, away))).toEqual(["2:spool", "3:spool"]);
    expect(ways(path.offer("e", 4))).toEqual(["4:spool"]);
  });

  it("leads into the spool behind those before it, also where a full queue told it first", () => {
    const path = new StorePath<number>(empty());
    for (const entry of [1, 2, 3, 4]) path.offer("d", entry);
    expect(path.unsettled("d", 3, overfull)).toEqual([]);
    expect(path.offer("d", 5)).toEqual([]);
    expect(path.unsettled("d", 4, overfull)).toEqual([]);
    expect(path.waiting).toBe(3);
    expect(path.settled("d")).toEqual([]);
    expect(ways(path.unsettled("d", 2, away))).toEqual(["2:spool", "3:spool", "4:spool", "5:spool"]);
    expect(path.waiting).toBe(0);
    expect(ways(path.offer("e", 6))).toEqual(["6:spool"]);
  });

  it("is direct for a device with nothing in the spool while others drain", () => {
    const spool = empty(["d"]);
    const path = new StorePath<number>(spool);
    expect(path.state).toBe("draining");
    expect(ways(path.offer("d", 1))).toEqual(["1:spool"]);
    expect(ways(path.offer("e", 2))).toEqual(["2:queue"]);
  });

  it("waits for the last commit of the drain, and is direct again after it", () => {
    const spool = empty(["d"]);
    const path = new StorePath<number>(spool);
    path.drainBegins(true);
    expect(path.state).toBe("closing");
    expect(path.offer("d", 1)).toEqual([]);
    expect(ways(path.offer("e", 2))).toEqual(["2:queue"]);
    spool.isEmpty = true;
    spool.held.clear();
    expect(ways(path.drainSucceeded())).toEqual(["1:queue"]);
    expect(path.state).toBe("direct");
  });

  it("leads back into the spool where that last commit fails", () => {
    const path = new StorePath<number>(empty(["d"]));
    path.drainBegins(true);
    path.offer("d", 1);
    expect(ways(path.drainFailed())).toEqual(["1:spool"]);
    expect(path.state).toBe("spilling");
  });

  it("ends where the reign ended, for it and for what waits behind", () => {
    const path = new StorePath<number>(empty());
    path.offer("d", 1);
    path.queueAway();
    path.offer("d", 2);
    expect(ways(path.unsettled("d", 1, fenced))).toEqual(["1:refuse", "2:refuse"]);
  });

  it("ends alone for an entry that can never be committed", () => {
    const path = new StorePath<number>(empty());
    path.offer("d", 1);
    path.offer("d", 2);
    expect(ways(path.unsettled("d", 1, overlong))).toEqual(["1:refuse"]);
    expect(path.state).toBe("direct");
  });

  it("is bounded", () => {
    const path = new StorePath<number>(empty(), { maxWaiting: 2 });
    path.offer("d", 1);
    path.queueAway();
    expect(path.offer("d", 2)).toEqual([]);
    expect(path.offer("d", 3)).toEqual([]);
    expect(path.offer("d", 4)).toMatchObject([{ to: "refuse", fault: { code: "spool.path.overfull" } }]);
  });
});

/** Devices, path, group, spool, drain and a queue that comes and goes. */
class Rig {
  readonly queue: { device: string; tag: number }[] = [];
  readonly #disk = new MemoryDisk();
  readonly #spool = openSpool(this.#disk, { maxBytes: 64 * 65_536 });
  readonly #group = new GroupCommit<undefined>();
  readonly #path = new StorePath<number>(withGroup(this.#spool, this.#group));
  readonly #drain = new Drain(this.#spool, { ...DEFAULT_DRAIN, batchMessages: 4 }, new SeededRandom(1));
  /** Under way in the committer, in order. */
  #flying: { device: string; tag: number }[] = [];
  #batch: readonly { device: string; tag: number }[] | undefined;
  #now = 0;

  offer(device: string, tag: number): void {
    this.#do(this.#path.offer(device, tag));
  }

  /** The queue answers for some of what is under way: taken in order, or everything rejected in order. */
  answer(count: number, isAway: boolean): void {
    const now = isAway ? this.#flying.splice(0) : this.#flying.splice(0, count);
    for (const { device, tag } of now) {
      if (!isAway) this.queue.push({ device, tag });
      this.#do(isAway ? this.#path.unsettled(device, tag, away) : this.#path.settled(device));
    }
  }

  append(): void {
    const group = this.#group.take();
    if (group.records.length === 0) return;
    this.#spool.append(group.records);
    this.#spool.sync();
  }

  drainBegins(): void {
    this.#now += 10_000;
    const plan = this.#drain.plan(toInstant(this.#now));
    if (plan.kind === "empty") this.#do(this.#group.length === 0 ? this.#path.drainSucceeded() : []);
    if (plan.kind !== "commit" || plan.batch.kind !== "records") return;
    this.#batch = plan.batch.records.map((one) => ({ device: one.device, tag: tagOf(one) }));
    this.#path.drainBegins(plan.batch.isLast && this.#group.length === 0);
  }

  drainEnds(isAway: boolean, part: number): void {
    if (this.#batch === undefined) return;
    const durable = isAway ? Math.floor(this.#batch.length * part) : this.#batch.length;
    this.queue.push(...this.#batch.slice(0, durable));
    this.#batch = undefined;
    this.#drain.finished(durable, isAway ? away : undefined, toInstant(this.#now));
    this.#do(isAway ? this.#path.drainFailed() : this.#path.drainSucceeded());
  }

  /** The weather clears: everything drains. */
  heal(): void {
    for (let round = 0; round < 1_000 && !this.#isQuiet(); round++) {
      this.answer(100, false);
      this.append();
      this.drainEnds(false, 1);
      this.drainBegins();
    }
    expect(this.#isQuiet()).toBe(true);
    expect(this.#path.state).toBe("direct");
  }

  #isQuiet(): boolean {
    const { state, waiting } = this.#path;
    return (
      state === "direct" &&
      waiting === 0 &&
      this.#flying.length === 0 &&
      this.#group.length === 0 &&
      this.#spool.isEmpty
    );
  }

  #do(moves: readonly Move<number>[]): void {
    for (const move of moves) {
      if (move.to === "queue") this.#flying.push({ device: move.device, tag: move.entry });
      if (move.to === "spool")
        this.#group.add(record(move.entry, { device: move.device }), undefined, toInstant(this.#now));
      expect(move.to).not.toBe("refuse");
    }
  }
}

type Turn =
  | { kind: "offer"; device: number }
  | { kind: "answer"; count: number; isAway: boolean }
  | { kind: "append" }
  | { kind: "begin" }
  | { kind: "end"; isAway: boolean; part: number };

const turn: fc.Arbitrary<Turn> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant("offer" as const), device: fc.integer({ min: 0, max: 3 }) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant("answer" as const),
      count: fc.integer({ min: 1, max: 5 }),
      isAway: fc.boolean(),
    }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("append" as const) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("begin" as const) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant("end" as const),
      isAway: fc.boolean(),
      part: fc.float({ min: 0, max: Math.fround(0.9), noNaN: true }),
    }),
  },
);

describe("queue, spool and queue again", () => {
  it("keep the order of every device, lose nothing and repeat nothing, whatever fails when", () => {
    fc.assert(
      fc.property(fc.array(turn, { minLength: 10, maxLength: 150 }), (turns) => {
        const rig = new Rig();
        const said = new Map<string, number[]>();
        let tag = 0;
        for (const one of turns) {
          if (one.kind === "offer") {
            const device = `d${one.device}`;
            said.set(device, [...(said.get(device) ?? []), ++tag]);
            rig.offer(device, tag);
          } else if (one.kind === "answer") rig.answer(one.count, one.isAway);
          else if (one.kind === "append") rig.append();
          else if (one.kind === "begin") rig.drainBegins();
          else rig.drainEnds(one.isAway, one.part);
        }
        rig.heal();
        const heard = new Map<string, number[]>();
        for (const { device, tag: one } of rig.queue) heard.set(device, [...(heard.get(device) ?? []), one]);
        expect(heard).toEqual(said);
      }),
      { numRuns: 400 },
    );
  });
});
