import { toWall, type WallMs } from "../../adapters/kit/time.ts";
import type { Crc32 } from "./crc32.ts";
import { toPosition } from "./position.ts";
import { RECORD_CLASSES, type StoredRecord } from "./record.ts";
import type { Uids } from "./uids.ts";

/**
 * The record header, 64 bytes, big endian. It is never cut by a block marker; the body (device uid, then payload) may be.
 *
 *   0  u16  FE 52: 0xFE never occurs in UTF-8, so no payload can imitate a header
 *   2  u16  lower half of the CRC-32 of bytes 8 … 63: cheap refusal of what only looks like a header
 *   4  u32  CRC-32 of bytes 8 … 63 and the body, seeded by site and segment: what belongs elsewhere does not fit here
 *   8  u32  body length
 *  12  u8   class (index in RECORD_CLASSES)
 *  13  u8   flags: 1 = carries device memory; the others are 0
 *  14  u16  messages
 *  16  u8   length of the device uid
 *  17  u8×3 0
 *  20  u32  lease epoch
 *  24  u64  sequence
 *  32  u64  position
 *  40  u64  position of the record before
 *  48  u64  durable through, when this was written
 *  56  u64  stored at, wall clock in milliseconds
 */
export const RECORD_HEADER_BYTES = 64;
export const RECORD_MAGIC = 0xfe52;
export const RECORD_FIRST_BYTE = 0xfe;
const CHECKED_FROM = 8;
const FLAG_MEMORY = 1;
const U32 = 0x1_0000_0000;

export interface RecordHeader {
  readonly crc: number;
  readonly bodyLength: number;
  readonly position: number;
}

/** Bytes of a record without the markers in between. */
export function recordBytes(record: { readonly device: string; readonly payload: Uint8Array }, uids: Uids): number {
  return RECORD_HEADER_BYTES + uids.bytesOf(record.device).length + record.payload.length;
}

/** Writes the header and returns the running CRC of bytes 8 … 63; `sealHeader` sets the final one. */
export function writeHeader(
  into: { readonly view: DataView; readonly bytes: Uint8Array; readonly at: number },
  record: StoredRecord,
  uid: Uint8Array,
  checksum: { readonly crc32: Crc32; readonly seed: number },
): number {
  const { view, at } = into;
  view.setUint32(at + 8, uid.length + record.payload.length);
  view.setUint8(at + 12, RECORD_CLASSES.indexOf(record.class));
  view.setUint8(at + 13, record.hasMemory ? FLAG_MEMORY : 0);
  view.setUint16(at + 14, record.messages);
  view.setUint32(at + 16, uid.length * 0x100_0000);
  view.setUint32(at + 20, record.epoch);
  setU53(view, at + 24, record.sequence);
  setU53(view, at + 32, record.position);
  setU53(view, at + 40, record.after);
  setU53(view, at + 48, record.settled);
  setU53(view, at + 56, record.storedAt);
  const header = into.bytes.subarray(at + CHECKED_FROM, at + RECORD_HEADER_BYTES);
  const crc = checksum.crc32(header, checksum.seed);
  view.setUint16(at, RECORD_MAGIC);
  view.setUint16(at + 2, crc & 0xffff);
  return crc;
}

export function sealHeader(view: DataView, at: number, crc: number): void {
  view.setUint32(at + 4, crc);
}

/** The header at `at` where magic and header check hold, with the running CRC; `undefined` where they do not. */
export function readHeader(
  from: { readonly view: DataView; readonly bytes: Uint8Array; readonly at: number },
  checksum: { readonly crc32: Crc32; readonly seed: number },
): (RecordHeader & { readonly running: number }) | undefined {
  const { view, bytes, at } = from;
  if (at + RECORD_HEADER_BYTES > bytes.length || view.getUint16(at) !== RECORD_MAGIC) return undefined;
  const running = checksum.crc32(bytes.subarray(at + CHECKED_FROM, at + RECORD_HEADER_BYTES), checksum.seed);
  if ((running & 0xffff) !== view.getUint16(at + 2)) return undefined;
  return { crc: view.getUint32(at + 4), bodyLength: view.getUint32(at + 8), position: getU53(view, at + 32), running };
}

/**
 * The record of a header whose CRC was checked, and its whole body. The payload is a view of `body`. `undefined` where the
 * fields contradict each other, which only a writer with another idea of the format can bring about.
 */
export function readRecord(view: DataView, at: number, body: Uint8Array, uids: Uids): StoredRecord | undefined {
  const recordClass = RECORD_CLASSES[view.getUint8(at + 12)];
  const uidLength = view.getUint8(at + 16);
  if (recordClass === undefined || uidLength > body.length) return undefined;
  return {
    class: recordClass,
    hasMemory: (view.getUint8(at + 13) & FLAG_MEMORY) !== 0,
    messages: view.getUint16(at + 14),
    epoch: view.getUint32(at + 20),
    sequence: getU53(view, at + 24),
    position: toPosition(getU53(view, at + 32)),
    after: toPosition(getU53(view, at + 40)),
    settled: toPosition(getU53(view, at + 48)),
    storedAt: toWall(getU53(view, at + 56)),
    device: uids.textOf(body.subarray(0, uidLength)),
    payload: body.subarray(uidLength),
  };
}

/** When a record was stored, from its header alone. */
export function storedAtOf(header: Uint8Array): WallMs {
  return toWall(getU53(new DataView(header.buffer, header.byteOffset, header.byteLength), 56));
}

export function setU53(view: DataView, at: number, value: number): void {
  view.setUint32(at, Math.floor(value / U32));
  view.setUint32(at + 4, value % U32);
}

export function getU53(view: DataView, at: number): number {
  return view.getUint32(at) * U32 + view.getUint32(at + 4);
}
