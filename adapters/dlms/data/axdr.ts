import type { ByteReader } from "../../kit/byte-reader.ts";
import type { ByteWriter } from "../../kit/byte-writer.ts";
import { dlmsFault } from "../codes.ts";

/** The parts of A-XDR (IEC 61334-6) that every APDU is made of. */

/** A length or count. Forms longer than needed are accepted, because meters send them. */
export function readLength(reader: ByteReader): number {
  const at = reader.offset;
  const first = reader.u8();
  if (first < 0x80) return first;
  const octets = first & 0x7f;
  if (octets === 0 || octets > 4) {
    throw dlmsFault("dlms.axdr.length-too-long", `a length in ${octets} octets; 1 to 4 are accepted`, { offset: at });
  }
  return reader.uint(octets);
}

/** The shortest form. */
export function writeLength(writer: ByteWriter, length: number): void {
  if (length < 0x80) writer.u8(length);
  else if (length <= 0xff) writer.u8(0x81).u8(length);
  else if (length <= 0xffff) writer.u8(0x82).u16(length);
  else if (length <= 0xff_ffff)
    writer
      .u8(0x83)
      .u8(length >>> 16)
      .u16(length & 0xffff);
  else writer.u8(0x84).u32(length);
}

export function lengthOctets(length: number): number {
  return length < 0x80 ? 1 : length <= 0xff ? 2 : length <= 0xffff ? 3 : length <= 0xff_ffff ? 4 : 5;
}

/** OCTET STRING of variable length; a view. */
export function readOctets(reader: ByteReader): Uint8Array {
  return reader.bytes(readLength(reader));
}

export function writeOctets(writer: ByteWriter, octets: Uint8Array): void {
  writeLength(writer, octets.length);
  writer.bytes(octets);
}

/** BOOLEAN: any octet but zero is true. */
export function readBoolean(reader: ByteReader): boolean {
  return reader.u8() !== 0;
}

/** The flag of an OPTIONAL, and what follows it. */
export function readOptional<Value>(reader: ByteReader, read: () => Value): Value | undefined {
  const at = reader.offset;
  const flag = reader.u8();
  if (flag === 0) return undefined;
  if (flag === 1) return read();
  throw dlmsFault("dlms.apdu.malformed", `an optional element with the flag ${flag}; 0 and 1 are known`, {
    offset: at,
  });
}

/** SEQUENCE OF. Every element has an octet at least, so a count beyond what is left is refused before anything is read. */
export function readList<Value>(reader: ByteReader, read: () => Value): Value[] {
  const at = reader.offset;
  const count = readLength(reader);
  if (count > reader.remaining) {
    throw dlmsFault("dlms.apdu.truncated", `${count} elements are announced, ${reader.remaining} octets are left`, {
      offset: at,
    });
  }
  const values: Value[] = [];
  for (let i = 0; i < count; i++) values.push(read());
  return values;
}

export function writeList<Value>(writer: ByteWriter, values: readonly Value[], write: (value: Value) => void): void {
  writeLength(writer, values.length);
  for (const value of values) write(value);
}
