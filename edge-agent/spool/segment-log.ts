import { EdgeError } from "../../adapters/kit/edge-error.ts";
import type { Disk, DiskFile } from "../../adapters/kit/ports.ts";
import type { WallMs } from "../../adapters/kit/time.ts";
import type { Position } from "./position.ts";
import type { StoredRecord } from "./record.ts";
import { recordBytes } from "./record-codec.ts";
import { type ReadLimits, Segment, type SegmentContext, segmentName } from "./segment.ts";
import { spoolFault } from "./spool-fault.ts";

/** Why there is no further segment: the operator's limit, the disk's, or another fault of the disk. */
export type NoRoom = "quota" | "disk.full" | "disk.fault";

export interface LogLimits {
  readonly segmentBytes: number;
  readonly maxBytes: number;
}

/**
 * The segments in order: the last one is written, the others are read. One prepared segment stands by, so that running
 * out of disk is noticed when it is prepared and not in the middle of a commit.
 */
export class SegmentLog {
  readonly #disk: Disk;
  readonly #limits: LogLimits;
  readonly #context: SegmentContext;
  #segments: Segment[];
  #spare: { readonly number: number; readonly file: DiskFile } | undefined;
  #nextNumber: number;
  /** Written and not yet synced: kept so that a failed sync can be answered with a fresh segment. */
  #unsynced: StoredRecord[] = [];
  #unsyncedBytes = 0;
  #settled: Position;
  #reading: Segment | undefined;
  #noRoom: NoRoom | undefined;
  /** Segments given up because a write or a sync failed on them. */
  abandoned = 0;
  syncs = 0;

  constructor(
    disk: Disk,
    limits: LogLimits,
    context: SegmentContext,
    found: {
      readonly segments: readonly Segment[];
      readonly spare: { readonly number: number; readonly file: DiskFile } | undefined;
      readonly settled: Position;
    },
  ) {
    this.#disk = disk;
    this.#limits = limits;
    this.#context = context;
    this.#segments = [...found.segments];
    this.#spare = found.spare;
    this.#settled = found.settled;
    this.#nextNumber = 1 + Math.max(0, found.spare?.number ?? 0, ...this.#segments.map((segment) => segment.number));
  }

  get count(): number {
    return this.#segments.length;
  }

  get hasSpare(): boolean {
    return this.#spare !== undefined;
  }

  /** Why the last attempt to prepare a segment failed; `undefined` while there is a spare one or none was needed. */
  get noRoom(): NoRoom | undefined {
    return this.#noRoom;
  }

  get settled(): Position {
    return this.#settled;
  }

  get unsyncedBytes(): number {
    return this.#unsyncedBytes;
  }

  get unsyncedRecords(): number {
    return this.#unsynced.length;
  }

  /** Positions of records that went bad since they were written or recovered; each is told once. */
  takeUnreadable(): readonly Position[] {
    return this.#segments.flatMap((segment) => segment.unreadable.splice(0));
  }

  /** Bytes of the files, the spare one included. */
  get diskBytes(): number {
    const spare = this.#spare === undefined ? 0 : this.#limits.segmentBytes;
    return this.#segments.reduce((sum, segment) => sum + segment.size, spare);
  }

  /** Bytes that can be written before a segment has to be prepared. */
  get preparedBytes(): number {
    const active = this.#active();
    const rest = active === undefined ? 0 : Math.max(0, active.size - active.writtenEnd);
    return rest + (this.#spare === undefined ? 0 : this.#limits.segmentBytes);
  }

  /**
   * Writes records into one segment, all or none; false where there is no room. A disk that fails is answered with a fresh
   * segment that takes everything not yet durable; `spool.failed` where that one fails too.
   */
  write(records: readonly StoredRecord[], otherBytes: number): boolean {
    const [first] = records;
    if (first === undefined) return true;
    for (let active = this.#active(); ; active = this.#active()) {
      if (active !== undefined) {
        const before = this.#unsynced.length;
        this.#unsynced.push(...records);
        try {
          if (active.write(records)) break;
          this.#unsynced.length = before;
        } catch (thrown) {
          this.#relocate(active, faultOf(thrown));
          return true;
        }
      }
      if (!this.#rotate(first.position, otherBytes)) return false;
    }
    for (const record of records) this.#unsyncedBytes += recordBytes(record, this.#context.uids);
    return true;
  }

  /** Makes everything written durable with one sync. Throws `spool.failed`; the records are then not durable. */
  sync(): void {
    const last = this.#unsynced.at(-1);
    if (last === undefined) return;
    const active = this.#active();
    if (active === undefined) throw spoolFault("spool.failed", "there is no segment to sync");
    try {
      active.sync();
      this.syncs += 1;
    } catch (thrown) {
      this.#relocate(active, faultOf(thrown));
      return;
    }
    this.#becomeSettled(last.position);
  }

  /** Prepares the spare segment where there is none and there may be one. */
  prepare(otherBytes: number): void {
    if (this.#spare !== undefined) return;
    this.#spare = this.#create(otherBytes);
  }

  /**
   * After `spool.failed`: what was not yet durable is forgotten, for nobody was told "received" for it. Returns the
   * position of the first of it, where the next record may go.
   */
  giveUp(): Position | undefined {
    const first = this.#unsynced[0]?.position;
    this.#unsynced = [];
    this.#unsyncedBytes = 0;
    for (const segment of this.#segments) {
      if (first !== undefined) segment.supersede(first);
      segment.finish();
    }
    return first;
  }

  /**
   * After `giveUp`: opens every file that holds something anew, by its name, takes those away that hold nothing, and
   * prepares a fresh one to go on in. Throws the disk's own fault, and can then be called again.
   */
  mend(otherBytes: number): void {
    for (const segment of this.#segments) {
      if (segment.isBare) continue;
      const file = this.#disk.open(segment.name);
      if (file.size === segment.size) segment.reattach(file);
      else {
        file.close();
        throw spoolFault("spool.failed", `${segment.name} has ${file.size} bytes, and had ${segment.size}`);
      }
    }
    // The newest first, so that their numbers are given again: a gap in the numbers looks like a lost segment.
    for (let newest = this.#segments.at(-1); newest?.isBare === true; newest = this.#segments.at(-1)) {
      if (this.#disk.list().includes(newest.name)) newest.remove(this.#disk);
      this.#segments.pop();
      this.#nextNumber = newest.number;
    }
    this.#reading = undefined;
    this.prepare(otherBytes);
    if (this.#spare === undefined && this.#noRoom === "disk.fault")
      throw spoolFault("spool.failed", "no fresh segment can be made");
  }

  read(after: Position, limits: ReadLimits, into: { records: StoredRecord[]; bytes: number }): void {
    for (const segment of this.#segments) {
      if (segment.last <= after) continue;
      this.#reads(segment);
      if (segment.read(after, limits, into) === "limit" || into.records.length >= limits.maxRecords) return;
      if (into.bytes >= limits.maxBytes) return;
    }
  }

  beyond(after: Position): { readonly records: number; readonly bytes: number } {
    let records = 0;
    let bytes = 0;
    for (const segment of this.#segments) {
      if (segment.last <= after) continue;
      if (segment.first <= after) this.#reads(segment);
      const part = segment.beyond(after);
      records += part.records;
      bytes += part.bytes;
    }
    return { records, bytes };
  }

  storedAfter(after: Position): WallMs | undefined {
    for (const segment of this.#segments) {
      if (segment.last <= after) continue;
      this.#reads(segment);
      const at = segment.storedAfter(after);
      if (at !== undefined) return at;
    }
    return undefined;
  }

  /** Removes the segments wholly behind `through`; the one being written stays. */
  release(through: Position): void {
    while (this.#segments.length > 1 || this.#segments[0]?.writable === false) {
      const oldest = this.#segments[0];
      if (oldest === undefined || oldest.last > through) return;
      this.#removeOldest(oldest);
    }
  }

  /** The segments that are no longer written, oldest first. */
  closed(): readonly Segment[] {
    return this.#segments.filter((segment) => !segment.writable);
  }

  removeOldestClosed(): void {
    const [oldest] = this.#segments;
    if (oldest?.writable === false) this.#removeOldest(oldest);
  }

  close(): void {
    for (const segment of this.#segments) segment.close();
    this.#spare?.file.close();
    this.#spare = undefined;
    this.#segments = [];
  }

  #active(): Segment | undefined {
    const last = this.#segments.at(-1);
    return last?.writable === true ? last : undefined;
  }

  /** Only one segment besides the written one keeps its index. */
  #reads(segment: Segment): void {
    if (this.#reading !== segment) this.#reading?.forget();
    this.#reading = segment;
  }

  #rotate(first: Position, otherBytes: number): boolean {
    if (this.#spare === undefined) this.prepare(otherBytes);
    if (this.#spare === undefined) return false;
    const finished = this.#active();
    this.sync();
    // A failed sync has moved on to a fresh segment already.
    if (this.#active() !== finished) return true;
    finished?.finish();
    if (finished !== this.#reading) finished?.forget();
    this.#adoptSpare(first);
    return true;
  }

  #adoptSpare(first: Position): Segment | undefined {
    if (this.#spare === undefined) return undefined;
    const fresh = Segment.fresh(this.#spare.number, this.#spare.file, first, this.#context);
    this.#spare = undefined;
    this.#segments.push(fresh);
    return fresh;
  }

  /**
   * After a failed write or sync nobody knows what of the segment is on the medium, and a repeated sync may say "done"
   * for pages the kernel has dropped. So the segment is only read from now on, as far as it was synced, and the rest is
   * written again elsewhere, whatever the quota says.
   */
  #relocate(failed: Segment, cause: EdgeError): void {
    const records = this.#unsynced;
    const [first] = records;
    const last = records.at(-1);
    this.abandoned += 1;
    failed.finish();
    if (first === undefined || last === undefined) return;
    failed.supersede(first.position);
    try {
      if (this.#spare === undefined) {
        this.#spare = {
          number: this.#nextNumber,
          file: this.#disk.create(segmentName(this.#nextNumber), this.#limits.segmentBytes),
        };
        this.#nextNumber += 1;
      }
      const fresh = this.#adoptSpare(first.position);
      if (fresh === undefined || !fresh.write(records))
        throw spoolFault("spool.failed", "the records do not fit a fresh segment");
      fresh.sync();
      this.syncs += 1;
    } catch (thrown) {
      if (!(thrown instanceof EdgeError)) throw thrown;
      const also = `${cause.message}; and again in a fresh segment: ${thrown.message}`;
      throw spoolFault("spool.failed", `the disk does not take what must be durable: ${also}`, thrown);
    }
    this.#becomeSettled(last.position);
  }

  #becomeSettled(through: Position): void {
    this.#unsynced = [];
    this.#unsyncedBytes = 0;
    this.#settled = through;
  }

  #create(otherBytes: number): { readonly number: number; readonly file: DiskFile } | undefined {
    const { segmentBytes, maxBytes } = this.#limits;
    this.#noRoom = undefined;
    if (this.diskBytes + otherBytes + segmentBytes > maxBytes) this.#noRoom = "quota";
    else if (this.#disk.free() < segmentBytes) this.#noRoom = "disk.full";
    if (this.#noRoom !== undefined) return undefined;
    const number = this.#nextNumber;
    try {
      const file = this.#disk.create(segmentName(number), segmentBytes);
      this.#nextNumber += 1;
      return { number, file };
    } catch (thrown) {
      this.#noRoom = faultOf(thrown).code === "disk.full" ? "disk.full" : "disk.fault";
      this.#removeHalf(segmentName(number));
      return undefined;
    }
  }

  #removeHalf(name: string): void {
    try {
      if (this.#disk.list().includes(name)) this.#disk.remove(name);
    } catch (thrown) {
      // It stays as a half file of zeros, which the next opening removes; a number of its own keeps it out of the way.
      faultOf(thrown);
      this.#nextNumber += 1;
    }
  }

  #removeOldest(oldest: Segment): void {
    this.#segments.shift();
    if (this.#reading === oldest) this.#reading = undefined;
    oldest.remove(this.#disk);
  }
}

/** The disk's own fault; anything else is a bug of ours and flies on. */
function faultOf(thrown: unknown): EdgeError {
  if (thrown instanceof EdgeError) return thrown;
  throw thrown;
}
