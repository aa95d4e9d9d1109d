import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { SeededRandom } from "../../adapters/kit/random.ts";
import { toInstant } from "../../adapters/kit/time.ts";
import { pureCrc32 } from "./crc32.ts";
import { openSpool, range, readAll, record, SMALL, tagOf } from "./fixture.testing.ts";
import { MemoryDisk } from "./memory-disk.testing.ts";
import { Mirror } from "./mirror.ts";
import { Replica, type ReplicaPiece, type ReplicaStep } from "./replica.ts";
import type { Spool } from "./spool.ts";

const BIG = { maxBytes: 64 * 65_536 };
const SETTINGS = { windowBytes: 20_000, pieceBytes: 700, batchBytes: 3_000, ackTimeoutMs: 1_000, crc32: pureCrc32 };

/** Two agents' disks and the link between them, a piece at a time. */
class Pair {
  readonly ownerDisk = new MemoryDisk();
  readonly mirrorDisks = new Map<string, MemoryDisk>();
  owner: Spool;
  replica: Replica;
  mirror = new Mirror(SETTINGS);
  kept: Spool | undefined;
  now = 0;
  #toMirror: ReplicaPiece[] = [];
  #toOwner: ReplicaPiece[] = [];
  #isUp = false;
  /** Acknowledged when everything the keeper said before has arrived. */
  #owed: number | undefined;
  readonly #keptSettings: { readonly maxBytes: number };

  constructor(keptSettings = BIG) {
    this.#keptSettings = keptSettings;
    this.owner = openSpool(this.ownerDisk, BIG, { incarnation: "aa" });
    this.replica = new Replica(this.owner, SETTINGS);
  }

  get at(): ReturnType<typeof toInstant> {
    return toInstant(this.now);
  }

  append(tags: readonly number[]): void {
    for (const tag of tags) this.owner.append([record(tag, { bytes: (tag * 37) % 900 })]);
    this.owner.sync();
    this.#take(this.replica.changed(this.at));
  }

  trim(count: number): void {
    const last = this.owner.read({ maxRecords: count, maxBytes: 1e9 }).at(-1);
    if (last !== undefined) this.owner.trim(last.position);
    this.#take(this.replica.changed(this.at));
  }

  up(): void {
    this.down();
    this.#isUp = true;
    this.mirror.linkUp();
    this.#take(this.replica.linkUp());
  }

  down(): void {
    this.#isUp = false;
    this.#toMirror = [];
    this.#toOwner = [];
    this.#owed = undefined;
    this.replica.linkDown();
    this.mirror.linkDown();
  }

  /** Carries at most so many pieces each way. */
  carry(pieces = 10_000): void {
    for (let n = 0; n < pieces && this.#isUp; n++) {
      const there = this.#toMirror.shift();
      const back = this.#toOwner.shift();
      if (there === undefined && back === undefined) return;
      if (there !== undefined) this.#keep(there);
      if (back !== undefined) this.#take(this.replica.receive(back.bytes, this.at));
      if (this.#owed === undefined || this.#toOwner.length > 0) continue;
      this.#take(this.replica.acknowledged(this.#owed, this.at));
      this.#owed = undefined;
    }
  }

  wake(): void {
    this.#take(this.replica.wake(this.at));
  }

  /** The keeper looks whether it has room again. */
  room(): void {
    if (this.#isUp) this.#toOwner.push(...this.mirror.wake().send);
  }

  restartOwner(): void {
    this.down();
    this.owner = openSpool(this.ownerDisk, BIG, { incarnation: "aa" });
    this.replica = new Replica(this.owner, SETTINGS);
  }

  restartKeeper(): void {
    this.down();
    this.mirror = new Mirror(SETTINGS);
    this.kept = undefined;
  }

  /** What the disks hold together, as after the loss of one of them. */
  mirrored(): number[] {
    return this.kept === undefined ? [] : readAll(this.kept);
  }

  #keep(piece: ReplicaPiece): void {
    let step = this.mirror.receive(piece.bytes);
    if (step.needs !== undefined) {
      const disk = this.mirrorDisks.get(step.needs) ?? new MemoryDisk();
      this.mirrorDisks.set(step.needs, disk);
      this.kept = openSpool(disk, this.#keptSettings, { incarnation: step.needs });
      step = this.mirror.attach(this.kept);
    }
    this.#toOwner.push(...step.send);
    this.#owed = step.stored ?? this.#owed;
  }

  #take(step: ReplicaStep): void {
    if (this.#isUp) this.#toMirror.push(...step.send);
  }
}

describe("a mirrored spool", () => {
  it("says durable when both disks have it", () => {
    const pair = new Pair();
    pair.up();
    pair.carry();
    expect(pair.replica.state).toBe("mirrored");
    pair.append([1, 2, 3]);
    expect(pair.owner.settled).toBe(pair.owner.last);
    expect(pair.replica.durable()).toBeLessThan(pair.owner.last);
    pair.carry();
    expect(pair.replica.durable()).toBe(pair.owner.last);
    expect(pair.mirrored()).toEqual([1, 2, 3]);
    expect(pair.replica.storedAlone).toBe(0);
  });

  it("is not waited for while it is away, says so, and gets what it missed", () => {
    const pair = new Pair();
    pair.append(range(1, 300));
    expect(pair.replica.state).toBe("alone");
    expect(pair.replica.durable()).toBe(pair.owner.last);
    expect(pair.replica.storedAlone).toBe(300);
    pair.up();
    pair.carry(4);
    expect(pair.replica.state).toBe("catching-up");
    pair.append([301]);
    expect(pair.replica.durable(), "nobody waits while it catches up").toBe(pair.owner.last);
    pair.carry();
    expect(pair.replica.state).toBe("mirrored");
    expect(pair.mirrored()).toEqual(range(1, 301));
  });

  it("forgets what the owner delivered, also while they did not see each other", () => {
    const pair = new Pair();
    pair.up();
    pair.append(range(1, 100));
    pair.carry();
    pair.trim(40);
    pair.carry();
    expect(pair.mirrored()).toEqual(range(41, 100));
    pair.down();
    pair.trim(70);
    pair.append(range(101, 110));
    pair.up();
    pair.carry();
    expect(pair.mirrored()).toEqual(range(101, 110));
  });

  it("that stops storing is waited for until the timeout, once", () => {
    const pair = new Pair();
    pair.up();
    pair.carry();
    pair.append([1]);
    const before = pair.replica.durable();
    expect(before).toBeLessThan(pair.owner.last);
    pair.now = 999;
    pair.wake();
    expect(pair.replica.state).toBe("mirrored");
    pair.now = 1_000;
    pair.wake();
    expect(pair.replica).toMatchObject({ state: "catching-up", degradations: 1 });
    expect(pair.replica.durable()).toBe(pair.owner.last);
    pair.append([2]);
    expect(pair.replica.state, "what was sent before is still owed").toBe("catching-up");
    pair.carry();
    expect(pair.replica.state).toBe("mirrored");
    expect(pair.mirrored()).toEqual([1, 2]);
  });

  it("gives back what the owner's disk lost", () => {
    const pair = new Pair();
    pair.up();
    pair.append(range(1, 60));
    pair.carry();
    pair.down();
    pair.owner.close();
    const name = "segment-0000000001";
    const bytes = pair.ownerDisk.read(name) ?? new Uint8Array();
    // One record in the middle, and everything from some place to the end.
    bytes[6_000] = (bytes[6_000] ?? 0) ^ 4;
    bytes.fill(0, 20_000);
    pair.ownerDisk.put(name, bytes);
    pair.restartOwner();
    const left = readAll(pair.owner);
    expect(left.length).toBeLessThan(50);
    pair.append([61]);
    pair.up();
    pair.carry();
    const now = readAll(pair.owner);
    expect([...new Set(now)].sort((a, b) => a - b)).toEqual(range(1, 61));
    expect(pair.owner.status()).toMatchObject({ restored: 60 - left.length });
    expect(pair.owner.wanted).toEqual([]);
    expect(new Set(pair.mirrored())).toEqual(new Set(range(1, 61)));
    expect(pair.replica.state).toBe("mirrored");
  });

  it("keeps what a lost disk had acknowledged: a new directory is another stream", () => {
    const pair = new Pair();
    pair.up();
    pair.append(range(1, 20));
    pair.carry();
    for (const name of pair.ownerDisk.list()) pair.ownerDisk.remove(name);
    pair.down();
    pair.owner = openSpool(pair.ownerDisk, BIG, { incarnation: "bb" });
    pair.replica = new Replica(pair.owner, SETTINGS);
    const old = pair.kept;
    pair.up();
    pair.append([1_000]);
    pair.carry();
    expect(pair.mirrored()).toEqual([1_000]);
    expect(old === undefined ? [] : readAll(old)).toEqual(range(1, 20));
  });

  it("refuses records it cannot join to what it has, and bytes that are none", () => {
    const pair = new Pair();
    pair.mirror.linkUp();
    const damaged = expect.objectContaining({ code: "spool.batch.damaged" });
    expect(() => pair.mirror.receive(new Uint8Array([0, 0, 0, 1, 9]))).toThrowError(damaged);
    pair.mirror.linkUp();
    expect(() => pair.mirror.receive(new Uint8Array([0xff, 0, 0, 1, 9]))).toThrowError(damaged);
    pair.mirror.linkUp();
    expect(() => pair.mirror.receive(new Uint8Array([0, 0, 0, 9, 3, 0, 0, 0, 0, 0, 0, 0, 1]))).toThrowError(damaged);
  });
});

type Turn =
  | "append"
  | "flood"
  | "room"
  | "trim"
  | "trim-most"
  | "up"
  | "down"
  | "carry"
  | "some"
  | "owner"
  | "keeper"
  | "crash"
  | "tick";

describe("owner and mirror", () => {
  it("never call durable-on-both what the peer's disk does not have, whatever breaks when", () => {
    const turn = fc.constantFrom<Turn>(
      "append",
      "append",
      "append",
      "flood",
      "room",
      "room",
      "trim",
      "trim-most",
      "up",
      "down",
      "carry",
      "some",
      "some",
      "owner",
      "keeper",
      "crash",
      "tick",
    );
    fc.assert(
      fc.property(fc.array(turn, { minLength: 5, maxLength: 80 }), fc.integer(), (turns, seed) => {
        const random = new SeededRandom(seed);
        const pair = new Pair(SMALL);
        let tag = 0;
        for (const one of turns) {
          if (one === "append") {
            const from = tag + 1;
            tag += random.between(1, 9);
            pair.append(range(from, tag));
          }
          if (one === "flood") {
            pair.append(range(tag + 1, tag + 100));
            tag += 100;
          }
          if (one === "room") pair.room();
          if (one === "trim") pair.trim(random.below(10));
          if (one === "trim-most") pair.trim(300);
          if (one === "up") pair.up();
          if (one === "down") pair.down();
          if (one === "carry") pair.carry();
          if (one === "some") pair.carry(random.below(6));
          if (one === "owner") pair.restartOwner();
          if (one === "keeper") pair.restartKeeper();
          if (one === "tick") {
            pair.now += 600;
            pair.wake();
          }
          if (one === "crash") {
            for (const disk of pair.mirrorDisks.values()) disk.crash(random);
            pair.restartKeeper();
          }
          if (pair.replica.state !== "mirrored" || pair.kept === undefined) continue;
          const through = Math.min(pair.replica.durable(), pair.replica.mirrored);
          const promised = pair.owner
            .read({ maxRecords: 1e6, maxBytes: 1e9 })
            .filter((record) => record.position <= through);
          expect(pair.mirrored()).toEqual(expect.arrayContaining(promised.map(tagOf)));
        }
        pair.up();
        pair.carry();
        for (let rounds = 0; pair.replica.state !== "mirrored" && rounds < 200; rounds++) {
          pair.trim(100);
          pair.carry();
          pair.room();
          pair.carry();
        }
        expect(pair.mirrored()).toEqual(readAll(pair.owner));
        expect(pair.replica.durable()).toBe(pair.owner.settled);
      }),
      { numRuns: 200 },
    );
  });
});
