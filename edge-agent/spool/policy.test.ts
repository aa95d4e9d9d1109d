import { describe, expect, it } from "vitest";
import type { Gap } from "./gap.ts";
import { openSpool, range, readAll, record, SetClock } from "./fixture.testing.ts";
import { MemoryDisk } from "./memory-disk.testing.ts";
import { ORIGIN } from "./position.ts";
import type { Spool } from "./spool.ts";

const FULL = expect.objectContaining({ code: "spool.full", retry: "backoff" });

/** Appends one at a time until the spool refuses or drops one; returns the tag that found no room. */
function fill(
  spool: Spool,
  make: (tag: number) => ReturnType<typeof record> = (tag) => record(tag, { bytes: 1_000 }),
): number {
  for (let tag = 1; tag < 10_000; tag++) {
    try {
      if (spool.append([make(tag)]).dropped > 0) return tag;
    } catch (thrown) {
      expect(thrown).toEqual(FULL);
      return tag;
    }
    if (spool.status().dropped.evicted > 0) return tag;
    if (tag % 10 === 0) spool.sync();
  }
  throw new Error("it never got full");
}

const messages = (gaps: readonly Gap[]): number => gaps.reduce((sum, gap) => sum + gap.messages, 0);

describe("a full spool", () => {
  it("refuses under `block`, drops nothing, and takes again once something was delivered", () => {
    const disk = new MemoryDisk();
    const spool = openSpool(disk, { policy: "block" });
    const refused = fill(spool);
    expect(spool.status()).toMatchObject({
      condition: "full",
      why: "quota",
      refused: 1,
      records: refused - 1,
      gaps: 0,
    });
    expect(disk.used()).toBeLessThanOrEqual(4 * 65_536 + 4_096);
    expect(readAll(spool)).toEqual(range(1, refused - 1));
    const half = spool.read({ maxRecords: Math.floor(refused / 2), maxBytes: 1e9 });
    spool.trim(half.at(-1)?.position ?? ORIGIN);
    expect(spool.status().condition).toBe("open");
    spool.append([record(refused)]);
    expect(readAll(spool).at(-1)).toBe(refused);
  });

  it("is noticed before the last segment is used up: a batch fits whole or not at all", () => {
    const spool = openSpool(new MemoryDisk(), { policy: "block" });
    fill(spool, (tag) => record(tag, { bytes: 7_000 }));
    const before = readAll(spool);
    expect(() => spool.append(range(1, 9).map((tag) => record(10_000 + tag, { bytes: 6_000 })))).toThrowError(FULL);
    expect(readAll(spool)).toEqual(before);
  });

  it("drops the newest under `drop-newest`, counts it and says between which it was", () => {
    const disk = new MemoryDisk();
    const spool = openSpool(disk, { policy: "drop-newest" });
    const first = fill(spool, (tag) => record(tag, { bytes: 1_000, device: "d" }));
    spool.append([record(first + 1, { bytes: 1_000, device: "d", messages: 3 })]);
    spool.sync();
    expect(spool.status().dropped.full).toBe(4);
    const gap = {
      device: "d",
      reason: "full",
      messages: 4,
      records: 2,
      from: { epoch: 1, sequence: first },
      to: { epoch: 1, sequence: first + 3 },
    };
    // Killed before anybody was told: the gap is on the medium and handed out again.
    const again = openSpool(disk, { policy: "drop-newest" });
    expect(again.takeGaps()).toMatchObject([gap]);
    expect(openSpool(disk, { policy: "drop-newest" }).takeGaps()).toMatchObject([gap]);
    again.gapsForwarded();
    expect(openSpool(disk, { policy: "drop-newest" }).takeGaps()).toEqual([]);
  });

  it("drops the oldest under `drop-oldest`: sent = there + counted", () => {
    const disk = new MemoryDisk();
    const spool = openSpool(disk, { policy: "drop-oldest" });
    for (const tag of range(1, 2_000)) {
      spool.append([record(tag, { bytes: 500 })]);
      if (tag % 50 === 0) spool.sync();
    }
    const there = readAll(spool);
    const { dropped } = spool.status();
    expect(there).toEqual(range(2_001 - there.length, 2_000));
    expect(dropped.evicted).toBe(2_000 - there.length);
    expect(disk.used()).toBeLessThanOrEqual(4 * 65_536 + 65_536);
    const again = openSpool(disk, { policy: "drop-oldest" });
    expect(again.findings).toEqual([]);
    expect(readAll(again)).toEqual(there);
    const gaps = again.takeGaps();
    expect(messages(gaps)).toBe(dropped.evicted);
    expect(gaps.map((gap) => gap.device).sort()).toEqual(range(0, 6).map((n) => `dev_${n}`));
  });

  it("keeps the last memory of every device whose records it drops", () => {
    const spool = openSpool(new MemoryDisk(), { policy: "drop-oldest" });
    const decoder = new TextDecoder();
    for (const tag of range(1, 5)) spool.append([record(tag, { device: "silent", memory: true })]);
    for (const tag of range(6, 900)) spool.append([record(tag, { bytes: 500, device: "loud", memory: tag % 2 === 0 })]);
    const [first] = spool.read({ maxRecords: 1, maxBytes: 1 });
    expect(first).toMatchObject({ device: "silent", class: "memory", messages: 0, hasMemory: true });
    expect(JSON.parse(decoder.decode(first?.payload))).toEqual({ device: "silent", messages: [], memory: { tag: 5 } });
    expect(spool.status().dropped.evicted).toBeGreaterThan(100);
  });
});

describe("by priority", () => {
  const mixed = (tag: number): ReturnType<typeof record> =>
    record(tag, { bytes: 500, class: tag % 10 === 0 ? "event" : "reading" });

  it("gives up old readings for new records, and no event", () => {
    const disk = new MemoryDisk();
    const spool = openSpool(disk, { policy: "by-priority" });
    for (const tag of range(1, 1_500)) spool.append([mixed(tag)]);
    spool.sync();
    const there = readAll(spool);
    expect(there.filter((tag) => tag % 10 === 0)).toEqual(range(1, 150).map((n) => n * 10));
    expect([...there].sort((a, b) => a - b)).toEqual(there);
    expect(there.at(-1)).toBe(1_500);
    expect(spool.status().dropped).toMatchObject({ evicted: 1_500 - there.length, full: 0 });
    const again = openSpool(disk, { policy: "by-priority" });
    expect(readAll(again)).toEqual(there);
    expect(again.findings).toEqual([]);
    expect(again.status()).toMatchObject({
      records: there.length,
      dropped: { evicted: 1_500 - there.length, damaged: 0 },
    });
    expect(messages(again.takeGaps())).toBe(1_500 - there.length);
    expect(disk.used()).toBeLessThanOrEqual(5 * 65_536);
  });

  it("drains what was lifted out before what was not, and forgets it", () => {
    const disk = new MemoryDisk();
    const spool = openSpool(disk, { policy: "by-priority" });
    for (const tag of range(1, 1_500)) spool.append([mixed(tag)]);
    const there = readAll(spool);
    const drained: number[] = [];
    for (;;) {
      const batch = spool.read({ maxRecords: 7, maxBytes: 20_000 });
      const last = batch.at(-1);
      if (last === undefined) break;
      drained.push(...batch.map((one) => one.sequence));
      spool.trim(last.position);
    }
    expect(drained).toEqual(there);
    expect(spool.isEmpty).toBe(true);
    expect(disk.list().filter((name) => name.startsWith("lifted-"))).toEqual([]);
  });

  it("refuses an event and drops a reading where only events are left", () => {
    const spool = openSpool(new MemoryDisk(), { policy: "by-priority" });
    const refused = fill(spool, (tag) => record(tag, { bytes: 1_000, class: "event" }));
    expect(() =>
      spool.append([record(1, { bytes: 1_000 }), record(2, { bytes: 1_000, class: "reading" })]),
    ).toThrowError(FULL);
    expect(spool.append([record(9_000, { bytes: 1_000, class: "reading" })])).toEqual({
      positions: [undefined],
      dropped: 1,
    });
    expect(spool.status()).toMatchObject({ condition: "full", refused: 3, dropped: { full: 1, evicted: 0 } });
    expect(readAll(spool)).toEqual(range(1, refused - 1));
  });
});

describe("age", () => {
  it("drops what is older than the limit and not what is exactly as old", () => {
    const clock = new SetClock();
    const spool = openSpool(new MemoryDisk(), { policy: "drop-oldest", maxAgeMs: 1_000 }, { clock });
    for (const tag of range(1, 5)) {
      spool.append([record(tag)]);
      clock.ms += 100;
    }
    clock.ms = 1_200;
    expect(spool.status().oldestAgeMs).toBe(1_200);
    expect(spool.expire()).toBe(2);
    expect(readAll(spool)).toEqual([3, 4, 5]);
    expect(spool.expire()).toBe(0);
    expect(spool.status()).toMatchObject({ oldestAgeMs: 1_000, dropped: { age: 2 } });
    clock.ms = 9_000;
    expect(spool.expire(2)).toBe(2);
    expect(readAll(spool)).toEqual([5]);
  });
});

describe("a full disk", () => {
  it("is a state: the spare segment keeps the commit under way whole, the policy decides the rest, and it passes", () => {
    const disk = new MemoryDisk();
    const spool = openSpool(disk, { policy: "block" });
    spool.append([record(1, { bytes: 1_000 })]);
    spool.prepare();
    disk.capacity = disk.used();
    let last = 1;
    expect(() => {
      for (; ; last++) spool.append([record(last + 1, { bytes: 1_000 })]);
    }).toThrowError(FULL);
    spool.sync();
    expect(last).toBeGreaterThan(100);
    expect(spool.status()).toMatchObject({ condition: "full", why: "disk.full" });
    expect(readAll(spool)).toEqual(range(1, last));
    const { creates } = disk.calls;
    for (const _ of range(1, 50)) expect(() => spool.append([record(0, { bytes: 1_000 })])).toThrowError(FULL);
    expect(disk.calls.creates, "it asks for free bytes before it writes a segment of zeros").toBe(creates);
    disk.capacity = Number.MAX_SAFE_INTEGER;
    spool.prepare();
    expect(spool.status().condition).toBe("open");
    spool.append([record(last + 1)]);
    spool.sync();
    expect(readAll(openSpool(disk))).toEqual(range(1, last + 1));
  });

  it("is left by draining even where the cursor cannot be written for want of space", () => {
    const disk = new MemoryDisk();
    const spool = openSpool(disk, { policy: "block" });
    const refused = fill(spool);
    disk.capacity = 0;
    const read = spool.read({ maxRecords: refused - 5, maxBytes: 1e9 });
    const before = disk.list().length;
    spool.trim(read.at(-1)?.position ?? ORIGIN);
    expect(disk.list().length).toBeLessThan(before);
    disk.capacity = Number.MAX_SAFE_INTEGER;
    spool.sync();
    expect(readAll(openSpool(disk))).toEqual(range(refused - 4, refused - 1));
  });
});

describe("a failing disk", () => {
  it("is answered with a fresh segment: nothing is lost, and the failed one is never synced again", () => {
    const disk = new MemoryDisk();
    const spool = openSpool(disk, { policy: "block" });
    spool.append([record(1)]);
    spool.sync();
    spool.append([record(2), record(3)]);
    disk.failing.sync = 1;
    spool.sync();
    expect(spool.status()).toMatchObject({ abandonedSegments: 1, unsyncedRecords: 0 });
    disk.crash({ below: () => 2 } as never);
    const again = openSpool(disk);
    expect(readAll(again)).toEqual([1, 2, 3]);
    expect(again.status().dropped.damaged).toBe(0);
  });

  it("is `spool.failed` where the fresh one fails too; what was durable is still there", () => {
    const disk = new MemoryDisk();
    const spool = openSpool(disk);
    spool.append([record(1)]);
    spool.sync();
    spool.append([record(2)]);
    disk.failing.sync = 2;
    const failed = expect.objectContaining({ code: "spool.failed", retry: "never", blame: "operator" });
    expect(() => spool.sync()).toThrowError(failed);
    expect(spool.status().condition).toBe("failed");
    expect(() => spool.append([record(3)])).toThrowError(failed);
    expect(() => spool.sync()).toThrowError(failed);
    spool.close();
    expect(readAll(openSpool(disk))[0]).toBe(1);
  });
});

describe("limits at their edges", () => {
  it("takes a record of exactly the limit and refuses one byte more, whatever else is in the call", () => {
    const spool = openSpool(new MemoryDisk(), { maxRecordBytes: 1_000 });
    const uid = "dev_1";
    const payload = (length: number) => ({ ...record(1, { device: uid }), payload: new Uint8Array(length).fill(120) });
    spool.append([payload(1_000 - 64 - uid.length)]);
    const overlong = expect.objectContaining({ code: "spool.record.overlong" });
    expect(() => spool.append([record(2), payload(1_001 - 64 - uid.length)])).toThrowError(overlong);
    expect(spool.status().records).toBe(1);
  });

  it("takes an append of exactly the limit and refuses one byte more", () => {
    const spool = openSpool(new MemoryDisk(), { maxRecordBytes: 10_000, maxUnsyncedBytes: 10_000 });
    const sized = (length: number) => ({
      ...record(1, { device: "dev_1" }),
      payload: new Uint8Array(length - 69).fill(120),
    });
    spool.append([sized(4_000), sized(6_000)]);
    expect(() => spool.append([sized(4_000), sized(6_001)])).toThrowError(
      expect.objectContaining({ code: "spool.batch.overlong" }),
    );
    expect(spool.status().unsyncedRecords).toBe(2);
    spool.append([sized(100)]);
    expect(spool.status().unsyncedRecords, "more unsynced than allowed: it synced first").toBe(1);
  });

  it("says when it will be full at this rate, and nothing while it does not grow", () => {
    const clock = new SetClock();
    const spool = openSpool(new MemoryDisk(), {}, { clock });
    expect(spool.status().timeToFullMs).toBeUndefined();
    for (const tag of range(1, 600)) {
      clock.ms += 1_000;
      spool.append([record(tag, { bytes: 100 })]);
      const [oldest] = spool.read({ maxRecords: 1, maxBytes: 1 });
      if (tag > 300 && oldest !== undefined) spool.trim(oldest.position);
      if (tag !== 300) continue;
      const { timeToFullMs = 0, maxBytes, bytes } = spool.status();
      const perSecond = bytes / 300;
      expect(timeToFullMs / ((maxBytes - bytes) / perSecond / 0.001)).toBeCloseTo(1, 1);
    }
    expect(spool.status().timeToFullMs ?? Number.MAX_SAFE_INTEGER).toBeGreaterThan(3_600_000);
  });
});
