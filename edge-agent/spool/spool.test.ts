import { crc32 as nativeCrc32 } from "node:zlib";
import { describe, expect, it } from "vitest";
import { pureCrc32 } from "./crc32.ts";
import { EVERYTHING, openSpool, range, readAll, record, SITE, SMALL, SetClock, tags } from "./fixture.testing.ts";
import { MemoryDisk } from "./memory-disk.testing.ts";
import { ORIGIN } from "./position.ts";
import { Spool } from "./spool.ts";

const fill = (spool: Spool, from: number, to: number, bytes = 200): void => {
  for (const tag of range(from, to)) spool.append([record(tag, { bytes })]);
  spool.sync();
};

describe("a spool", () => {
  it("gives back what was appended, in order, after it was closed and opened", () => {
    const disk = new MemoryDisk();
    const spool = openSpool(disk);
    const { positions } = spool.append(range(1, 100).map((tag) => record(tag)));
    spool.sync();
    expect(positions).toHaveLength(100);
    expect(readAll(spool)).toEqual(range(1, 100));
    spool.close();
    const again = openSpool(disk);
    expect(again.findings).toEqual([]);
    expect(readAll(again)).toEqual(range(1, 100));
    expect(again.status()).toMatchObject({ condition: "open", records: 100, dropped: { damaged: 0 } });
  });

  it("reads with limits, from the cursor or from anywhere", () => {
    const spool = openSpool(new MemoryDisk());
    const { positions } = spool.append(range(1, 10).map((tag) => record(tag)));
    expect(tags(spool.read({ maxRecords: 3, maxBytes: 1e9 }))).toEqual([1, 2, 3]);
    expect(tags(spool.read({ maxRecords: 99, maxBytes: 1 }))).toEqual([1]);
    expect(tags(spool.read({ ...EVERYTHING, after: positions[7] }))).toEqual([9, 10]);
  });

  it("goes through several segments and removes those it no longer needs", () => {
    const disk = new MemoryDisk();
    const spool = openSpool(disk, { maxBytes: 40 * 65_536 });
    fill(spool, 1, 1_000);
    expect(spool.status().segments).toBeGreaterThan(3);
    const read = spool.read(EVERYTHING);
    expect(tags(read)).toEqual(range(1, 1_000));
    spool.trim(read[899]?.position ?? ORIGIN);
    expect(spool.status().segments).toBeLessThan(3);
    expect(readAll(spool)).toEqual(range(901, 1_000));
    spool.close();
    expect(readAll(openSpool(disk, { maxBytes: 40 * 65_536 }))).toEqual(range(901, 1_000));
  });

  it("goes on in the same segment after a restart, however often", () => {
    const disk = new MemoryDisk();
    for (const n of range(1, 50)) {
      const spool = openSpool(disk, { maxBytes: 100 * 65_536 });
      spool.append([record(n)]);
      spool.sync();
    }
    const spool = openSpool(disk, { maxBytes: 100 * 65_536 });
    expect(readAll(spool)).toEqual(range(1, 50));
    expect(spool.findings).toEqual([]);
    expect(disk.list().filter((name) => name.startsWith("segment-")).length).toBeLessThan(28);
  });

  it("never uses a position twice, not even when what had it is gone", () => {
    const disk = new MemoryDisk();
    const seen = new Set<number>();
    for (const _ of range(1, 5)) {
      const spool = openSpool(disk);
      for (const position of spool.append([record(1), record(2)]).positions) {
        expect(seen.has(position ?? 0)).toBe(false);
        seen.add(position ?? 0);
      }
      // Closed without a sync: the power goes and takes the records with it.
      disk.crash({ below: () => 2 } as never);
    }
  });

  it("knows which devices have something waiting", () => {
    const disk = new MemoryDisk();
    const spool = openSpool(disk);
    const { positions } = spool.append([
      record(1, { device: "x" }),
      record(2, { device: "y" }),
      record(3, { device: "x" }),
    ]);
    expect([spool.holds("x"), spool.holds("y"), spool.holds("z")]).toEqual([true, true, false]);
    spool.sync();
    const again = openSpool(disk);
    again.trim(positions[1] ?? ORIGIN);
    expect([again.holds("x"), again.holds("y")]).toEqual([true, false]);
    again.trim(positions[2] ?? ORIGIN);
    expect([again.holds("x"), again.isEmpty]).toEqual([false, true]);
  });

  it("has its cursor on the medium when trim returns", () => {
    const disk = new MemoryDisk();
    const spool = openSpool(disk);
    const { positions } = spool.append([record(1), record(2), record(3)]);
    spool.sync();
    spool.trim(positions[1] ?? ORIGIN);
    expect(openSpool(disk).cursor()).toBe(positions[1]);
    expect(readAll(openSpool(disk))).toEqual([3]);
  });

  it("keeps a record until every destination is past it", () => {
    const spool = openSpool(new MemoryDisk(), { destinations: ["queue", "archive"] });
    const { positions } = spool.append([record(1), record(2)]);
    spool.trim(positions[1] ?? ORIGIN, "queue");
    expect(tags(spool.read({ ...EVERYTHING, destination: "archive" }))).toEqual([1, 2]);
    expect(spool.status().records).toBe(2);
    spool.trim(positions[1] ?? ORIGIN, "archive");
    expect(spool.status().records).toBe(0);
  });

  it("refuses another site's directory and a later version's without touching them", () => {
    const disk = new MemoryDisk();
    const spool = openSpool(disk);
    fill(spool, 1, 10);
    spool.close();
    const content = () => disk.list().map((name) => [name, nativeCrc32(disk.read(name) ?? "")]);
    const before = content();
    const identity = { ...SITE, group: "south" };
    expect(() => openSpool(disk, {}, { identity })).toThrowError(expect.objectContaining({ code: "spool.foreign" }));
    expect(content()).toEqual(before);
    disk.remove("state");
    expect(() => openSpool(disk, {}, { identity })).toThrowError(expect.objectContaining({ code: "spool.foreign" }));
    const name = "segment-0000000001";
    const later = disk.read(name) ?? new Uint8Array();
    const view = new DataView(later.buffer);
    view.setUint16(8, 2);
    view.setUint32(1_020, pureCrc32(later.subarray(0, 1_020)));
    disk.put(name, later);
    expect(() => openSpool(disk)).toThrowError(expect.objectContaining({ code: "spool.version" }));
    expect(nativeCrc32(disk.read(name) ?? "")).toBe(nativeCrc32(later));
  });

  it("takes another checksum function for the same bytes", () => {
    const disk = new MemoryDisk();
    const options = { disk, clock: new SetClock(), settings: SMALL, identity: SITE, incarnation: "00" };
    const spool = Spool.open({ ...options, crc32: nativeCrc32 });
    fill(spool, 1, 50);
    expect(readAll(openSpool(disk))).toEqual(range(1, 50));
  });

  it("refuses settings that contradict each other, by name", () => {
    const refused = expect.objectContaining({ code: "spool.settings.invalid" });
    expect(() => openSpool(new MemoryDisk(), { segmentBytes: 65_537 })).toThrowError(refused);
    expect(() => openSpool(new MemoryDisk(), { maxBytes: 3 * 65_536 - 1 })).toThrowError(refused);
    expect(() => openSpool(new MemoryDisk(), { maxAgeMs: 1, policy: "block" })).toThrowError(refused);
    expect(() => openSpool(new MemoryDisk(), { destinations: [] })).toThrowError(refused);
    expect(() => openSpool(new MemoryDisk(), { maxRecordBytes: 60_001 })).toThrowError(refused);
    expect(() => openSpool(new MemoryDisk(), {}, { identity: { ...SITE, stream: "" } })).toThrowError(refused);
  });
});
