import type { BerElement, BerReader } from "../../kit/ber-reader.ts";
import { tagText } from "../../kit/ber-tag.ts";
import { toBitString, toBoolean } from "../../kit/ber-values.ts";
import type { BerWriter } from "../../kit/ber-writer.ts";
import { DAY_MS } from "../../kit/time.ts";
import { LIST_LIMIT } from "../limits.ts";
import { constructed, primitive } from "../tags.ts";
import type { AccessResult, MmsData } from "./data.ts";
import { toCount, toWhole, writeWhole } from "./integers.ts";
import { fromLatin1, fromMmsText, toLatin1, toMmsText } from "./text.ts";

/** ISO 9506-2 `Data`, by the number of its tag. */
const TAG = {
  array: 1,
  structure: 2,
  boolean: 3,
  bitString: 4,
  integer: 5,
  unsigned: 6,
  float: 7,
  octetString: 9,
  visibleString: 10,
  binaryTime: 12,
  mmsString: 16,
  utcTime: 17,
} as const;
const FRACTION = 2 ** 24;
/** Exponent widths of IEEE 754 single and double precision: the first octet of a floating-point value. */
const EXPONENT = { 32: 8, 64: 11 } as const;

/** Views into the frame are copied: a value outlives its frame. */
export function decodeData(element: BerElement): MmsData {
  const { tag } = element;
  if (tag.class !== "context") throw element.refuse(`${tagText(tag)} is no MMS data`);
  if (tag.constructed) {
    if (tag.number === TAG.structure) return { type: "structure", items: itemsOf(element) };
    if (tag.number === TAG.array) return { type: "array", items: itemsOf(element) };
    throw element.refuse(`${tagText(tag)} is no MMS data`);
  }
  switch (tag.number) {
    case TAG.boolean:
      return { type: "boolean", value: toBoolean(element) };
    case TAG.bitString: {
      const { octets, length } = toBitString(element);
      return { type: "bit-string", octets, length };
    }
    case TAG.integer:
      return { type: "integer", value: toWhole(element) };
    case TAG.unsigned:
      return { type: "unsigned", value: toUnsigned(element) };
    case TAG.float:
      return toFloat(element);
    case TAG.octetString:
      return { type: "octet-string", value: element.content.slice() };
    case TAG.visibleString:
      return { type: "visible-string", value: fromLatin1(element.content) };
    case TAG.mmsString:
      return { type: "mms-string", value: toMmsText(element) };
    case TAG.binaryTime:
      return decodeBinaryTime(element);
    case TAG.utcTime:
      return toUtcTime(element);
    default:
      return { type: "other", tag: tag.number, content: element.content.slice() };
  }
}

export function decodeAccessResult(element: BerElement): AccessResult {
  const { tag } = element;
  if (tag.class === "context" && tag.number === 0 && !tag.constructed)
    return { type: "failure", error: toCount(element) };
  return decodeData(element);
}

export function decodeList<T>(inside: BerReader, one: (element: BerElement) => T): T[] {
  const list: T[] = [];
  while (!inside.done) {
    const element = inside.next();
    if (list.length >= LIST_LIMIT) throw element.refuse(`a list of more than ${LIST_LIMIT} elements`);
    list.push(one(element));
  }
  return list;
}

export function writeData(writer: BerWriter, data: MmsData): void {
  switch (data.type) {
    case "array":
    case "structure":
      writer.constructed(constructed(data.type === "array" ? TAG.array : TAG.structure), (inside) => {
        for (const item of data.items) writeData(inside, item);
      });
      return;
    case "boolean":
      writer.element(primitive(TAG.boolean), booleanOctet(data.value));
      return;
    case "bit-string":
      writer.bitString(primitive(TAG.bitString), data);
      return;
    case "integer":
      writeWhole(writer, primitive(TAG.integer), data.value);
      return;
    case "unsigned":
      writeWhole(writer, primitive(TAG.unsigned), data.value);
      return;
    case "float":
      writer.element(primitive(TAG.float), floatOctets(data.value, data.width));
      return;
    case "octet-string":
      writer.element(primitive(TAG.octetString), data.value);
      return;
    case "visible-string":
      writer.element(primitive(TAG.visibleString), toLatin1(data.value));
      return;
    case "mms-string":
      writer.element(primitive(TAG.mmsString), fromMmsText(data.value));
      return;
    case "binary-time":
      writeBinaryTime(writer, primitive(TAG.binaryTime), data);
      return;
    case "utc-time":
      writer.element(primitive(TAG.utcTime), utcTimeOctets(data));
      return;
    case "other":
      writer.element(primitive(data.tag), data.content);
  }
}

export function writeAccessResult(writer: BerWriter, result: AccessResult): void {
  if (result.type === "failure") writeWhole(writer, primitive(0), result.error);
  else writeData(writer, result);
}

/** TRUE as 01, as libiec61850 sends it; any octet that is not zero is read as TRUE. */
export function booleanOctet(value: boolean): Uint8Array {
  return Uint8Array.of(value ? 1 : 0);
}

/** A `moreFollows` that was left out: its default is TRUE in some services and FALSE in others. */
export function decodeMoreFollows(element: BerElement | undefined, otherwise: boolean): boolean {
  return element === undefined ? otherwise : toBoolean(element);
}

/** TimeOfDay: four octets of milliseconds since midnight, and two of days since 1984-01-01 where they are there. */
export function decodeBinaryTime(element: BerElement): Extract<MmsData, { type: "binary-time" }> {
  const { length } = element;
  if (length !== 4 && length !== 6) throw element.refuse(`a TimeOfDay of ${length} octets; 4 or 6 are accepted`);
  const ms = wordOf(element, 0);
  if (ms >= DAY_MS) throw element.refuse(`a TimeOfDay of ${ms} ms, which no day has`);
  return { type: "binary-time", ms, days: length === 6 ? (element.octet(4) << 8) | element.octet(5) : undefined };
}

export function writeBinaryTime(
  writer: BerWriter,
  tag: Parameters<BerWriter["element"]>[0],
  time: Extract<MmsData, { type: "binary-time" }>,
): void {
  const { ms, days } = time;
  const octets = [ms >>> 24, (ms >> 16) & 0xff, (ms >> 8) & 0xff, ms & 0xff];
  writer.element(tag, Uint8Array.from(days === undefined ? octets : [...octets, (days >> 8) & 0xff, days & 0xff]));
}

function itemsOf(element: BerElement): readonly MmsData[] {
  return decodeList(element.children(), decodeData);
}

/**
 * Minimal two's complement that is not negative, and the quirk `unsigned-without-leading-zero`: a first bit that is set
 * cannot mean a negative number here.
 */
function toUnsigned(element: BerElement): number | bigint {
  const value = toWhole(element);
  if (value >= 0) return value;
  const wide = BigInt.asUintN(8 * element.length, BigInt(value));
  const number = Number(wide);
  return Number.isSafeInteger(number) ? number : wide;
}

/** Where the octets of a floating-point value are put to be read as one. */
const bits = new DataView(new ArrayBuffer(8));

function toFloat(element: BerElement): MmsData {
  const { length } = element;
  const exponent = element.octet(0);
  if (length === 5 && exponent === EXPONENT[32]) {
    bits.setUint32(0, wordOf(element, 1));
    return { type: "float", value: bits.getFloat32(0), width: 32 };
  }
  if (length === 9 && exponent === EXPONENT[64]) {
    bits.setUint32(0, wordOf(element, 1));
    bits.setUint32(4, wordOf(element, 5));
    return { type: "float", value: bits.getFloat64(0), width: 64 };
  }
  throw element.refuse("a floating-point value that is neither single nor double precision");
}

/** Four octets of a content, the most significant first. */
function wordOf(element: BerElement, at: number): number {
  const high = (element.octet(at) << 24) | (element.octet(at + 1) << 16);
  return (high | (element.octet(at + 2) << 8) | element.octet(at + 3)) >>> 0;
}

function floatOctets(value: number, width: 32 | 64): Uint8Array {
  const octets = new Uint8Array(1 + width / 8);
  const view = new DataView(octets.buffer);
  octets[0] = EXPONENT[width];
  if (width === 32) view.setFloat32(1, value);
  else view.setFloat64(1, value);
  return octets;
}

function toUtcTime(element: BerElement): MmsData {
  if (element.length !== 8) throw element.refuse(`a UtcTime of ${element.length} octets`);
  const rest = wordOf(element, 4);
  return { type: "utc-time", seconds: wordOf(element, 0), fraction: rest >>> 8, quality: rest & 0xff };
}

function utcTimeOctets(time: Extract<MmsData, { type: "utc-time" }>): Uint8Array {
  const octets = new Uint8Array(8);
  const view = new DataView(octets.buffer);
  view.setUint32(0, time.seconds);
  view.setUint32(4, (time.fraction % FRACTION) * 0x100 + (time.quality & 0xff));
  return octets;
}
