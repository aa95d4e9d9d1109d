import type { ByteReader } from "../../kit/byte-reader.ts";
import type { ByteWriter } from "../../kit/byte-writer.ts";
import { dlmsFault } from "../codes.ts";
import { readLength, writeLength } from "./axdr.ts";
import { DATA_TAGS, type DataKind, type DataLimits, kindOfTag, type TypeDescription } from "./data.ts";

/** The tag of the next value. Throws `dlms.data.unknown-type`: what follows an unknown tag cannot be read. */
export function dataType(reader: ByteReader): DataKind {
  const at = reader.offset;
  const tag = reader.u8();
  const kind = kindOfTag(tag);
  if (kind !== undefined) return kind;
  throw dlmsFault("dlms.data.unknown-type", `a value with the tag ${tag}`, { offset: at, native: tag });
}

/** The contents-description of a compact array; nested ones count towards the depth of the value they are in. */
export function readTypeDescription(reader: ByteReader, limits: DataLimits, depth: number): TypeDescription {
  const at = reader.offset;
  const kind = dataType(reader);
  if (kind === "compact-array") {
    throw dlmsFault("dlms.data.malformed", "a compact array is described as one of compact arrays", { offset: at });
  }
  if (kind !== "array" && kind !== "structure") return { kind };
  if (depth >= limits.depth) {
    throw dlmsFault("dlms.data.too-deep", `types beyond ${limits.depth} levels`, { offset: at });
  }
  if (kind === "array") {
    const count = reader.u16();
    return { kind, count, of: readTypeDescription(reader, limits, depth + 1) };
  }
  const count = readLength(reader);
  if (count > reader.remaining) {
    throw dlmsFault("dlms.data.truncated", `a structure of ${count} types in ${reader.remaining} octets`, {
      offset: at,
    });
  }
  const fields: TypeDescription[] = [];
  for (let i = 0; i < count; i++) fields.push(readTypeDescription(reader, limits, depth + 1));
  return { kind, fields };
}

export function writeTypeDescription(writer: ByteWriter, description: TypeDescription): void {
  writer.u8(DATA_TAGS[description.kind]);
  if (description.kind === "array") {
    writer.u16(description.count);
    writeTypeDescription(writer, description.of);
  } else if (description.kind === "structure") {
    writeLength(writer, description.fields.length);
    for (const field of description.fields) writeTypeDescription(writer, field);
  }
}
