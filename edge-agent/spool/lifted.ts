import type { Disk } from "../../adapters/kit/ports.ts";
import type { WallMs } from "../../adapters/kit/time.ts";
import { decodeWhatIsWhole, encodeRecords } from "./batch-codec.ts";
import { ORIGIN, type Position } from "./position.ts";
import type { StoredRecord } from "./record.ts";
import type { ReadLimits, SegmentContext } from "./segment.ts";

const PREFIX = "lifted-";

interface LiftedFile {
  readonly number: number;
  readonly last: Position;
  readonly records: readonly StoredRecord[];
  readonly bytes: number;
}

/**
 * What an eviction did not give up: the records of evicted segments that had to stay, lifted out into small files of
 * their own. All of them are older than anything in the segments. Written whole by `Disk.replace`; they count once the
 * state file names them. Their records stay in memory: they are few by nature, and bounded by the spool's bytes.
 */
export class Lifted {
  #files: LiftedFile[] = [];

  static nameOf(number: number): string {
    return `${PREFIX}${number}`;
  }

  static numberOf(name: string): number | undefined {
    const digits = name.startsWith(PREFIX) ? name.slice(PREFIX.length) : "";
    return /^\d{1,15}$/.test(digits) ? Number(digits) : undefined;
  }

  get numbers(): readonly number[] {
    return this.#files.map((file) => file.number);
  }

  get bytes(): number {
    return this.#files.reduce((sum, file) => sum + file.bytes, 0);
  }

  get last(): Position {
    return this.#files.at(-1)?.last ?? ORIGIN;
  }

  /** Reads one back; false where it is damaged or gone: what is whole of it is kept. */
  load(number: number, disk: Disk, context: SegmentContext): boolean {
    const bytes = disk.read(Lifted.nameOf(number));
    const decoded = bytes === undefined ? undefined : decodeWhatIsWhole(bytes, context.crc32, context.uids);
    if (bytes === undefined || decoded === undefined) return false;
    this.#keep(number, decoded.records, bytes.length);
    return decoded.whole;
  }

  /** Writes records as a new file. Throws what the disk throws; then nothing has changed. */
  add(records: readonly StoredRecord[], disk: Disk, context: SegmentContext): number {
    const number = (this.#files.at(-1)?.number ?? 0) + 1;
    const bytes = encodeRecords({ after: ORIGIN, records }, context.crc32, context.uids);
    disk.replace(Lifted.nameOf(number), bytes);
    this.#keep(number, records, bytes.length);
    return number;
  }

  /** The newest file as it would be with more records added; it is replaced by that instead of a further small file. */
  newest(): { readonly number: number; readonly records: readonly StoredRecord[]; readonly bytes: number } | undefined {
    return this.#files.at(-1);
  }

  beyond(after: Position): { readonly records: number; readonly bytes: number } {
    let records = 0;
    let bytes = 0;
    for (const file of this.#files) {
      if (file.last <= after) continue;
      const count = file.records.filter((record) => record.position > after).length;
      records += count;
      bytes += Math.round((file.bytes * count) / Math.max(1, file.records.length));
    }
    return { records, bytes };
  }

  read(after: Position, limits: ReadLimits, into: { records: StoredRecord[]; bytes: number }): void {
    for (const record of this.all(after)) {
      if (into.records.length >= limits.maxRecords) return;
      if (into.records.length > 0 && into.bytes + record.payload.length > limits.maxBytes) return;
      into.records.push(record);
      into.bytes += record.payload.length;
    }
  }

  *all(after: Position): IterableIterator<StoredRecord> {
    for (const file of this.#files) {
      if (file.last <= after) continue;
      for (const record of file.records) if (record.position > after) yield record;
    }
  }

  storedAfter(after: Position): WallMs | undefined {
    for (const record of this.all(after)) return record.storedAt;
    return undefined;
  }

  /** Forgets the files wholly behind `through`, and returns their numbers: to be removed once the state no longer names them. */
  release(through: Position): readonly number[] {
    const gone = this.#files.filter((file) => file.last <= through).map((file) => file.number);
    this.#files = this.#files.filter((file) => file.last > through);
    return gone;
  }

  /** Forgets one file. */
  drop(number: number): void {
    this.#files = this.#files.filter((file) => file.number !== number);
  }

  #keep(number: number, records: readonly StoredRecord[], bytes: number): void {
    const last = records.at(-1)?.position;
    if (last === undefined) return;
    this.#files.push({ number, last, records, bytes });
    this.#files.sort((a, b) => a.last - b.last);
  }
}
