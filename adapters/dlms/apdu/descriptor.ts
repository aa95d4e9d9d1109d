import type { ByteReader } from "../../kit/byte-reader.ts";
import type { ByteWriter } from "../../kit/byte-writer.ts";
import { dlmsFault } from "../codes.ts";
import { readList, readOptional, writeList } from "../data/axdr.ts";
import { DATA_LIMITS, type DataLimits, type DlmsData } from "../data/data.ts";
import { readData } from "../data/decode-data.ts";
import { writeData } from "../data/encode-data.ts";
import { type Obis, obisFromOctets, obisOctets } from "../obis.ts";

/** IEC 62056-5-3 clause 9.3: how logical names are referenced. */
export interface AttributeDescriptor {
  readonly classId: number;
  readonly instance: Obis;
  /** 0 stands for all attributes; manufacturers use negative ones. */
  readonly attribute: number;
}

export interface MethodDescriptor {
  readonly classId: number;
  readonly instance: Obis;
  readonly method: number;
}

/** Selective access: which part of an attribute. What the parameters are, the interface class says. */
export interface AccessSelection {
  readonly selector: number;
  readonly parameters: DlmsData;
}

export interface AttributeReference extends AttributeDescriptor {
  readonly selection: AccessSelection | undefined;
}

/** Get-Data-Result and the like: a value, or the data-access-result why not. */
export type DataResult =
  | { readonly kind: "data"; readonly data: DlmsData }
  | { readonly kind: "error"; readonly result: number };

/** A part of an encoded value under way. */
export interface DataBlock {
  readonly last: boolean;
  /** From 1, and from 0 with some meters. */
  readonly number: number;
  readonly rawData: Uint8Array;
}

/** What a decoder is given besides the octets. */
export interface ApduLimits {
  readonly data: DataLimits;
}

export const APDU_LIMITS: ApduLimits = { data: DATA_LIMITS };

export function readAttribute(reader: ByteReader): AttributeDescriptor {
  return { classId: reader.u16(), instance: obisFromOctets(reader.bytes(6)), attribute: reader.i8() };
}

export function writeAttribute(writer: ByteWriter, { classId, instance, attribute }: AttributeDescriptor): void {
  writer.u16(classId).bytes(obisOctets(instance)).u8(signed8(attribute));
}

export function readMethod(reader: ByteReader): MethodDescriptor {
  return { classId: reader.u16(), instance: obisFromOctets(reader.bytes(6)), method: reader.i8() };
}

export function writeMethod(writer: ByteWriter, { classId, instance, method }: MethodDescriptor): void {
  writer.u16(classId).bytes(obisOctets(instance)).u8(signed8(method));
}

export function readSelection(reader: ByteReader, limits: ApduLimits): AccessSelection {
  return { selector: reader.u8(), parameters: readData(reader, limits.data) };
}

export function writeSelection(writer: ByteWriter, { selector, parameters }: AccessSelection): void {
  writer.u8(selector);
  writeData(writer, parameters);
}

export function readReference(reader: ByteReader, limits: ApduLimits): AttributeReference {
  const { classId, instance, attribute } = readAttribute(reader);
  const selection = readOptional(reader, () => readSelection(reader, limits));
  return { classId, instance, attribute, selection };
}

export function writeReference(writer: ByteWriter, reference: AttributeReference): void {
  writeAttribute(writer, reference);
  if (reference.selection === undefined) writer.u8(0);
  else writeSelection(writer.u8(1), reference.selection);
}

export function readDataResult(reader: ByteReader, limits: ApduLimits): DataResult {
  const choice = reader.u8();
  if (choice === 0) return { kind: "data", data: readData(reader, limits.data) };
  if (choice === 1) return { kind: "error", result: reader.u8() };
  throw unknownChoice(reader, "a result", choice);
}

export function writeDataResult(writer: ByteWriter, result: DataResult): void {
  if (result.kind === "error") writer.u8(1).u8(result.result);
  else writeData(writer.u8(0), result.data);
}

export function readDataList(reader: ByteReader, limits: ApduLimits): DlmsData[] {
  return readList(reader, () => readData(reader, limits.data));
}

export function writeDataList(writer: ByteWriter, values: readonly DlmsData[]): void {
  writeList(writer, values, (value) => writeData(writer, value));
}

/** The choice was the octet before where the reader stands. */
export function unknownChoice(reader: ByteReader, what: string, choice: number): Error {
  return dlmsFault("dlms.apdu.malformed", `${what} with the choice ${choice}`, {
    offset: reader.offset - 1,
    native: choice,
  });
}

function signed8(value: number): number {
  if (Number.isInteger(value) && value >= -0x80 && value <= 0x7f) return value & 0xff;
  throw dlmsFault("dlms.apdu.unencodable", `${value} is no attribute or method (-128 to 127)`, { blame: "us" });
}
