import { describe, expect, it } from "vitest";
import { EdgeError } from "../../adapters/kit/edge-error.ts";
import { SeededRandom } from "../../adapters/kit/random.ts";
import { type Instant, toInstant } from "../../adapters/kit/time.ts";
import { DEFAULT_DRAIN, Drain, type DrainBatch, type DrainSettings } from "./drain.ts";
import { openSpool, range, readAll, record, tags } from "./fixture.testing.ts";
import { GroupCommit } from "./group-commit.ts";
import { MemoryDisk } from "./memory-disk.testing.ts";
import type { Spool } from "./spool.ts";

const away = new EdgeError({ code: "queue.unavailable", blame: "network", retry: "backoff", message: "away" });
const fenced = new EdgeError({ code: "queue.fenced", blame: "us", retry: "never", message: "b:8" });
const overlong = new EdgeError({ code: "queue.overfull", blame: "us", retry: "never", message: "too large" });
const at = (ms: number): Instant => toInstant(ms);

function rig(count: number, settings: Partial<DrainSettings> = {}): { spool: Spool; drain: Drain } {
  const spool = openSpool(new MemoryDisk(), { maxBytes: 64 * 65_536, policy: "drop-newest" });
  for (const tag of range(1, count)) spool.append([record(tag)]);
  return { spool, drain: new Drain(spool, { ...DEFAULT_DRAIN, ...settings }, new SeededRandom(1)) };
}

function batchOf(drain: Drain, ms: number): DrainBatch {
  const plan = drain.plan(at(ms));
  if (plan.kind !== "commit") throw new Error(`planned ${plan.kind}`);
  return plan.batch;
}

const tagsOf = (batch: DrainBatch): number[] => (batch.kind === "records" ? tags(batch.records) : []);

describe("the drain", () => {
  it("goes first in, first out, one batch at a time, and says which is the last", () => {
    const { spool, drain } = rig(250);
    const first = batchOf(drain, 0);
    expect(tagsOf(first)).toEqual(range(1, 100));
    expect(drain.plan(at(0))).toEqual({ kind: "busy" });
    drain.finished(100, undefined, at(1));
    expect(spool.status().records).toBe(150);
    expect(batchOf(drain, 1)).toMatchObject({ isLast: false });
    drain.finished(100, undefined, at(2));
    const last = batchOf(drain, 2);
    expect([tagsOf(last), last]).toMatchObject([range(201, 250), { isLast: true }]);
    drain.finished(50, undefined, at(3));
    expect(drain.plan(at(3))).toEqual({ kind: "empty" });
  });

  it("keeps to messages and bytes a batch; the first record always fits", () => {
    const spool = openSpool(new MemoryDisk(), { maxBytes: 64 * 65_536 });
    for (const tag of range(1, 6)) spool.append([record(tag, { messages: 40, bytes: 1_000 })]);
    const settings = { ...DEFAULT_DRAIN, batchMessages: 100 };
    expect(tagsOf(batchOf(new Drain(spool, settings, new SeededRandom(1)), 0))).toEqual([1, 2]);
    expect(tagsOf(batchOf(new Drain(spool, { ...settings, batchMessages: 39 }, new SeededRandom(1)), 0))).toEqual([1]);
    expect(tagsOf(batchOf(new Drain(spool, { ...settings, batchBytes: 10 }, new SeededRandom(1)), 0))).toEqual([1]);
  });

  it("is no faster than allowed", () => {
    const { drain } = rig(2_000, { recordsPerSecond: 500, burst: 50, batchMessages: 100 });
    let sent = 0;
    let now = 0;
    while (now < 2_000) {
      const plan = drain.plan(at(now));
      if (plan.kind === "commit" && plan.batch.kind === "records") {
        sent += plan.batch.records.length;
        drain.finished(plan.batch.records.length, undefined, at(now));
      } else if (plan.kind === "wait") {
        expect(plan.until).toBeGreaterThan(now);
        now = plan.until;
      }
    }
    expect(sent).toBeGreaterThanOrEqual(1_000);
    expect(sent).toBeLessThanOrEqual(1_060);
  });

  it("pauses longer and longer while the queue is away, keeps what got there, and tries at once when told", () => {
    const { spool, drain } = rig(10);
    batchOf(drain, 0);
    drain.finished(4, away, at(0));
    expect(readAll(spool)).toEqual(range(5, 10));
    const first = drain.plan(at(0));
    expect(first.kind).toBe("wait");
    let now = first.kind === "wait" ? first.until : 0;
    expect(now).toBeLessThanOrEqual(100);
    const pauses: number[] = [];
    for (const _ of range(1, 8)) {
      expect(tagsOf(batchOf(drain, now))).toEqual(range(5, 10));
      drain.finished(0, away, at(now));
      const plan = drain.plan(at(now));
      if (plan.kind !== "wait") throw new Error(plan.kind);
      pauses.push(plan.until - now);
      now = plan.until;
    }
    expect(pauses.at(-1)).toBeGreaterThan(2_400);
    expect(Math.max(...pauses)).toBeLessThanOrEqual(5_000);
    batchOf(drain, now);
    drain.finished(0, away, at(now));
    drain.encourage();
    expect(drain.plan(at(now)).kind).toBe("commit");
  });

  it("finds the one record the queue refuses for good, gives it up alone and says so", () => {
    for (const bad of [1, 37, 100, 150]) {
      const { spool, drain } = rig(150);
      const queue: number[] = [];
      const gaps: unknown[] = [];
      for (let turn = 0; turn < 100; turn++) {
        const plan = drain.plan(at(turn));
        if (plan.kind === "empty") break;
        if (plan.kind !== "commit") throw new Error(plan.kind);
        if (plan.batch.kind === "gaps") {
          gaps.push(...plan.batch.gaps);
          drain.finished(1, undefined, at(turn));
          continue;
        }
        const batch = tagsOf(plan.batch);
        const isRefused = batch.includes(bad);
        if (!isRefused) queue.push(...batch);
        drain.finished(isRefused ? 0 : batch.length, isRefused ? overlong : undefined, at(turn));
      }
      expect(queue).toEqual(range(1, 150).filter((tag) => tag !== bad));
      expect(gaps).toMatchObject([{ reason: "undeliverable", messages: 1, from: { sequence: bad } }]);
      expect(spool.status()).toMatchObject({ records: 0, gaps: 0, dropped: { undeliverable: 1 } });
    }
  });

  it("keeps everything when it is fenced", () => {
    const { spool, drain } = rig(3);
    batchOf(drain, 0);
    drain.finished(0, fenced, at(0));
    expect(drain.plan(at(0)).kind).toBe("wait");
    expect(readAll(spool)).toEqual([1, 2, 3]);
  });

  it("announces drops first, and again where that failed", () => {
    const { spool, drain } = rig(5);
    const [first] = spool.read({ maxRecords: 1, maxBytes: 1 });
    if (first !== undefined) spool.discard(first.position, "age");
    const gap = { kind: "gaps", gaps: [{ device: "dev_1", reason: "age", messages: 1 }] };
    expect(batchOf(drain, 0)).toMatchObject(gap);
    drain.finished(0, away, at(0));
    expect(batchOf(drain, 9_000)).toMatchObject(gap);
    drain.finished(1, undefined, at(9_000));
    expect(tagsOf(batchOf(drain, 9_000))).toEqual([2, 3, 4, 5]);
  });
});

describe("group commit", () => {
  it("gathers until the first has waited long enough", () => {
    const group = new GroupCommit<string>({ lingerMs: 2, maxBytes: 1_000_000, maxRecords: 1_000 });
    expect(group.wakeAt).toBeUndefined();
    group.add(record(1), "one", at(10));
    group.add(record(2), "two", at(11));
    expect(group.wakeAt).toBe(12);
    expect([group.isDue(at(11.9)), group.isDue(at(12))]).toEqual([false, true]);
    expect([group.holds("dev_1"), group.holds("dev_9")]).toEqual([true, false]);
    expect(group.take()).toMatchObject({ records: [{ sequence: 1 }, { sequence: 2 }], tokens: ["one", "two"] });
    expect([group.length, group.wakeAt, group.holds("dev_1")]).toEqual([0, undefined, false]);
  });

  it("is due at once at its limits, and never above them", () => {
    const size = record(1).payload.length;
    const group = new GroupCommit<number>({ lingerMs: 1_000, maxBytes: 3 * size, maxRecords: 3 });
    expect(group.hasRoomFor(record(1, { bytes: 10_000 }))).toBe(true);
    for (const n of [1, 2]) group.add(record(n), n, at(0));
    expect([group.isDue(at(0)), group.hasRoomFor(record(3)), group.hasRoomFor(record(3, { bytes: 1 }))]).toEqual([
      false,
      true,
      false,
    ]);
    group.add(record(3), 3, at(0));
    expect([group.isDue(at(0)), group.hasRoomFor(record(4))]).toEqual([true, false]);
  });
});
