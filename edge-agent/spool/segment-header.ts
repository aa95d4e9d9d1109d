import { utf8 } from "../../adapters/kit/bytes.ts";
import { BLOCK_BYTES, SEGMENT_HEADER_BYTES } from "./blocks.ts";
import type { Crc32 } from "./crc32.ts";
import { type Position, toPosition } from "./position.ts";
import { getU53, setU53 } from "./record-codec.ts";
import { spoolFault } from "./spool-fault.ts";

/** Whose records a directory holds. Another one's are never touched. */
export interface SpoolIdentity {
  /** `/<site>/<gateway>`, the source of the messages. */
  readonly source: string;
  readonly group: string;
  /** Name of the agent whose records these are; in a mirror the peer's. */
  readonly stream: string;
}

/**
 * The segment header, 1,024 bytes, big endian:
 *
 *   0  u8×8  "BUSBARSP"
 *   8  u16   format version
 *  10  u16   0
 *  12  u32   segment number
 *  16  u64   position of its first record
 *  24  u32   segment bytes
 *  28  u32   block bytes
 *  32  u8+n  source, u8+n group, u8+n stream, u8+n incarnation: each a length and that many bytes of UTF-8
 *  …   0 up to 1,020
 * 1020 u32   CRC-32 of bytes 0 … 1,019
 */
export interface SegmentHeader {
  readonly version: number;
  readonly segment: number;
  readonly first: Position;
  readonly segmentBytes: number;
  readonly identity: SpoolIdentity;
  readonly incarnation: string;
}

export const FORMAT_VERSION = 1;
/** Three of them, an incarnation and their lengths fit into a header. */
const IDENTITY_BYTES_LIMIT = 255;
const CRC_AT = SEGMENT_HEADER_BYTES - 4;
const MAGIC = utf8("BUSBARSP");
const IDENTITY_AT = 32;
const BLOCK_BYTES_AT = 28;
const decoder = new TextDecoder();

export function encodeSegmentHeader(header: Omit<SegmentHeader, "version">, crc32: Crc32): Uint8Array {
  const bytes = new Uint8Array(SEGMENT_HEADER_BYTES);
  const view = new DataView(bytes.buffer);
  bytes.set(MAGIC, 0);
  view.setUint16(8, FORMAT_VERSION);
  view.setUint32(12, header.segment);
  setU53(view, 16, header.first);
  view.setUint32(24, header.segmentBytes);
  view.setUint32(BLOCK_BYTES_AT, BLOCK_BYTES);
  let at = IDENTITY_AT;
  for (const text of [...identityTexts(header.identity), header.incarnation]) {
    const encoded = utf8(text);
    view.setUint8(at, encoded.length);
    bytes.set(encoded, at + 1);
    at += 1 + encoded.length;
  }
  view.setUint32(CRC_AT, crc32(bytes.subarray(0, CRC_AT)));
  return bytes;
}

/**
 * The header, where the bytes are one. The version stands before everything that a later version may change, so a later
 * version is recognised even though its CRC may be elsewhere.
 */
export function decodeSegmentHeader(bytes: Uint8Array, crc32: Crc32): SegmentHeader | "future" | undefined {
  if (bytes.length < SEGMENT_HEADER_BYTES) return undefined;
  for (let i = 0; i < MAGIC.length; i++) if (bytes[i] !== MAGIC[i]) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const version = view.getUint16(8);
  const whole = view.getUint32(CRC_AT) === crc32(bytes.subarray(0, CRC_AT));
  if (!whole) return undefined;
  if (version !== FORMAT_VERSION) return version > FORMAT_VERSION ? "future" : undefined;
  const texts: string[] = [];
  let at = IDENTITY_AT;
  for (let n = 0; n < 4; n++) {
    const length = view.getUint8(at);
    texts.push(decoder.decode(bytes.subarray(at + 1, at + 1 + length)));
    at += 1 + length;
  }
  const [source = "", group = "", stream = "", incarnation = ""] = texts;
  return {
    version,
    segment: view.getUint32(12),
    first: toPosition(getU53(view, 16)),
    segmentBytes: view.getUint32(24),
    identity: { source, group, stream },
    incarnation,
  };
}

/** What the CRC of every record of a segment starts from: a record of another site, stream or segment does not fit. */
export function segmentSeed(identity: SpoolIdentity, segment: number, crc32: Crc32): number {
  return crc32(utf8(`${identityTexts(identity).join("\n")}\n${segment}`));
}

export function sameIdentity(a: SpoolIdentity, b: SpoolIdentity): boolean {
  return a.source === b.source && a.group === b.group && a.stream === b.stream;
}

/** Throws `spool.settings.invalid` where a part is empty or has more than 255 bytes. */
export function checkIdentity(identity: SpoolIdentity): void {
  for (const text of identityTexts(identity)) {
    const bytes = utf8(text).length;
    if (bytes >= 1 && bytes <= IDENTITY_BYTES_LIMIT) continue;
    throw spoolFault(
      "spool.settings.invalid",
      `source, group and stream have 1 to ${IDENTITY_BYTES_LIMIT} bytes, not ${bytes}`,
    );
  }
}

function identityTexts(identity: SpoolIdentity): readonly [string, string, string] {
  return [identity.source, identity.group, identity.stream];
}
