import {
  BLOCK_BYTES,
  blockOf,
  blockStart,
  dataEnd,
  dataStart,
  MARKER_BYTES,
  pieces,
  recordStart,
  type Seal,
  writeMarker,
} from "./blocks.ts";
import type { StoredRecord } from "./record.ts";
import { RECORD_HEADER_BYTES, sealHeader, writeHeader } from "./record-codec.ts";
import type { Uids } from "./uids.ts";

/** Records laid out for one write: `bytes` belong at `from`, and the next record may begin at `end`. */
export interface Layout {
  readonly from: number;
  readonly bytes: Uint8Array;
  /** Where each record begins in the segment. */
  readonly starts: readonly number[];
  readonly end: number;
}

/** Where records of these body lengths would begin and end if the first were to begin at or after `at`. */
export function place(at: number, bodyLengths: readonly number[]): { readonly starts: number[]; readonly end: number } {
  const starts: number[] = [];
  let end = at;
  for (const length of bodyLengths) {
    const start = recordStart(end);
    starts.push(start);
    end = dataEnd(start, RECORD_HEADER_BYTES + length);
  }
  return { starts, end };
}

/**
 * Lays records out from `at`, markers included: every block entered after `at` gets its marker, and so does the block
 * `at` itself where `at` is the first byte of its data. `undefined` where they do not fit below `limit`.
 */
export function layOut(
  at: number,
  limit: number,
  records: readonly StoredRecord[],
  seal: Seal,
  uids: Uids,
): Layout | undefined {
  const bodies = records.map((record) => uids.bytesOf(record.device).length + record.payload.length);
  const { starts, end } = place(at, bodies);
  const [first] = starts;
  if (first === undefined || end > limit) return undefined;
  const firstBlock = blockOf(first);
  const fresh = first === dataStart(firstBlock) && firstBlock > 0;
  const from = fresh ? blockStart(firstBlock) : first;
  const bytes = new Uint8Array(end - from);
  const view = new DataView(bytes.buffer);
  writeMarkers(view, bytes, { from, end, fresh }, starts, seal);
  records.forEach((record, index) => {
    writeRecord(view, bytes, from, starts[index] ?? from, record, seal, uids);
  });
  return { from, bytes, starts, end };
}

function writeMarkers(
  view: DataView,
  bytes: Uint8Array,
  span: { readonly from: number; readonly end: number; readonly fresh: boolean },
  starts: readonly number[],
  seal: Seal,
): void {
  const firstMarked = span.fresh ? blockOf(span.from) : blockOf(span.from) + 1;
  let index = 0;
  for (let block = firstMarked; blockStart(block) < span.end; block++) {
    while (index < starts.length && (starts[index] ?? 0) < blockStart(block)) index += 1;
    // Where no record of this write begins in the block, the next write's first will, if there is room for its header.
    const next = starts[index] ?? recordStart(span.end);
    const firstRecord = blockOf(next) === block ? next - blockStart(block) : 0;
    writeMarker(view, bytes, blockStart(block) - span.from, firstRecord, { ...seal, block });
  }
}

function writeRecord(
  view: DataView,
  bytes: Uint8Array,
  from: number,
  start: number,
  record: StoredRecord,
  seal: Seal,
  uids: Uids,
): void {
  const at = start - from;
  const uid = uids.bytesOf(record.device);
  let crc = writeHeader({ view, bytes, at }, record, uid, seal);
  const length = uid.length + record.payload.length;
  const body = start + RECORD_HEADER_BYTES;
  if (blockStart(blockOf(start) + 1) - body >= length) {
    bytes.set(uid, at + RECORD_HEADER_BYTES);
    bytes.set(record.payload, at + RECORD_HEADER_BYTES + uid.length);
    crc = seal.crc32(bytes.subarray(at + RECORD_HEADER_BYTES, at + RECORD_HEADER_BYTES + length), crc);
  } else {
    let written = 0;
    for (const piece of pieces(body, length)) {
      copyBody(uid, record.payload, written, bytes.subarray(piece.from - from, piece.to - from));
      crc = seal.crc32(bytes.subarray(piece.from - from, piece.to - from), crc);
      written += piece.to - piece.from;
    }
  }
  sealHeader(view, at, crc);
}

/** Copies the part of `uid` followed by `payload` that begins at `offset` and fits into `into`. */
function copyBody(uid: Uint8Array, payload: Uint8Array, offset: number, into: Uint8Array): void {
  const fromUid = uid.subarray(offset, offset + into.length);
  into.set(fromUid, 0);
  const rest = into.length - fromUid.length;
  const start = Math.max(0, offset - uid.length);
  into.set(payload.subarray(start, start + rest), fromUid.length);
}

/** The most record bytes that always fit into a fresh segment in one write, however they fall on the blocks. */
export function segmentCapacity(segmentBytes: number): number {
  const blocks = segmentBytes / BLOCK_BYTES;
  return blocks * (BLOCK_BYTES - MARKER_BYTES - RECORD_HEADER_BYTES) - dataStart(0);
}
