import type { Crc32 } from "./crc32.ts";
import { RECORD_HEADER_BYTES } from "./record-codec.ts";

/**
 * A segment is a row of blocks. Block 0 begins with the segment header, every other one with a marker:
 *
 *   0  u32  "BLK1"
 *   4  u32  segment number
 *   8  u32  block number
 *  12  u32  byte within the block at which the first record begins; 0 where none does
 *  16  u32  CRC-32 of bytes 0 … 15, seeded like the records
 *
 * Records flow over the markers as if they were not there; only a record's header is never cut.
 */
export const BLOCK_BYTES = 32_768;
export const MARKER_BYTES = 20;
export const SEGMENT_HEADER_BYTES = 1_024;
const MARKER_MAGIC = 0x424c4b31;

export interface Seal {
  readonly crc32: Crc32;
  /** The CRC-32 of who the segment belongs to and which it is. */
  readonly seed: number;
  readonly segment: number;
}

export function blockOf(at: number): number {
  return Math.floor(at / BLOCK_BYTES);
}

export function blockStart(block: number): number {
  return block * BLOCK_BYTES;
}

/** Where data begins in a block. */
export function dataStart(block: number): number {
  return block * BLOCK_BYTES + (block === 0 ? SEGMENT_HEADER_BYTES : MARKER_BYTES);
}

/** Where the next record may begin: in this block where a header still fits, otherwise in the next. */
export function recordStart(at: number): number {
  const block = blockOf(at);
  const start = Math.max(at, dataStart(block));
  return blockStart(block + 1) - start >= RECORD_HEADER_BYTES ? start : dataStart(block + 1);
}

/** The byte after `length` bytes of data that begin at `at`. It may be the end of a block. */
export function dataEnd(at: number, length: number): number {
  let end = at;
  let left = length;
  for (;;) {
    const room = blockStart(blockOf(end) + 1) - end;
    if (left <= room) return end + left;
    left -= room;
    end = dataStart(blockOf(end) + 1);
  }
}

/** The pieces of `length` bytes of data that begin at `at`, in order, without the markers in between. */
export function* pieces(at: number, length: number): IterableIterator<{ readonly from: number; readonly to: number }> {
  let from = Math.max(at, dataStart(blockOf(at)));
  let left = length;
  while (left > 0) {
    const limit = blockStart(blockOf(from) + 1);
    const to = Math.min(limit, from + left);
    yield { from, to };
    left -= to - from;
    from = to === limit ? dataStart(blockOf(to)) : to;
  }
}

/** @param firstRecord byte within the block, 0 where no record begins in it. */
export function writeMarker(
  view: DataView,
  bytes: Uint8Array,
  at: number,
  firstRecord: number,
  where: Seal & { readonly block: number },
): void {
  view.setUint32(at, MARKER_MAGIC);
  view.setUint32(at + 4, where.segment);
  view.setUint32(at + 8, where.block);
  view.setUint32(at + 12, firstRecord);
  view.setUint32(at + 16, where.crc32(bytes.subarray(at, at + 16), where.seed));
}

/** What the marker says about the first record of its block; `undefined` where it is not the marker of this very block. */
export function readMarker(view: DataView, bytes: Uint8Array, block: number, seal: Seal): number | undefined {
  const at = blockStart(block);
  if (at + MARKER_BYTES > bytes.length || view.getUint32(at) !== MARKER_MAGIC) return undefined;
  if (view.getUint32(at + 4) !== seal.segment || view.getUint32(at + 8) !== block) return undefined;
  if (view.getUint32(at + 16) !== seal.crc32(bytes.subarray(at, at + 16), seal.seed)) return undefined;
  const firstRecord = view.getUint32(at + 12);
  return firstRecord === 0 || (firstRecord >= MARKER_BYTES && firstRecord < BLOCK_BYTES) ? firstRecord : undefined;
}
