import { describe, expect, it } from "vitest";
import type { Disk } from "../../adapters/kit/ports.ts";
import { openSpool, range, readAll, record, SetClock } from "./fixture.testing.ts";
import { MemoryDisk } from "./memory-disk.testing.ts";
import type { Spool } from "./spool.ts";

/** A disk that counts what is read from it. */
function counted(disk: MemoryDisk): { readonly disk: Disk; read: number } {
  const count = { disk, read: 0 };
  const open = disk.open.bind(disk);
  disk.open = (name) => {
    const file = open(name);
    const readAt = file.readAt.bind(file);
    return {
      ...file,
      readAt: (position, length) => {
        count.read += length;
        return readAt(position, length);
      },
    };
  };
  return count;
}

/** About 6 MB in a hundred segments. */
function fill(spool: Spool): void {
  for (let tag = 1; tag <= 6_000; tag++) {
    spool.append([record(tag, { bytes: 900 })]);
    if (tag % 20 === 0) spool.sync();
  }
}

describe("giving up the oldest records of a long spool", () => {
  it("reads those and not the whole spool", () => {
    const count = counted(new MemoryDisk());
    const spool = openSpool(count.disk, { maxBytes: 400 * 65_536 });
    fill(spool);
    const [first] = spool.read({ maxRecords: 1, maxBytes: 1 });
    if (first === undefined) throw new Error("there is a first record");
    count.read = 0;
    spool.discard(first.position, "undeliverable");
    expect(count.read).toBeLessThan(4 * 65_536);
    expect(spool.status().dropped.undeliverable).toBe(1);
    expect(readAll(spool)).toEqual(range(2, 6_000));
  });

  it("expires no more than it was asked to, for as much reading", () => {
    const count = counted(new MemoryDisk());
    const clock = new SetClock();
    const spool = openSpool(count.disk, { maxBytes: 400 * 65_536, policy: "drop-oldest", maxAgeMs: 1_000 }, { clock });
    fill(spool);
    clock.ms = 2_000;
    count.read = 0;
    expect(spool.expire(50)).toBe(50);
    expect(count.read).toBeLessThan(8 * 65_536);
    expect(spool.status().dropped.age).toBe(50);
    expect(readAll(spool)).toEqual(range(51, 6_000));
  });
});
