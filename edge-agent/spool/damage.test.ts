import { describe, expect, it } from "vitest";
import { SeededRandom } from "../../adapters/kit/random.ts";
import { BLOCK_BYTES, pieces } from "./blocks.ts";
import { pureCrc32 } from "./crc32.ts";
import { openSpool, range, readAll, record, SITE } from "./fixture.testing.ts";
import { MemoryDisk } from "./memory-disk.testing.ts";
import { Segment, segmentNumber } from "./segment.ts";
import { scanSegment } from "./segment-scan.ts";
import { Uids } from "./uids.ts";

/** `SPOOL_TRIALS=3000 vitest run edge-agent/spool/damage.test.ts` is the whole measurement. */
const TRIALS = Number(process.env["SPOOL_TRIALS"] ?? 300);
const BIG = { maxBytes: 64 * 65_536 };
const CONTEXT = { identity: SITE, incarnation: "00", crc32: pureCrc32, uids: new Uids() };
const DAMAGES = [
  "truncate",
  "zero tail",
  "flip a bit",
  "flip bits",
  "swap blocks",
  "copy a block",
  "zero a sector",
  "garbage",
  "lose a file",
] as const;

interface Written {
  readonly disk: MemoryDisk;
  /** Records by tag, each with its file and the bytes it is made of. */
  readonly records: { readonly name: string; readonly bytes: { readonly from: number; readonly to: number }[] }[];
  readonly runs: number;
}

function write(random: SeededRandom): Written {
  const disk = new MemoryDisk();
  const runs = random.chance({ times: 1, of: 2 }) ? 1 : random.between(2, 4);
  let tag = 0;
  for (let run = 0; run < runs; run++) {
    const spool = openSpool(disk, BIG);
    for (const _ of range(1, random.between(1, 30))) {
      const longest = random.pick([40, 700, 14_000]) ?? 40;
      spool.append(range(1, random.between(1, 4)).map(() => record(++tag, { bytes: random.below(longest) })));
      if (random.chance({ times: 1, of: 3 })) spool.sync();
    }
    spool.close();
  }
  const records: Written["records"] = [];
  for (const name of disk.list()) {
    const number = segmentNumber(name);
    const content = number === undefined ? undefined : disk.read(name);
    if (number === undefined || content === undefined) continue;
    const { index } = scanSegment(content, Segment.seal(number, CONTEXT));
    const view = new DataView(content.buffer);
    for (const start of index.starts) {
      records.push({ name, bytes: [...pieces(start, 64 + view.getUint32(start + 8))] });
    }
  }
  expect(records).toHaveLength(tag);
  return { disk, records, runs };
}

function harm(disk: MemoryDisk, damage: (typeof DAMAGES)[number], random: SeededRandom): void {
  const names = disk
    .list()
    .filter((name) => segmentNumber(name) !== undefined && disk.read(name)?.some((byte) => byte !== 0));
  const name = random.pick(names) ?? "";
  const bytes = disk.read(name) ?? new Uint8Array();
  const used = bytes.findLastIndex((byte) => byte !== 0) + 1;
  const block = (): number => random.below(bytes.length / BLOCK_BYTES) * BLOCK_BYTES;
  switch (damage) {
    case "truncate":
      disk.put(name, bytes.subarray(0, random.below(used)));
      return;
    case "zero tail":
      bytes.fill(0, random.below(used));
      break;
    case "flip a bit":
    case "flip bits":
      for (const _ of range(1, damage === "flip bits" ? random.between(2, 40) : 1)) {
        const at = random.below(used);
        bytes[at] = (bytes[at] ?? 0) ^ (1 << random.below(8));
      }
      break;
    case "swap blocks": {
      const other = random.pick(names) ?? name;
      const there = other === name ? bytes : (disk.read(other) ?? bytes);
      const [a, b] = [block(), block()];
      const kept = bytes.slice(a, a + BLOCK_BYTES);
      bytes.set(there.slice(b, b + BLOCK_BYTES), a);
      there.set(kept, b);
      disk.put(other, there);
      break;
    }
    case "copy a block":
      bytes.copyWithin(block(), block(), block() + BLOCK_BYTES);
      break;
    case "zero a sector": {
      const at = random.below(used) & ~511;
      bytes.fill(0, at, at + 512);
      break;
    }
    case "garbage": {
      const at = random.below(used);
      bytes.set(random.bytes(Math.min(random.between(1, 40_000), bytes.length - at)), at);
      break;
    }
    case "lose a file":
      disk.remove(name);
      return;
  }
  disk.put(name, bytes);
}

function trial(seed: number, damage: (typeof DAMAGES)[number]): void {
  const random = new SeededRandom(seed);
  const { disk, records, runs } = write(random);
  const before = new Map(disk.list().map((name) => [name, disk.read(name) ?? new Uint8Array()]));
  harm(disk, damage, random);
  const untouched = records.flatMap(({ name, bytes }, i) => {
    const now = disk.read(name);
    const then = before.get(name);
    const same = bytes.every(({ from, to }) => {
      for (let at = from; at < to; at++) if (now?.[at] !== then?.[at]) return false;
      return true;
    });
    return same ? [i + 1] : [];
  });
  const spool = openSpool(disk, BIG);
  const found = readAll(spool);
  const why = `seed ${seed}, ${damage}`;
  expect(
    found.filter((tag, i) => i > 0 && tag <= (found[i - 1] ?? 0)),
    `${why}: in order, none twice`,
  ).toEqual([]);
  expect(
    untouched.filter((tag) => !found.includes(tag)),
    `${why}: what is whole is found`,
  ).toEqual([]);
  // A block that was moved whole brings its records along; nothing else may be found that was touched.
  if (damage !== "swap blocks" && damage !== "copy a block")
    expect(found, `${why}: what is not, is not`).toEqual(untouched);
  expect(
    found.every((tag) => tag >= 1 && tag <= records.length),
    `${why}: nothing is invented`,
  ).toBe(true);
  const lost = records.length - found.length;
  if (runs === 1) expect(spool.status().dropped.damaged, `${why}: every lost record is counted`).toBe(lost);
  if (lost > 0) expect(spool.findings.length, `${why}: and reported`).toBeGreaterThan(0);
  spool.append([record(9_999)]);
  spool.sync();
  const { damaged } = spool.status().dropped;
  const again = openSpool(disk, BIG);
  expect(again.status().dropped.damaged, `${why}: and counted once`).toBe(damaged);
  expect(readAll(again), `${why}: and life goes on`).toEqual([...found, 9_999]);
}

describe("a damaged spool", () => {
  for (const [i, damage] of DAMAGES.entries()) {
    it(`loses what was hit and nothing else: ${damage}`, { timeout: 120_000 }, () => {
      for (let n = i; n < TRIALS; n += DAMAGES.length) trial(n, damage);
    });
  }

  it("delivers everything on the disk again where the state file is damaged", () => {
    for (const seed of range(1, 30)) {
      const random = new SeededRandom(seed);
      const disk = new MemoryDisk();
      const spool = openSpool(disk, BIG);
      const { positions } = spool.append(range(1, 20).map((tag) => record(tag)));
      spool.trim(positions[random.below(20)] ?? spool.last);
      spool.close();
      const bytes = disk.read("state") ?? new Uint8Array();
      const at = random.below(bytes.length);
      bytes[at] = (bytes[at] ?? 0) ^ (1 << random.below(8));
      disk.put("state", bytes);
      const again = openSpool(disk, BIG);
      expect(again.findings).toEqual([{ kind: "state-damaged" }]);
      expect(readAll(again)).toEqual(range(1, 20));
      expect(again.status().dropped.damaged).toBe(0);
    }
  });

  it("reads around a sector the disk refuses to return", () => {
    const disk = new MemoryDisk();
    const spool = openSpool(disk, BIG);
    spool.append(range(1, 100).map((tag) => record(tag, { bytes: 400 })));
    spool.close();
    disk.unreadable = { name: "segment-0000000001", from: 10_000, to: 10_512 };
    const again = openSpool(disk, BIG);
    const found = readAll(again);
    expect(again.findings).toContainEqual({ kind: "blocks-unreadable", segment: 1, blocks: 1 });
    expect(found.length).toBeGreaterThan(30);
    expect(found.at(-1)).toBe(100);
    expect(again.status().dropped.damaged).toBe(100 - found.length);
  });

  it("counts and skips a record that goes bad after the opening", () => {
    const disk = new MemoryDisk();
    const spool = openSpool(disk, BIG);
    spool.append(range(1, 9).map((tag) => record(tag)));
    spool.sync();
    const name = "segment-0000000001";
    const bytes = disk.read(name) ?? new Uint8Array();
    const at = 1_024 + 300;
    disk.open(name).writeAt(at, new Uint8Array([(bytes[at] ?? 0) ^ 1]));
    const found = readAll(spool);
    expect(found).toHaveLength(8);
    expect(spool.status()).toMatchObject({ records: 8, dropped: { damaged: 1 } });
    expect(readAll(spool)).toEqual(found);
    expect(spool.status().dropped.damaged).toBe(1);
  });
});
