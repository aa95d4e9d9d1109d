import {
  BLOCK_BYTES,
  blockOf,
  blockStart,
  dataEnd,
  dataStart,
  pieces,
  readMarker,
  recordStart,
  type Seal,
} from "./blocks.ts";
import type { StoredRecord } from "./record.ts";
import { RECORD_FIRST_BYTE, RECORD_HEADER_BYTES, type RecordHeader, readHeader, readRecord } from "./record-codec.ts";
import type { Uids } from "./uids.ts";

/** Where the valid records of a segment are, in the order of their positions. */
export interface SegmentIndex {
  readonly positions: number[];
  readonly starts: number[];
  /** One past the last byte of each record. */
  readonly ends: number[];
}

export interface Scan {
  readonly index: SegmentIndex;
  /** Bytes that are neither zero, nor valid, nor what is left at the end of a block. */
  readonly badBytes: number;
  /** Blocks with data whose marker is not theirs. */
  readonly badMarkers: number;
  /** One past the last byte that is not zero: from the next block on nothing was ever written. */
  readonly writtenEnd: number;
}

export const SCAN_STARTS_AT: number = dataStart(0);

/**
 * Finds every record whose bytes are as they were written, and nothing else: exact where the bytes are whole, and where
 * they are not it goes on at the next block marker, and within the block at the next thing that looks like a header and
 * whose checksum holds. The length of a damaged record is never believed.
 */
export function scanSegment(bytes: Uint8Array, seal: Seal): Scan {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const positions: number[] = [];
  const starts: number[] = [];
  const ends: number[] = [];
  const writtenEnd = endOfWritten(bytes);
  let badBytes = 0;
  let at = recordStart(SCAN_STARTS_AT);
  while (at < writtenEnd) {
    const header = validRecord(view, bytes, at, seal);
    if (header === undefined) {
      const next = resume(view, bytes, at, Math.min(writtenEnd, bytes.length), seal);
      badBytes += nonZeroBytes(bytes, at, Math.min(next, writtenEnd));
      at = next;
      continue;
    }
    const end = dataEnd(at, RECORD_HEADER_BYTES + header.bodyLength);
    positions.push(header.position);
    starts.push(at);
    ends.push(end);
    at = recordStart(end);
  }
  const badMarkers = countBadMarkers(view, bytes, writtenEnd, seal);
  // A payload may end in zeros.
  const lastEnd = ends.at(-1) ?? 0;
  return {
    index: inOrder({ positions, starts, ends }),
    badBytes,
    badMarkers,
    writtenEnd: Math.max(writtenEnd, lastEnd),
  };
}

/** Reads one record; `undefined` where its bytes are no longer what they were. */
export function readRecordAt(
  bytes: Uint8Array,
  at: number,
  base: number,
  seal: Seal,
  uids: Uids,
): StoredRecord | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const header = readHeader({ view, bytes, at: at - base }, seal);
  if (header === undefined) return undefined;
  const body = new Uint8Array(header.bodyLength);
  let filled = 0;
  for (const piece of pieces(at + RECORD_HEADER_BYTES, header.bodyLength)) {
    if (piece.to - base > bytes.length) return undefined;
    body.set(bytes.subarray(piece.from - base, piece.to - base), filled);
    filled += piece.to - piece.from;
  }
  if (seal.crc32(body, header.running) !== header.crc) return undefined;
  return readRecord(view, at - base, body, uids);
}

/** What a valid record's header says, its payload left aside. */
export function peekRecordAt(
  view: DataView,
  bytes: Uint8Array,
  at: number,
  uids: Uids,
): Omit<StoredRecord, "payload"> | undefined {
  const length = view.getUint8(at + 16);
  const body = at + RECORD_HEADER_BYTES;
  if (isInOneBlock(body, length)) return readRecord(view, at, bytes.subarray(body, body + length), uids);
  const uid = new Uint8Array(length);
  let filled = 0;
  for (const piece of pieces(body, length)) {
    uid.set(bytes.subarray(piece.from, piece.to), filled);
    filled += piece.to - piece.from;
  }
  return readRecord(view, at, uid, uids);
}

function validRecord(view: DataView, bytes: Uint8Array, at: number, seal: Seal): RecordHeader | undefined {
  const header = readHeader({ view, bytes, at }, seal);
  if (header === undefined || header.bodyLength > bytes.length) return undefined;
  const body = at + RECORD_HEADER_BYTES;
  let crc = header.running;
  if (isInOneBlock(body, header.bodyLength) && body + header.bodyLength <= bytes.length) {
    crc = seal.crc32(bytes.subarray(body, body + header.bodyLength), crc);
    return crc === header.crc ? header : undefined;
  }
  for (const piece of pieces(body, header.bodyLength)) {
    if (piece.to > bytes.length) return undefined;
    crc = seal.crc32(bytes.subarray(piece.from, piece.to), crc);
  }
  return crc === header.crc ? header : undefined;
}

/** Most bodies are: the loop over pieces costs more than all the rest. */
function isInOneBlock(at: number, length: number): boolean {
  return at % BLOCK_BYTES !== 0 && blockStart(blockOf(at) + 1) - at >= length;
}

/** Where to look next after something that is no record: within the block, then where the next markers point. */
function resume(view: DataView, bytes: Uint8Array, at: number, limit: number, seal: Seal): number {
  const found = candidate(view, bytes, at + 1, Math.min(blockStart(blockOf(at) + 1), limit), seal);
  if (found !== undefined) return found;
  for (let block = blockOf(at) + 1; blockStart(block) < limit; block++) {
    const firstRecord = readMarker(view, bytes, block, seal);
    if (firstRecord === 0) continue;
    const start = firstRecord === undefined ? dataStart(block) : blockStart(block) + firstRecord;
    const next = candidate(view, bytes, start, Math.min(blockStart(block + 1), limit), seal);
    if (next !== undefined) return next;
  }
  return limit;
}

function candidate(view: DataView, bytes: Uint8Array, from: number, to: number, seal: Seal): number | undefined {
  const window = bytes.subarray(from, to);
  for (let i = window.indexOf(RECORD_FIRST_BYTE); i !== -1; i = window.indexOf(RECORD_FIRST_BYTE, i + 1)) {
    const at = from + i;
    if (blockStart(blockOf(at) + 1) - at >= RECORD_HEADER_BYTES && validRecord(view, bytes, at, seal) !== undefined)
      return at;
  }
  return undefined;
}

/** Misplaced blocks can bring records out of order or twice; the file is told apart by position, not by place. */
function inOrder(index: SegmentIndex): SegmentIndex {
  const { positions, starts, ends } = index;
  let ascending = true;
  for (let i = 1; i < positions.length && ascending; i++) ascending = (positions[i] ?? 0) > (positions[i - 1] ?? 0);
  if (ascending) return index;
  const order = positions.map((_, i) => i).sort((a, b) => (positions[a] ?? 0) - (positions[b] ?? 0));
  const sorted: SegmentIndex = { positions: [], starts: [], ends: [] };
  for (const i of order) {
    const position = positions[i] ?? 0;
    if (sorted.positions.at(-1) === position) continue;
    sorted.positions.push(position);
    sorted.starts.push(starts[i] ?? 0);
    sorted.ends.push(ends[i] ?? 0);
  }
  return sorted;
}

function countBadMarkers(view: DataView, bytes: Uint8Array, writtenEnd: number, seal: Seal): number {
  let bad = 0;
  for (let block = 1; blockStart(block) < writtenEnd; block++) {
    if (readMarker(view, bytes, block, seal) === undefined) bad += 1;
  }
  return bad;
}

/** Looks from the end, block by block: most of a segment that is not full is zeros. */
export function endOfWritten(bytes: Uint8Array): number {
  let end = bytes.length;
  const words = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  while (end % 8 !== 0) {
    if (bytes[end - 1] !== 0) return end;
    end -= 1;
  }
  while (end > 0 && words.getUint32(end - 4) === 0 && words.getUint32(end - 8) === 0) end -= 8;
  while (end > 0 && bytes[end - 1] === 0) end -= 1;
  return end;
}

/** Of the data: markers are counted as markers. */
function nonZeroBytes(bytes: Uint8Array, from: number, to: number): number {
  let count = 0;
  for (let at = from; at < to; at++) {
    at = Math.max(at, dataStart(blockOf(at)));
    if (at < to && bytes[at] !== 0) count += 1;
  }
  return count;
}

/** Where an opening goes on writing: the first block in which nothing was ever written. */
export function freshBlockAfter(writtenEnd: number): number {
  if (writtenEnd <= SCAN_STARTS_AT) return SCAN_STARTS_AT;
  return dataStart(Math.ceil(writtenEnd / BLOCK_BYTES));
}
