import { ByteWriter } from "../../kit/byte-writer.ts";
import { dlmsFault } from "../codes.ts";
import { writeLength, writeOctets } from "./axdr.ts";
import { DATA_TAGS, type DlmsData, type TypeDescription } from "./data.ts";
import { writeTypeDescription } from "./type-description.ts";

/** Throws `dlms.data.unencodable` where a value does not fit its type; it blames us. */
export function encodeData(data: DlmsData): Uint8Array {
  const writer = new ByteWriter();
  writeData(writer, data);
  return writer.finish();
}

export function writeData(writer: ByteWriter, data: DlmsData): void {
  writer.u8(DATA_TAGS[data.kind]);
  if (data.kind === "compact-array") writeCompactArray(writer, data);
  else if (data.kind === "array" || data.kind === "structure") {
    writeLength(writer, data.elements.length);
    for (const element of data.elements) writeData(writer, element);
  } else writeContents(writer, data);
}

type Simple = Exclude<DlmsData, { kind: "array" | "structure" | "compact-array" }>;

function writeContents(writer: ByteWriter, data: Simple): void {
  switch (data.kind) {
    case "null-data":
    case "dont-care":
      return;
    case "boolean":
      writer.u8(data.value ? 1 : 0);
      return;
    case "bit-string":
      if (data.octets.length !== Math.ceil(data.length / 8)) {
        throw unencodable(`a bit string of ${data.length} bits in ${data.octets.length} octets`);
      }
      writeLength(writer, data.length);
      writer.bytes(data.octets);
      return;
    case "long64":
      writer.i64(within64(data.value, -(2n ** 63n), 2n ** 63n));
      return;
    case "long64-unsigned":
      writer.u64(within64(data.value, 0n, 2n ** 64n));
      return;
    case "float32":
      writer.f32(data.value);
      return;
    case "float64":
      writer.f64(data.value);
      return;
    case "octet-string":
    case "utf8-string":
      writeOctets(writer, data.octets);
      return;
    case "visible-string":
      writeLatin1(writer, data.text);
      return;
    case "date-time":
    case "date":
    case "time":
      if (data.octets.length !== TIME_OCTETS[data.kind]) {
        throw unencodable(`a ${data.kind} has ${TIME_OCTETS[data.kind]} octets, not ${data.octets.length}`);
      }
      writer.bytes(data.octets);
      return;
    default:
      writeInteger(writer, data);
  }
}

const TIME_OCTETS = { "date-time": 12, date: 5, time: 4 } as const;

type Whole = Extract<Simple, { value: number }>;

function writeInteger(writer: ByteWriter, { kind, value }: Whole): void {
  switch (kind) {
    case "integer":
    case "delta-integer":
      writer.u8(within(kind, value, -0x80, 0x7f) & 0xff);
      return;
    case "unsigned":
    case "delta-unsigned":
    case "enum":
    case "bcd":
      writer.u8(within(kind, value, 0, 0xff));
      return;
    case "long":
    case "delta-long":
      writer.i16(within(kind, value, -0x8000, 0x7fff));
      return;
    case "long-unsigned":
    case "delta-long-unsigned":
      writer.u16(within(kind, value, 0, 0xffff));
      return;
    case "double-long":
    case "delta-double-long":
      writer.i32(within(kind, value, -0x8000_0000, 0x7fff_ffff));
      return;
    case "double-long-unsigned":
    case "delta-double-long-unsigned":
      writer.u32(within(kind, value, 0, 0xffff_ffff));
      return;
    case "float32":
    case "float64":
      return;
  }
}

function writeCompactArray(writer: ByteWriter, data: Extract<DlmsData, { kind: "compact-array" }>): void {
  writeTypeDescription(writer, data.description);
  const contents = new ByteWriter();
  for (const element of data.elements) writeDescribed(contents, data.description, element);
  writeOctets(writer, contents.finish());
}

function writeDescribed(writer: ByteWriter, description: TypeDescription, data: DlmsData): void {
  if (data.kind === "compact-array" || description.kind !== data.kind) {
    throw unencodable(`a ${data.kind} in a compact array of ${description.kind}`);
  }
  if (data.kind !== "array" && data.kind !== "structure") {
    writeContents(writer, data);
    return;
  }
  const types = description.kind === "structure" ? description.fields : [];
  const count = description.kind === "array" ? description.count : types.length;
  if (data.elements.length !== count) {
    throw unencodable(`${data.elements.length} elements where the description has ${count}`);
  }
  data.elements.forEach((element, i) => {
    const type = description.kind === "array" ? description.of : types[i];
    if (type !== undefined) writeDescribed(writer, type, element);
  });
}

function writeLatin1(writer: ByteWriter, text: string): void {
  writeLength(writer, text.length);
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code > 0xff) throw unencodable("a visible-string with a character that is not in ISO 8859-1");
    writer.u8(code);
  }
}

function within(kind: string, value: number, low: number, high: number): number {
  if (Number.isInteger(value) && value >= low && value <= high) return value;
  throw unencodable(`${value} is no ${kind} (${low} to ${high})`);
}

function within64(value: bigint, low: bigint, beyond: bigint): bigint {
  if (value >= low && value < beyond) return value;
  throw unencodable(`${value} does not fit 64 bits`);
}

function unencodable(message: string): Error {
  return dlmsFault("dlms.data.unencodable", message, { blame: "us" });
}
