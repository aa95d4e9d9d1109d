import { EdgeError } from "../../adapters/kit/edge-error.ts";
import type { Disk, DiskFile } from "../../adapters/kit/ports.ts";
import { SEGMENT_HEADER_BYTES } from "./blocks.ts";
import type { SpoolFinding } from "./finding.ts";
import { recordsIn } from "./finding.ts";
import { Lifted } from "./lifted.ts";
import { beyondKnown, ORIGIN, type Position, type PositionRange, toPosition } from "./position.ts";
import { readWhole, Segment, type SegmentContext, segmentNumber } from "./segment.ts";
import { decodeSegmentHeader, type SegmentHeader, type SpoolIdentity, sameIdentity } from "./segment-header.ts";
import { endOfWritten, peekRecordAt, type Scan, scanSegment } from "./segment-scan.ts";
import type { SpoolSettings } from "./settings.ts";
import { spoolFault } from "./spool-fault.ts";
import { decodeState, type SpoolState, STATE_FILE } from "./state-file.ts";

/** What a directory holds, read and not yet touched. */
export interface Inspection {
  readonly state: SpoolState | undefined;
  readonly stateDamaged: boolean;
  readonly files: readonly SegmentFile[];
  readonly liftedNumbers: readonly number[];
}

interface SegmentFile {
  readonly name: string;
  readonly number: number;
  readonly file: DiskFile;
  readonly header: SegmentHeader | undefined;
}

export interface Loss {
  readonly range: PositionRange;
  readonly records: number;
  readonly durable: boolean;
}

/** What a scan of everything found. */
export interface Recovered {
  readonly segments: readonly Segment[];
  readonly spare: { readonly number: number; readonly file: DiskFile } | undefined;
  /** Where the newest segment may be written on; `undefined` where it may not. */
  readonly writtenEnd: number | undefined;
  readonly lifted: Lifted;
  readonly devices: Map<string, Position>;
  readonly findings: readonly SpoolFinding[];
  readonly lost: readonly Loss[];
  readonly last: Position;
}

/**
 * Looks at the directory without changing anything. Throws `spool.foreign` and `spool.version` for what is not ours to
 * touch, before a single byte is written.
 */
export function inspect(disk: Disk, identity: SpoolIdentity, crc32: SegmentContext["crc32"]): Inspection {
  const names = [...disk.list()];
  const stateBytes = disk.read(STATE_FILE);
  const state = stateBytes === undefined ? undefined : decodeState(stateBytes, crc32);
  if (state === "future") throw newer(STATE_FILE);
  if (state !== undefined && !sameIdentity(state.identity, identity)) throw foreign(STATE_FILE, state.identity);
  const files: SegmentFile[] = [];
  try {
    for (const name of names) {
      const number = segmentNumber(name);
      if (number === undefined) continue;
      const file = disk.open(name);
      files.push({ name, number, file, header: undefined });
      const header = readSegmentHeader(file, crc32);
      if (header === "future") throw newer(name);
      if (header !== undefined && !sameIdentity(header.identity, identity)) throw foreign(name, header.identity);
      // The header of another segment is a misplaced block: the name says which one this is.
      if (header?.segment === number) files[files.length - 1] = { name, number, file, header };
    }
  } catch (thrown) {
    for (const { file } of files) file.close();
    throw thrown;
  }
  files.sort((a, b) => a.number - b.number);
  const liftedNumbers = names.flatMap((name) => Lifted.numberOf(name) ?? []).sort((a, b) => a - b);
  return { state, stateDamaged: stateBytes !== undefined && state === undefined, files, liftedNumbers };
}

/** Scans every segment, one a turn, so that a caller with a loop to keep alive can breathe in between. */
export function* recover(
  disk: Disk,
  found: Inspection,
  settings: SpoolSettings,
  context: SegmentContext,
): Generator<{ readonly segment: number; readonly of: number }, Recovered, void> {
  const pass = new RecoveryPass(disk, found, settings, context);
  for (const [i, file] of found.files.entries()) {
    pass.take(file);
    yield { segment: i + 1, of: found.files.length };
  }
  return pass.result();
}

class RecoveryPass {
  readonly #disk: Disk;
  readonly #found: Inspection;
  readonly #settings: SpoolSettings;
  readonly #context: SegmentContext;
  readonly #findings: SpoolFinding[] = [];
  readonly #segments: Segment[] = [];
  readonly #devices = new Map<string, Position>();
  readonly #lifted = new Lifted();
  readonly #chain: { position: Position; after: Position }[] = [];
  #settled: Position;
  #empty: { readonly number: number; readonly file: DiskFile; readonly name: string } | undefined;
  #tail: { readonly segment: Segment; readonly scan: Scan; readonly sound: boolean } | undefined;
  #previousNumber: number | undefined;

  constructor(disk: Disk, found: Inspection, settings: SpoolSettings, context: SegmentContext) {
    this.#disk = disk;
    this.#found = found;
    this.#settings = settings;
    this.#context = context;
    this.#settled = found.state?.settled ?? ORIGIN;
    if (found.stateDamaged) this.#findings.push({ kind: "state-damaged" });
    for (const number of found.state?.lifted ?? found.liftedNumbers) {
      if (!this.#lifted.load(number, disk, context)) {
        this.#findings.push({ kind: "lifted-damaged", name: Lifted.nameOf(number) });
      }
    }
    for (const record of this.#lifted.all(ORIGIN)) this.#devices.set(record.device, record.position);
  }

  take({ number, file, header, name }: SegmentFile): void {
    this.#keepEmpty();
    const { bytes, unreadableBlocks } = readWhole(file);
    if (header === undefined && unreadableBlocks === 0 && endOfWritten(bytes) === 0) {
      this.#empty = { number, file, name };
      return;
    }
    this.#noteNumber(number);
    if (unreadableBlocks > 0)
      this.#findings.push({ kind: "blocks-unreadable", segment: number, blocks: unreadableBlocks });
    if (header === undefined) this.#findings.push({ kind: "header-damaged", segment: number });
    const wanted = header?.segmentBytes ?? this.#settings.segmentBytes;
    if (file.size < wanted) this.#findings.push({ kind: "segment-short", segment: number, bytes: file.size, wanted });
    const scan = scanSegment(bytes, Segment.seal(number, this.#context));
    const first = header?.first ?? toPosition(scan.index.positions[0] ?? Number.MAX_SAFE_INTEGER);
    const segment = Segment.scanned(number, file, first, scan, this.#context);
    // From its first record on it repeats what an abandoned segment could not sync. One that kept none repeats nothing.
    const repeated = scan.index.positions[0];
    if (repeated !== undefined) for (const earlier of this.#segments) earlier.supersede(toPosition(repeated));
    this.#followChain(bytes, scan);
    this.#noteDamage(segment, scan, unreadableBlocks);
    this.#tail?.segment.forget();
    this.#segments.push(segment);
    const sound = header !== undefined && file.size === wanted && unreadableBlocks === 0;
    this.#tail = { segment, scan, sound };
  }

  result(): Recovered {
    const last = toPosition(Math.max(this.#chain.at(-1)?.position ?? ORIGIN, this.#lifted.last));
    const lost = this.#losses(last);
    for (const { range, records, durable } of lost) {
      this.#findings.push({ kind: "records-lost", lost: range, records, durable });
    }
    const writtenEnd =
      this.#tail?.sound === true && this.#syncs(this.#tail.segment) ? this.#tail.scan.writtenEnd : undefined;
    return {
      segments: this.#segments,
      spare: this.#spare(),
      writtenEnd,
      lifted: this.#lifted,
      devices: this.#devices,
      findings: this.#findings,
      lost,
      last,
    };
  }

  /**
   * A file of zeros behind all others is a segment that was prepared and never used, or, too short, was being prepared.
   * One before others was begun and lost with the power: it keeps its number, because what is written next must have a
   * higher one than everything written before.
   */
  #keepEmpty(): void {
    const empty = this.#empty;
    if (empty === undefined) return;
    this.#empty = undefined;
    this.#noteNumber(empty.number);
    const nowhere = toPosition(Number.MAX_SAFE_INTEGER);
    const scan = { index: { positions: [], starts: [], ends: [] }, badBytes: 0, badMarkers: 0, writtenEnd: 0 };
    this.#segments.push(Segment.scanned(empty.number, empty.file, nowhere, scan, this.#context));
  }

  #spare(): Recovered["spare"] {
    const empty = this.#empty;
    if (empty === undefined || empty.file.size === this.#settings.segmentBytes) return empty;
    empty.file.close();
    this.#disk.remove(empty.name);
    return undefined;
  }

  #noteNumber(number: number): void {
    if (this.#previousNumber !== undefined) this.#noteMissing(this.#previousNumber + 1, number);
    this.#previousNumber = number;
  }

  #noteMissing(from: number, until: number): void {
    for (let segment = from; segment < until && segment < from + this.#found.files.length + 1; segment++) {
      this.#findings.push({ kind: "segment-missing", segment });
    }
  }

  #noteDamage(segment: Segment, scan: Scan, unreadableBlocks: number): void {
    const markers = scan.badMarkers;
    if (scan.badBytes === 0 && markers === 0) return;
    const torn = segment.number === this.#found.files.at(-1)?.number && markers === 0 && unreadableBlocks === 0;
    if (torn) this.#findings.push({ kind: "torn-tail", segment: segment.number, bytes: scan.badBytes });
    else this.#findings.push({ kind: "bytes-damaged", segment: segment.number, bytes: scan.badBytes, markers });
  }

  #followChain(bytes: Uint8Array, scan: Scan): void {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    for (const start of scan.index.starts) {
      const record = peekRecordAt(view, bytes, start, this.#context.uids);
      if (record === undefined) continue;
      this.#settled = toPosition(Math.max(this.#settled, record.settled));
      this.#devices.set(
        record.device,
        toPosition(Math.max(this.#devices.get(record.device) ?? ORIGIN, record.position)),
      );
      this.#supersedeChain(record.after);
      const before = this.#chain.at(-1);
      // Only the ends of unbroken runs are kept: millions of records, a handful of breaks.
      if (before !== undefined && record.after === before.position) before.position = record.position;
      else this.#chain.push({ position: record.position, after: record.after });
    }
  }

  /** A later segment repeats what a failed one could not sync: the chain goes on from where the later one begins. */
  #supersedeChain(after: Position): void {
    for (let run = this.#chain.at(-1); run !== undefined && run.position > after; run = this.#chain.at(-1)) {
      if (run.after < after) run.position = after;
      else this.#chain.pop();
    }
  }

  #losses(last: Position): Recovered["lost"] {
    const state = this.#found.state;
    const cursors = Object.values(state?.cursors ?? {});
    const delivered = Math.min(...(cursors.length === 0 ? [ORIGIN] : cursors));
    // Without a state nobody knows how far it was read: what precedes the first record was trimmed, as far as we can tell.
    let before: number = state === undefined ? (this.#chain[0]?.after ?? ORIGIN) : Math.max(delivered, state.floor);
    const lost: Loss[] = [];
    for (const run of this.#chain) {
      if (run.position <= before) continue;
      if (run.after > before) lost.push(...this.#loss(before, run.after));
      before = run.position;
    }
    before = Math.max(before, last);
    return this.#settled > before ? [...lost, ...this.#loss(before, this.#settled)] : lost;
  }

  /** What is missing and was not known to be, split where it stops being sure that it was ever durable. */
  #loss(after: number, through: number): Loss[] {
    const cut = Math.min(through, Math.max(after, this.#settled));
    const known = this.#found.state?.lost ?? [];
    const parts = [
      { durable: true, range: { after: toPosition(after), through: toPosition(cut) } },
      { durable: false, range: { after: toPosition(cut), through: toPosition(through) } },
    ];
    return parts.flatMap(({ durable, range }) =>
      range.through === range.after
        ? []
        : beyondKnown(range, known).map((one) => ({ range: one, records: recordsIn(one), durable })),
    );
  }

  #syncs(segment: Segment): boolean {
    try {
      segment.sync();
      return true;
    } catch (thrown) {
      if (!(thrown instanceof EdgeError)) throw thrown;
      this.#findings.push({ kind: "segment-unsynced", segment: segment.number });
      return false;
    }
  }
}

function readSegmentHeader(file: DiskFile, crc32: SegmentContext["crc32"]): SegmentHeader | "future" | undefined {
  if (file.size < SEGMENT_HEADER_BYTES) return undefined;
  try {
    return decodeSegmentHeader(file.readAt(0, SEGMENT_HEADER_BYTES), crc32);
  } catch (thrown) {
    if (thrown instanceof EdgeError) return undefined;
    throw thrown;
  }
}

function foreign(name: string, identity: SpoolIdentity): EdgeError {
  const whose = `${identity.source}, group ${identity.group}, stream ${identity.stream}`;
  return spoolFault("spool.foreign", `${name} belongs to ${whose}: give this agent a directory of its own`);
}

function newer(name: string): EdgeError {
  return spoolFault("spool.version", `${name} was written by a later version: run that one, or let it drain first`);
}
