import { EdgeError } from "../../adapters/kit/edge-error.ts";
import { invariant } from "../../adapters/kit/invariant.ts";
import type { Disk, DiskFile } from "../../adapters/kit/ports.ts";
import type { WallMs } from "../../adapters/kit/time.ts";
import { BLOCK_BYTES, type Seal } from "./blocks.ts";
import type { Crc32 } from "./crc32.ts";
import { ORIGIN, type Position, toPosition } from "./position.ts";
import type { StoredRecord } from "./record.ts";
import { encodeSegmentHeader, type SpoolIdentity, segmentSeed } from "./segment-header.ts";
import { RECORD_HEADER_BYTES, storedAtOf } from "./record-codec.ts";
import {
  freshBlockAfter,
  readRecordAt,
  SCAN_STARTS_AT,
  type Scan,
  type SegmentIndex,
  scanSegment,
} from "./segment-scan.ts";
import { layOut } from "./segment-write.ts";
import type { Uids } from "./uids.ts";

const PREFIX = "segment-";
const DIGITS = 10;
/** Bytes read at once when records are read: a batch is usually one read. */
const READ_BYTES = 262_144;

export function segmentName(segment: number): string {
  return `${PREFIX}${String(segment).padStart(DIGITS, "0")}`;
}

/** The number in a segment's file name; `undefined` for any other file. */
export function segmentNumber(name: string): number | undefined {
  if (!name.startsWith(PREFIX) || name.length !== PREFIX.length + DIGITS) return undefined;
  const digits = name.slice(PREFIX.length);
  return /^\d+$/.test(digits) ? Number(digits) : undefined;
}

export interface ReadLimits {
  readonly maxRecords: number;
  readonly maxBytes: number;
}

/** What all segments of a spool share. */
export interface SegmentContext {
  readonly identity: SpoolIdentity;
  readonly incarnation: string;
  readonly crc32: Crc32;
  readonly uids: Uids;
  /** Whether the disk has failed and may be back: what it does not give now is then not lost. */
  isAway?: () => boolean;
}

const NONE: SegmentIndex = { positions: [], starts: [], ends: [] };

/** One preallocated file. Where its records begin is kept for the segment being written and the one being read. */
export class Segment {
  readonly number: number;
  readonly name: string;
  readonly size: number;
  /** Position of the first record, whether it is still readable or not. */
  first: Position;
  /** Of the last valid record; `ORIGIN` where there is none. */
  last: Position = ORIGIN;
  records = 0;
  /** Physical bytes of its records. */
  bytes = 0;
  /** Records that were there when they were indexed and could not be read later, not yet taken note of. */
  unreadable: Position[] = [];
  #file: DiskFile;
  readonly #seal: Seal;
  readonly #context: SegmentContext;
  #index: SegmentIndex | undefined;
  /** Where the next write goes; `undefined` where the segment is only read. */
  #at: number | undefined;
  #headerWritten: boolean;
  /** Something in it has been durable once. */
  #held = false;
  /** The disk did not give all of it. */
  #isPartial = false;
  /** Later segments hold what is from here on. */
  #superseded: Position = toPosition(Number.MAX_SAFE_INTEGER);

  private constructor(number: number, file: DiskFile, first: Position, context: SegmentContext, writable: boolean) {
    this.number = number;
    this.name = segmentName(number);
    this.size = file.size;
    this.first = first;
    this.#file = file;
    this.#context = context;
    this.#seal = { crc32: context.crc32, segment: number, seed: segmentSeed(context.identity, number, context.crc32) };
    this.#at = writable ? SCAN_STARTS_AT : undefined;
    this.#headerWritten = !writable;
    this.#index = writable ? { positions: [], starts: [], ends: [] } : undefined;
  }

  /** A zero-filled file becomes the segment being written; the header goes out with the first records. */
  static fresh(number: number, file: DiskFile, first: Position, context: SegmentContext): Segment {
    return new Segment(number, file, first, context, true);
  }

  /** A file that has been written, with what a scan of it found. */
  static scanned(number: number, file: DiskFile, first: Position, scan: Scan, context: SegmentContext): Segment {
    const segment = new Segment(number, file, first, context, false);
    segment.#adopt(scan.index);
    segment.#held = true;
    return segment;
  }

  static seal(number: number, context: SegmentContext): Seal {
    return { crc32: context.crc32, segment: number, seed: segmentSeed(context.identity, number, context.crc32) };
  }

  get writable(): boolean {
    return this.#at !== undefined;
  }

  /** Where the next write goes, or the size where nothing more is written. */
  get writtenEnd(): number {
    return this.#at ?? this.size;
  }

  /** Goes on writing after a restart, in the first block nothing was ever written to. */
  reopen(writtenEnd: number): void {
    this.#at = freshBlockAfter(writtenEnd);
  }

  /** Lays records out and writes them; false where they do not fit. A disk fault leaves the segment as it was known. */
  write(records: readonly StoredRecord[]): boolean {
    invariant(this.#at !== undefined && this.#index !== undefined, "only the segment being written is written to");
    const layout = layOut(this.#at, this.size, records, this.#seal, this.#context.uids);
    if (layout === undefined) return false;
    if (!this.#headerWritten) {
      this.#file.writeAt(0, this.#header());
      this.#headerWritten = true;
    }
    this.#file.writeAt(layout.from, layout.bytes);
    for (const [i, record] of records.entries()) {
      const start = layout.starts[i] ?? layout.end;
      const end = layout.starts[i + 1] ?? layout.end;
      this.#index.positions.push(record.position);
      this.#index.starts.push(start);
      this.#index.ends.push(end);
      this.bytes += end - start;
      this.last = record.position;
    }
    this.records += records.length;
    this.#at = layout.end;
    return true;
  }

  sync(): void {
    this.#file.sync();
    this.#held = true;
  }

  /** Nothing in it was ever durable, whatever can be read of it now. */
  get isBare(): boolean {
    return !this.#held;
  }

  /** No further writes: full, or a sync failed on it, after which the kernel may say "done" without having written. */
  finish(): void {
    this.#at = undefined;
  }

  /** Forgets records from `position` on: a later segment has them. */
  supersede(position: Position): void {
    if (position > this.last) return;
    this.#superseded = position;
    this.#adopt(this.index());
  }

  /** The same file, opened anew: after a failure the old handle may lead nowhere. Nothing more is written to it. */
  reattach(file: DiskFile): void {
    const before = this.#file;
    this.#file = file;
    this.finish();
    closed(before);
    if (!this.#isPartial) return;
    this.#isPartial = false;
    this.unreadable = [];
    this.#index = undefined;
    this.index();
  }

  /** Gives the index back to memory; the next read scans the file again. */
  forget(): void {
    if (!this.writable) this.#index = undefined;
  }

  index(): SegmentIndex {
    if (this.#index === undefined) {
      const { bytes, unreadableBlocks } = readWhole(this.#file);
      if (unreadableBlocks > 0 && this.#context.isAway?.() === true) return NONE;
      this.#isPartial ||= unreadableBlocks > 0;
      this.#adopt(scanSegment(bytes, this.#seal).index);
    }
    return this.#index ?? NONE;
  }

  /** Records and bytes behind `after`. Only the segment a cursor stands in needs its index for that. */
  beyond(after: Position): { readonly records: number; readonly bytes: number } {
    if (after >= this.last) return { records: 0, bytes: 0 };
    if (after < this.first) return { records: this.records, bytes: this.bytes };
    const { positions, starts, ends } = this.index();
    let bytes = 0;
    const from = upperBound(positions, after);
    for (let i = from; i < positions.length; i++) bytes += (ends[i] ?? 0) - (starts[i] ?? 0);
    return { records: positions.length - from, bytes };
  }

  /**
   * Appends records after `after` to `into`, in order, while the limits allow; the first always fits. `limit`: there is more
   * here, so that nothing of a later segment may follow.
   */
  read(after: Position, limits: ReadLimits, into: { records: StoredRecord[]; bytes: number }): "limit" | "end" {
    const index = this.index();
    if (index === NONE) return "limit";
    const { positions, starts, ends } = index;
    let i = upperBound(positions, after);
    while (i < positions.length) {
      const from = starts[i] ?? 0;
      let until = i;
      let bytes = 0;
      while (until < positions.length && into.records.length + (until - i) < limits.maxRecords) {
        const size = (ends[until] ?? 0) - (starts[until] ?? 0);
        if (size > READ_BYTES ? until > i : (ends[until] ?? 0) - from > READ_BYTES || (starts[until] ?? 0) < from)
          break;
        if (into.records.length + (until - i) > 0 && into.bytes + bytes + size > limits.maxBytes) break;
        bytes += size;
        until += 1;
      }
      if (until === i) return "limit";
      const run = this.#readRun(i, until, into.records);
      into.bytes += bytes;
      if (run === "away") return "limit";
      i = until - run;
    }
    return "end";
  }

  /** When the first record after `after` was stored. */
  storedAfter(after: Position): WallMs | undefined {
    const { positions, starts } = this.index();
    const start = starts[upperBound(positions, after)];
    if (start === undefined) return undefined;
    try {
      return storedAtOf(this.#file.readAt(start, RECORD_HEADER_BYTES));
    } catch (_unreadable) {
      return undefined;
    }
  }

  close(): void {
    this.#file.close();
  }

  remove(disk: Disk): void {
    this.#file.close();
    disk.remove(this.name);
  }

  /** Reads records of the index; those whose bytes have changed since leave it. Returns how many did. */
  #readRun(from: number, until: number, into: StoredRecord[]): number | "away" {
    const index = this.index();
    const base = index.starts[from] ?? 0;
    const run = readOrUndefined(this.#file, base, (index.ends[until - 1] ?? 0) - base);
    if (run === undefined && this.#context.isAway?.() === true) return "away";
    this.#isPartial ||= run === undefined;
    const bad: number[] = [];
    for (let i = from; i < until; i++) {
      const start = index.starts[i] ?? 0;
      const bytes = run ?? readOrUndefined(this.#file, start, (index.ends[i] ?? 0) - start);
      const at = run === undefined ? start : base;
      const record = bytes === undefined ? undefined : readRecordAt(bytes, start, at, this.#seal, this.#context.uids);
      if (record === undefined) bad.push(i);
      else into.push(record);
    }
    for (const i of bad.reverse()) {
      this.unreadable.push(toPosition(index.positions[i] ?? ORIGIN));
      index.positions.splice(i, 1);
      index.starts.splice(i, 1);
      index.ends.splice(i, 1);
    }
    this.records -= bad.length;
    return bad.length;
  }

  #adopt(index: SegmentIndex): void {
    const kept = upperBound(index.positions, this.#superseded - 1);
    index.positions.length = kept;
    index.starts.length = kept;
    index.ends.length = kept;
    this.#index = index;
    this.records = kept;
    this.last = toPosition(index.positions[kept - 1] ?? ORIGIN);
    this.bytes = 0;
    for (let i = 0; i < kept; i++) this.bytes += (index.ends[i] ?? 0) - (index.starts[i] ?? 0);
  }

  #header(): Uint8Array {
    const { identity, incarnation, crc32 } = this.#context;
    return encodeSegmentHeader(
      { segment: this.number, first: this.first, segmentBytes: this.size, identity, incarnation },
      crc32,
    );
  }
}

/**
 * The whole file. Where the disk refuses, block by block: one bad sector must not hide what follows. What it does not
 * return reads as zeros.
 */
export function readWhole(file: DiskFile): { readonly bytes: Uint8Array; readonly unreadableBlocks: number } {
  const whole = readOrUndefined(file, 0, file.size);
  if (whole !== undefined) return { bytes: whole, unreadableBlocks: 0 };
  const bytes = new Uint8Array(file.size);
  let unreadableBlocks = 0;
  for (let at = 0; at < file.size; at += BLOCK_BYTES) {
    const block = readOrUndefined(file, at, Math.min(BLOCK_BYTES, file.size - at));
    if (block === undefined) unreadableBlocks += 1;
    else bytes.set(block, at);
  }
  return { bytes, unreadableBlocks };
}

function readOrUndefined(file: DiskFile, at: number, length: number): Uint8Array | undefined {
  try {
    return file.readAt(at, length);
  } catch (thrown) {
    if (thrown instanceof EdgeError) return undefined;
    throw thrown;
  }
}

/** Closes a handle that may be of a disk that is no more. */
function closed(file: DiskFile): void {
  try {
    file.close();
  } catch (thrown) {
    if (!(thrown instanceof EdgeError)) throw thrown;
  }
}

/** The first index whose position is larger than `after`. */
export function upperBound(positions: readonly number[], after: number): number {
  let low = 0;
  let high = positions.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((positions[middle] ?? 0) <= after) low = middle + 1;
    else high = middle;
  }
  return low;
}
