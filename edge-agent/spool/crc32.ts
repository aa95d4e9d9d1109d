/**
 * CRC-32 (ISO-HDLC: polynomial 0x04C11DB7 reflected, initial and final value 0xFFFFFFFF), the one of zlib, Ethernet and
 * PNG. `crc32(b, crc32(a))` is the checksum of `a` followed by `b`; a seed of 0 starts afresh. `zlib.crc32` of Node ≥ 20.15
 * has this very signature and is several times faster, so the spool takes the function as a setting.
 */
export type Crc32 = (bytes: Uint8Array, seed?: number) => number;

const SLICES = 8;
const TABLES: readonly Uint32Array[] = buildTables();
const EMPTY = new Uint32Array(256);

/** Slicing-by-8 (Kounavis and Berry, Intel 2005): eight bytes a turn, one table each. */
export const pureCrc32: Crc32 = (bytes, seed = 0) => {
  const [t0 = EMPTY, t1 = EMPTY, t2 = EMPTY, t3 = EMPTY, t4 = EMPTY, t5 = EMPTY, t6 = EMPTY, t7 = EMPTY] = TABLES;
  let crc = ~seed;
  let at = 0;
  const whole = bytes.length - (bytes.length % SLICES);
  for (; at < whole; at += SLICES) {
    const low =
      crc ^
      (byteAt(bytes, at) |
        (byteAt(bytes, at + 1) << 8) |
        (byteAt(bytes, at + 2) << 16) |
        (byteAt(bytes, at + 3) << 24));
    crc =
      byteAt(t7, low & 0xff) ^
      byteAt(t6, (low >>> 8) & 0xff) ^
      byteAt(t5, (low >>> 16) & 0xff) ^
      byteAt(t4, low >>> 24) ^
      byteAt(t3, byteAt(bytes, at + 4)) ^
      byteAt(t2, byteAt(bytes, at + 5)) ^
      byteAt(t1, byteAt(bytes, at + 6)) ^
      byteAt(t0, byteAt(bytes, at + 7));
  }
  for (; at < bytes.length; at++) crc = (crc >>> 8) ^ byteAt(t0, (crc ^ byteAt(bytes, at)) & 0xff);
  return ~crc >>> 0;
};

/** An element known to be there: keeps the inner loop free of optional values. */
function byteAt(from: { readonly [index: number]: number }, index: number): number {
  return from[index] ?? 0;
}

function buildTables(): Uint32Array[] {
  const tables = Array.from({ length: SLICES }, () => new Uint32Array(256));
  const [first = new Uint32Array(256)] = tables;
  for (let n = 0; n < 256; n++) {
    let crc = n;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? 0xedb88320 ^ (crc >>> 1) : crc >>> 1;
    first[n] = crc;
  }
  for (let slice = 1; slice < SLICES; slice++) {
    const table = tables[slice];
    const before = tables[slice - 1];
    if (table === undefined || before === undefined) continue;
    for (let n = 0; n < 256; n++) {
      const crc = before[n] ?? 0;
      table[n] = (crc >>> 8) ^ (first[crc & 0xff] ?? 0);
    }
  }
  return tables;
}
