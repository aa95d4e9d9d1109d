import { utf8 } from "../../adapters/kit/bytes.ts";
import type { Crc32 } from "./crc32.ts";
import { type Position, toPosition } from "./position.ts";
import type { StoredRecord } from "./record.ts";
import {
  getU53,
  RECORD_HEADER_BYTES,
  readHeader,
  readRecord,
  sealHeader,
  setU53,
  writeHeader,
} from "./record-codec.ts";
import { spoolFault } from "./spool-fault.ts";
import { Uids } from "./uids.ts";

/**
 * Records outside a segment: on the wire to the peer's mirror, and in the small files of what survived an eviction.
 *
 *   0  u8×8  "BUSBARRB"
 *   8  u16   format version
 *  10  u16   0
 *  12  u32   records
 *  16  u64   the batch continues after this position
 *  24  u32   bytes of the records
 *  28  u32   CRC-32 of bytes 0 … 27
 *  32        records as in a segment, one after the other, seeded with that CRC
 */
export interface RecordBatch {
  /** Whoever has everything up to here has everything up to the last record once it has these. */
  readonly after: Position;
  readonly records: readonly StoredRecord[];
}

export const BATCH_HEADER_BYTES = 32;
const BATCH_VERSION = 1;
const MAGIC = utf8("BUSBARRB");
const CRC_AT = 28;

export function encodeRecords(batch: RecordBatch, crc32: Crc32, uids: Uids = new Uids()): Uint8Array {
  let length = 0;
  for (const record of batch.records)
    length += RECORD_HEADER_BYTES + uids.bytesOf(record.device).length + record.payload.length;
  const bytes = new Uint8Array(BATCH_HEADER_BYTES + length);
  const view = new DataView(bytes.buffer);
  bytes.set(MAGIC, 0);
  view.setUint16(8, BATCH_VERSION);
  view.setUint32(12, batch.records.length);
  setU53(view, 16, batch.after);
  view.setUint32(24, length);
  const seed = crc32(bytes.subarray(0, CRC_AT));
  view.setUint32(CRC_AT, seed);
  let at = BATCH_HEADER_BYTES;
  for (const record of batch.records) {
    const uid = uids.bytesOf(record.device);
    const running = writeHeader({ view, bytes, at }, record, uid, { crc32, seed });
    const body = at + RECORD_HEADER_BYTES;
    bytes.set(uid, body);
    bytes.set(record.payload, body + uid.length);
    at = body + uid.length + record.payload.length;
    sealHeader(view, body - RECORD_HEADER_BYTES, crc32(bytes.subarray(body, at), running));
  }
  return bytes;
}

/** Throws `spool.batch.damaged` where anything is not as it was encoded, and where positions do not ascend. */
export function decodeRecords(bytes: Uint8Array, crc32: Crc32, uids: Uids = new Uids()): RecordBatch {
  const decoded = decodeWhatIsWhole(bytes, crc32, uids);
  if (decoded === undefined || !decoded.whole) throw spoolFault("spool.batch.damaged", "a batch of records is damaged");
  return decoded;
}

/** The records before the first damaged one; `undefined` where the batch header itself is damaged. For lifted files. */
export function decodeWhatIsWhole(
  bytes: Uint8Array,
  crc32: Crc32,
  uids: Uids,
): (RecordBatch & { readonly whole: boolean }) | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < BATCH_HEADER_BYTES || MAGIC.some((byte, i) => bytes[i] !== byte)) return undefined;
  const seed = crc32(bytes.subarray(0, CRC_AT));
  if (view.getUint16(8) !== BATCH_VERSION || view.getUint32(CRC_AT) !== seed) return undefined;
  const after = toPosition(getU53(view, 16));
  const count = view.getUint32(12);
  const records: StoredRecord[] = [];
  let last: number = after;
  let at = BATCH_HEADER_BYTES;
  while (records.length < count) {
    const header = readHeader({ view, bytes, at }, { crc32, seed });
    if (header === undefined || header.position <= last) break;
    const body = bytes.subarray(at + RECORD_HEADER_BYTES, at + RECORD_HEADER_BYTES + header.bodyLength);
    if (body.length !== header.bodyLength || crc32(body, header.running) !== header.crc) break;
    const record = readRecord(view, at, body, uids);
    if (record === undefined) break;
    records.push(record);
    last = record.position;
    at += RECORD_HEADER_BYTES + header.bodyLength;
  }
  const whole = records.length === count && at === bytes.length && view.getUint32(24) === at - BATCH_HEADER_BYTES;
  return { after, records, whole };
}
