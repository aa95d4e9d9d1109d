import { describe, expect, it } from "vitest";
import { EVERYTHING, openSpool, range, readAll, record, SetClock } from "./fixture.testing.ts";
import { MemoryDisk } from "./memory-disk.testing.ts";
import type { Spool } from "./spool.ts";

const FIRST = "segment-0000000001";
const FAILED = expect.objectContaining({ code: "spool.failed" });

/** One record durable, one on its way when the disk stops keeping anything. */
function failedSpool(disk: MemoryDisk, clock: SetClock = new SetClock()): Spool {
  const spool = openSpool(disk, {}, { clock });
  spool.append([record(1)]);
  spool.sync();
  spool.append([record(2)]);
  disk.failing.sync = 2;
  expect(() => spool.sync()).toThrowError(FAILED);
  return spool;
}

describe("a failed spool", () => {
  it("goes on once the disk keeps again, without what nobody was told was received", () => {
    const disk = new MemoryDisk();
    const spool = failedSpool(disk);
    expect(spool.status()).toMatchObject({ condition: "failed", records: 1, unsyncedRecords: 0 });
    expect(spool.status().fault).toContain("injected fault of sync");
    spool.mend();
    expect(spool.status()).toMatchObject({ condition: "open", fault: undefined, mended: 1 });
    expect(readAll(spool)).toEqual([1]);
    spool.append([record(3)]);
    spool.sync();
    disk.crash({ below: () => 0 } as never);
    const again = openSpool(disk);
    expect(readAll(again)).toEqual([1, 3]);
    expect(again.status().dropped.damaged).toBe(0);
    expect(again.findings.map((one) => one.kind)).not.toContain("records-lost");
  });

  it("stays failed while the disk does, and says why; nothing it holds is touched", () => {
    const disk = new MemoryDisk();
    const spool = failedSpool(disk);
    disk.failing.create = 2;
    for (let attempt = 0; attempt < 2; attempt++) expect(() => spool.mend()).toThrowError(FAILED);
    expect(spool.status()).toMatchObject({ condition: "failed", fault: "no fresh segment can be made" });
    disk.failing.replace = 1;
    expect(() => spool.mend()).toThrowError(FAILED);
    expect(spool.status().fault).toBe("injected fault of replace");
    expect(readAll(spool)).toEqual([1]);
    spool.mend();
    expect(spool.status().condition).toBe("open");
  });

  it("is full rather than failed where all that is missing is room, and takes again when there is some", () => {
    const disk = new MemoryDisk();
    const spool = failedSpool(disk);
    const { capacity } = disk;
    disk.capacity = 0;
    spool.mend();
    expect(spool.status()).toMatchObject({ condition: "full", why: "disk.full" });
    disk.capacity = capacity;
    spool.prepare();
    spool.append([record(3)]);
    spool.sync();
    expect(readAll(spool)).toEqual([1, 3]);
  });

  it("does not take an empty directory for its own: what was in it may be mounted again", () => {
    const disk = new MemoryDisk();
    const spool = failedSpool(disk);
    const files = disk.list().map((name) => [name, disk.read(name) ?? new Uint8Array()] as const);
    for (const [name] of files) disk.remove(name);
    expect(() => spool.mend()).toThrowError(FAILED);
    expect(spool.status().fault).toBe("the directory is empty, and 1 records were in it");
    for (const [name, bytes] of files) disk.put(name, bytes);
    spool.mend();
    expect(readAll(spool)).toEqual([1]);
  });

  it("does not go on in a directory in which somebody else has begun", () => {
    const disk = new MemoryDisk();
    const spool = failedSpool(disk);
    for (const name of disk.list()) disk.remove(name);
    openSpool(disk, {}, { incarnation: "ff" }).close();
    expect(() => spool.mend()).toThrowError(FAILED);
    expect(spool.status().fault).toBe("the directory holds another spool than before");
  });

  it("forgets nothing that was delivered meanwhile, and leaves no files of its failures behind", () => {
    const disk = new MemoryDisk();
    const spool = failedSpool(disk);
    const before = disk.list().length;
    spool.trim(spool.last);
    spool.mend();
    for (let failure = 0; failure < 5; failure++) {
      spool.append([record(10 + failure)]);
      disk.failing.sync = 2;
      expect(() => spool.sync()).toThrowError(FAILED);
      spool.mend();
    }
    expect(disk.list().length).toBeLessThanOrEqual(before);
    spool.append([record(20)]);
    spool.sync();
    expect(openSpool(disk).read(EVERYTHING).length).toBe(1);
    expect(openSpool(disk).findings).toEqual([]);
  });

  it("mends nothing where nothing is broken", () => {
    const spool = openSpool(new MemoryDisk());
    spool.mend();
    expect(spool.status()).toMatchObject({ condition: "open", mended: 0 });
  });

  it("does not take for lost what the disk does not give for a moment", () => {
    const disk = new MemoryDisk();
    const spool = failedSpool(disk);
    disk.unreadable = { name: FIRST, from: 0, to: 65_536 };
    expect(readAll(spool)).toEqual([]);
    expect(spool).toMatchObject({ isAway: true, isEmpty: false });
    expect(spool.status().dropped.damaged).toBe(0);
    disk.unreadable = undefined;
    spool.mend();
    expect(readAll(spool)).toEqual([1]);
  });

  it("nor a segment of which it had no index any more", () => {
    const disk = new MemoryDisk();
    const first = openSpool(disk);
    for (const tag of range(1, 30)) first.append([record(tag, { bytes: 4_000 })]) && first.sync();
    expect(readAll(first)).toEqual(range(1, 30));
    disk.failing.write = 2;
    expect(() => first.append([record(31, { bytes: 4_000 })])).toThrowError(FAILED);
    disk.unreadable = { name: FIRST, from: 0, to: 65_536 };
    expect(readAll(first)).toEqual([]);
    disk.unreadable = undefined;
    first.mend();
    expect(readAll(first)).toEqual(range(1, 30));
  });

  it("is read for what the disk gives where it stays failed, and has the rest again should it come back after all", () => {
    const disk = new MemoryDisk();
    const clock = new SetClock();
    const spool = failedSpool(disk, clock);
    disk.unreadable = { name: FIRST, from: 0, to: 65_536 };
    clock.ms = 61_000;
    expect(readAll(spool)).toEqual([]);
    expect(spool.status().dropped.damaged).toBe(1);
    disk.unreadable = undefined;
    spool.mend();
    expect(readAll(spool)).toEqual([1]);
    expect(disk.list()).toContain(FIRST);
  });
});
