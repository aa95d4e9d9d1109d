import { ByteReader } from "../../kit/byte-reader.ts";
import { dlmsFault } from "../codes.ts";
import { readLength } from "./axdr.ts";
import { DATA_LIMITS, type DataLimits, type DlmsData, DONT_CARE, NULL_DATA, type TypeDescription } from "./data.ts";
import { dataType, readTypeDescription } from "./type-description.ts";

/** One value and nothing behind it. Throws `dlms.data.*` and `dlms.axdr.*`, and nothing else, whatever the octets. */
export function decodeData(octets: Uint8Array, limits: DataLimits = DATA_LIMITS): DlmsData {
  const reader = new ByteReader(octets, "dlms.data.truncated");
  const data = readData(reader, limits);
  reader.expectEnd("dlms.data.trailing");
  return data;
}

/** The next value; the reader stands behind it afterwards. */
export function readData(reader: ByteReader, limits: DataLimits = DATA_LIMITS): DlmsData {
  return new DataReading(reader, limits).value(0);
}

const TRUE: DlmsData = Object.freeze({ kind: "boolean", value: true });
const FALSE: DlmsData = Object.freeze({ kind: "boolean", value: false });

class DataReading {
  readonly #reader: ByteReader;
  readonly #limits: DataLimits;
  #elements = 0;

  constructor(reader: ByteReader, limits: DataLimits) {
    this.#reader = reader;
    this.#limits = limits;
  }

  value(depth: number): DlmsData {
    const kind = dataType(this.#reader);
    if (kind === "array" || kind === "structure") return { kind, elements: this.#sequence(depth) };
    if (kind === "compact-array") return this.#compactArray(depth);
    return this.#simple(kind);
  }

  #sequence(depth: number): DlmsData[] {
    const at = this.#reader.offset;
    this.#descend(depth);
    const count = readLength(this.#reader);
    // An element has an octet at least: a count beyond what is left is refused before anything is made of it.
    if (count > this.#reader.remaining) {
      throw dlmsFault(
        "dlms.data.truncated",
        `${count} elements are announced at octet ${at}, ${this.#reader.remaining} octets are left`,
        { offset: at },
      );
    }
    this.#count(count);
    const elements: DlmsData[] = [];
    for (let i = 0; i < count; i++) elements.push(this.value(depth + 1));
    return elements;
  }

  #compactArray(depth: number): DlmsData {
    this.#descend(depth);
    const description = readTypeDescription(this.#reader, this.#limits, depth + 1);
    const length = readLength(this.#reader);
    const contents = new DataReading(this.#reader.slice(length), this.#limits);
    contents.#elements = this.#elements;
    const elements = contents.#packed(description, depth + 1);
    this.#elements = contents.#elements;
    return { kind: "compact-array", description, elements };
  }

  #packed(description: TypeDescription, depth: number): DlmsData[] {
    const elements: DlmsData[] = [];
    while (this.#reader.remaining > 0) {
      const at = this.#reader.offset;
      this.#count(1);
      elements.push(this.#described(description, depth));
      if (this.#reader.offset === at) {
        throw dlmsFault("dlms.data.malformed", "a compact array of elements without octets", { offset: at });
      }
    }
    return elements;
  }

  /** A value without its tag. */
  #described(description: TypeDescription, depth: number): DlmsData {
    if (description.kind === "array") {
      this.#count(description.count);
      const elements: DlmsData[] = [];
      for (let i = 0; i < description.count; i++) elements.push(this.#described(description.of, depth + 1));
      return { kind: "array", elements };
    }
    if (description.kind !== "structure") return this.#simple(description.kind);
    this.#count(description.fields.length);
    return { kind: "structure", elements: description.fields.map((field) => this.#described(field, depth + 1)) };
  }

  #simple(kind: Exclude<DlmsData["kind"], "array" | "structure" | "compact-array">): DlmsData {
    const reader = this.#reader;
    switch (kind) {
      case "null-data":
        return NULL_DATA;
      case "dont-care":
        return DONT_CARE;
      case "boolean":
        return reader.u8() === 0 ? FALSE : TRUE;
      case "bit-string":
        return this.#bitString();
      case "integer":
      case "delta-integer":
        return { kind, value: reader.i8() };
      case "unsigned":
      case "delta-unsigned":
      case "enum":
      case "bcd":
        return { kind, value: reader.u8() };
      case "long":
      case "delta-long":
        return { kind, value: reader.i16() };
      case "long-unsigned":
      case "delta-long-unsigned":
        return { kind, value: reader.u16() };
      case "double-long":
      case "delta-double-long":
        return { kind, value: reader.i32() };
      case "double-long-unsigned":
      case "delta-double-long-unsigned":
        return { kind, value: reader.u32() };
      case "long64":
        return { kind, value: reader.i64() };
      case "long64-unsigned":
        return { kind, value: reader.u64() };
      case "float32":
        return { kind, value: reader.f32() };
      case "float64":
        return { kind, value: reader.f64() };
      case "octet-string":
      case "utf8-string":
        return { kind, octets: reader.bytes(readLength(reader)) };
      case "visible-string":
        return { kind, text: latin1(reader.bytes(readLength(reader))) };
      case "date-time":
        return { kind, octets: reader.bytes(12) };
      case "date":
        return { kind, octets: reader.bytes(5) };
      case "time":
        return { kind, octets: reader.bytes(4) };
    }
  }

  #bitString(): DlmsData {
    const length = readLength(this.#reader);
    return { kind: "bit-string", length, octets: this.#reader.bytes(Math.ceil(length / 8)) };
  }

  #descend(depth: number): void {
    if (depth < this.#limits.depth) return;
    throw dlmsFault("dlms.data.too-deep", `arrays and structures beyond ${this.#limits.depth} levels`, {
      offset: this.#reader.offset,
    });
  }

  #count(more: number): void {
    this.#elements += more;
    if (this.#elements <= this.#limits.elements) return;
    throw dlmsFault("dlms.data.too-many-elements", `more than ${this.#limits.elements} elements in one value`, {
      offset: this.#reader.offset,
    });
  }
}

function latin1(octets: Uint8Array): string {
  let text = "";
  for (const octet of octets) text += String.fromCharCode(octet);
  return text;
}
