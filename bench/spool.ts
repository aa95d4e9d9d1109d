import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as zlib from "node:zlib";
import { NodeTimers } from "../adapters/io/node/clock.ts";
import { NodeDisk } from "../adapters/io/node/disk.ts";
import { type Crc32, pureCrc32 } from "../edge-agent/spool/crc32.ts";
import type { SpoolRecord } from "../edge-agent/spool/record.ts";
import { DEFAULT_SPOOL_SETTINGS } from "../edge-agent/spool/settings.ts";
import { Spool } from "../edge-agent/spool/spool.ts";
import type { Bench, BenchOutput } from "./bench.ts";
import { readOptions } from "./options.ts";
import { median, percentile, rounded } from "./statistics.ts";

const PAYLOAD_BYTES = 261;
const DEVICES = 1_000;
const MEGABYTE = 1024 * 1024;
const PAYLOAD: Uint8Array = new TextEncoder().encode(JSON.stringify({ fill: "x".repeat(PAYLOAD_BYTES - 11) }));
const IDENTITY = { source: "/bench/gw", group: "bench", stream: "a" };

interface Rate {
  /** Records a second, over everything. */
  readonly perSecond: number;
  /** Milliseconds of each commit. */
  readonly calls: readonly number[];
}

/**
 * The spool on a real disk, beside the same bytes appended and synced with nothing else around them: the ratio says what
 * the format costs, whatever the disk. Rounds take turns, so that what else the machine does falls on both.
 */
export const bench: Bench = {
  name: "spool",
  summary: "commits of 1 and of 100 records with one fdatasync each, and the recovery of a gigabyte",
  async run(args, out) {
    const values = readOptions(args, {
      rounds: { type: "string", default: "5", about: "of each kind, taking turns" },
      commits: { type: "string", default: "2000", about: "in each round" },
      megabytes: { type: "string", default: "1024", about: "recovered" },
      dir: { type: "string", default: tmpdir(), about: "where the disk is" },
    });
    const figures: Record<string, unknown> = {};
    Object.assign(figures, measureChecksums(out));
    for (const size of [1, 100]) {
      const commits = Math.ceil(Number(values.commits) / (size === 1 ? 1 : 4));
      Object.assign(figures, measureCommits(values.dir, size, Number(values.rounds), commits, out));
    }
    Object.assign(figures, measureRecovery(values.dir, Number(values.megabytes), out));
    return figures;
  },
};

function measureCommits(
  dir: string,
  size: number,
  rounds: number,
  commits: number,
  out: BenchOutput,
): Record<string, number> {
  const spooled: Rate[] = [];
  const raw: Rate[] = [];
  // The first round warms up and is not counted.
  for (let round = 0; round <= rounds; round++) {
    const one = commitToSpool(dir, size, commits);
    const other = appendRaw(dir, size, commits);
    if (round === 0) continue;
    spooled.push(one);
    raw.push(other);
  }
  const perSecond = median(spooled.map((rate) => rate.perSecond));
  const rawPerSecond = median(raw.map((rate) => rate.perSecond));
  const calls = spooled.flatMap((rate) => rate.calls);
  const p50 = percentile(calls, 50);
  const p99 = percentile(calls, 99);
  const suffix = `Batch${size}`;
  out.table([
    [`${size} records a commit`, "commits/s", "records/s", "p50 ms", "p99 ms"],
    ["spool", rounded(perSecond / size, 0), rounded(perSecond, 0), rounded(p50, 3), rounded(p99, 3)],
    ["write + fdatasync", rounded(rawPerSecond / size, 0), rounded(rawPerSecond, 0), "", ""],
    ["ratio", rounded(perSecond / rawPerSecond, 2), "", "", ""],
  ]);
  return {
    [`commitsPerSecond${suffix}`]: rounded(perSecond / size, 0),
    [`recordsPerSecond${suffix}`]: rounded(perSecond, 0),
    [`p50Ms${suffix}`]: rounded(p50, 3),
    [`p99Ms${suffix}`]: rounded(p99, 3),
    [`ratioToRaw${suffix}`]: rounded(perSecond / rawPerSecond, 3),
  };
}

function commitToSpool(parent: string, size: number, commits: number): Rate {
  return inDirectory(parent, (dir) => {
    const spool = openSpool(dir, nativeCrc32());
    let tag = 0;
    const rate = timed(commits, size, () => {
      spool.append(Array.from({ length: size }, () => record(++tag)));
      spool.sync();
    });
    spool.close();
    return rate;
  });
}

/** The same record bytes into a preallocated file of the same size, a new one when it is full. */
function appendRaw(parent: string, size: number, commits: number): Rate {
  return inDirectory(parent, (dir) => {
    const disk = new NodeDisk(dir);
    const bytes = new Uint8Array(size * (64 + 8 + PAYLOAD_BYTES)).fill(120);
    const { segmentBytes } = DEFAULT_SPOOL_SETTINGS;
    let number = 0;
    let file = disk.create("raw-0", segmentBytes);
    let at = 0;
    const rate = timed(commits, size, () => {
      if (at + bytes.length > segmentBytes) {
        file.close();
        number += 1;
        file = disk.create(`raw-${number}`, segmentBytes);
        at = 0;
      }
      file.writeAt(at, bytes);
      file.sync();
      at += bytes.length;
    });
    file.close();
    return rate;
  });
}

function measureRecovery(parent: string, megabytes: number, out: BenchOutput): Record<string, number> {
  return inDirectory(parent, (dir) => {
    const spool = openSpool(dir, nativeCrc32());
    let tag = 0;
    while (spool.status().bytes < megabytes * MEGABYTE) {
      for (let n = 0; n < 20; n++) spool.append(Array.from({ length: 1_000 }, () => record(++tag)));
      spool.sync();
    }
    spool.close();
    const rows: (string | number)[][] = [["recovery", "seconds", "MB/s", "longest turn ms"]];
    const figures: Record<string, number> = { recoveredRecords: tag, recoveredMegabytes: megabytes };
    for (const [name, crc32] of Object.entries({ native: nativeCrc32(), pure: pureCrc32 })) {
      const start = performance.now();
      const { reopened, longest } = openByTurns(dir, crc32);
      const seconds = (performance.now() - start) / 1_000;
      if (reopened.status().records !== tag)
        throw new Error(`${reopened.status().records} records of ${tag} recovered`);
      reopened.close();
      rows.push([`crc32 ${name}`, rounded(seconds, 2), rounded(megabytes / seconds, 0), rounded(longest, 0)]);
      figures[name === "native" ? "recoverySeconds" : "recoverySecondsPureCrc"] = rounded(seconds, 2);
    }
    out.table(rows);
    return figures;
  });
}

function openByTurns(dir: string, crc32: Crc32): { readonly reopened: Spool; readonly longest: number } {
  const opening = Spool.opening(optionsOf(dir, crc32));
  let longest = 0;
  for (;;) {
    const start = performance.now();
    const turn = opening.next();
    longest = Math.max(longest, performance.now() - start);
    if (turn.done === true) return { reopened: turn.value, longest };
  }
}

function measureChecksums(out: BenchOutput): Record<string, number> {
  const bytes = new Uint8Array(16 * MEGABYTE).map((_, i) => (i * 31) & 0xff);
  const speed = (crc32: Crc32): number => {
    for (let i = 0; i < 4; i++) crc32(bytes);
    const start = performance.now();
    for (let i = 0; i < 8; i++) crc32(bytes);
    return (8 * 16) / ((performance.now() - start) / 1_000);
  };
  const figures = {
    crc32PureMegabytesPerSecond: rounded(speed(pureCrc32), 0),
    crc32NativeMegabytesPerSecond: rounded(speed(nativeCrc32()), 0),
  };
  out.line(
    `CRC-32: pure ${figures.crc32PureMegabytesPerSecond} MB/s, native ${figures.crc32NativeMegabytesPerSecond} MB/s`,
  );
  return figures;
}

function timed(commits: number, size: number, commit: () => void): Rate {
  const calls: number[] = [];
  const start = performance.now();
  for (let i = 0; i < commits; i++) {
    const before = performance.now();
    commit();
    calls.push(performance.now() - before);
  }
  return { perSecond: (commits * size * 1_000) / (performance.now() - start), calls };
}

function record(tag: number): SpoolRecord {
  const device = `dev_${1_000 + (tag % DEVICES)}`;
  return { class: "reading", device, epoch: 1, sequence: tag, messages: 1, hasMemory: false, payload: PAYLOAD };
}

function openSpool(dir: string, crc32: Crc32): Spool {
  return Spool.open(optionsOf(dir, crc32));
}

function optionsOf(dir: string, crc32: Crc32): Parameters<typeof Spool.open>[0] {
  const settings = { ...DEFAULT_SPOOL_SETTINGS, maxBytes: 4 * 1024 * MEGABYTE };
  return {
    disk: new NodeDisk(dir),
    clock: new NodeTimers(),
    settings,
    identity: IDENTITY,
    incarnation: "bench",
    crc32,
  };
}

/** The one of zlib where this Node has it. */
function nativeCrc32(): Crc32 {
  return typeof zlib.crc32 === "function" ? zlib.crc32 : pureCrc32;
}

function inDirectory<Result>(parent: string, work: (dir: string) => Result): Result {
  const dir = mkdtempSync(join(parent, "busbar-spool-"));
  try {
    return work(dir);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}
