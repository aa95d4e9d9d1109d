import type { ByteReader } from "../../kit/byte-reader.ts";
import type { ByteWriter } from "../../kit/byte-writer.ts";
import { readBoolean, readList, readOctets, writeList, writeOctets } from "../data/axdr.ts";
import type { DlmsData } from "../data/data.ts";
import { readData } from "../data/decode-data.ts";
import { writeData } from "../data/encode-data.ts";
import {
  type ApduLimits,
  type AttributeReference,
  type DataBlock,
  readDataList,
  readReference,
  unknownChoice,
  writeDataList,
  writeReference,
} from "./descriptor.ts";

/** IEC 62056-5-3 clause 9.3.7. `invoke` is the Invoke-Id-And-Priority octet. */
export type SetRequest =
  | {
      readonly kind: "set-request-normal";
      readonly invoke: number;
      readonly reference: AttributeReference;
      readonly data: DlmsData;
    }
  | {
      readonly kind: "set-request-with-first-datablock";
      readonly invoke: number;
      readonly reference: AttributeReference;
      readonly block: DataBlock;
    }
  | { readonly kind: "set-request-with-datablock"; readonly invoke: number; readonly block: DataBlock }
  | {
      readonly kind: "set-request-with-list";
      readonly invoke: number;
      readonly references: readonly AttributeReference[];
      readonly values: readonly DlmsData[];
    }
  | {
      readonly kind: "set-request-with-list-and-first-datablock";
      readonly invoke: number;
      readonly references: readonly AttributeReference[];
      readonly block: DataBlock;
    };

export type SetResponse =
  | { readonly kind: "set-response-normal"; readonly invoke: number; readonly result: number }
  | { readonly kind: "set-response-datablock"; readonly invoke: number; readonly blockNumber: number }
  | {
      readonly kind: "set-response-last-datablock";
      readonly invoke: number;
      readonly result: number;
      readonly blockNumber: number;
    }
  | {
      readonly kind: "set-response-last-datablock-with-list";
      readonly invoke: number;
      readonly results: readonly number[];
      readonly blockNumber: number;
    }
  | { readonly kind: "set-response-with-list"; readonly invoke: number; readonly results: readonly number[] };

export function readSetRequest(reader: ByteReader, limits: ApduLimits): SetRequest {
  const choice = reader.u8();
  const invoke = reader.u8();
  switch (choice) {
    case 1:
      return {
        kind: "set-request-normal",
        invoke,
        reference: readReference(reader, limits),
        data: readData(reader, limits.data),
      };
    case 2:
      return {
        kind: "set-request-with-first-datablock",
        invoke,
        reference: readReference(reader, limits),
        block: readBlock(reader),
      };
    case 3:
      return { kind: "set-request-with-datablock", invoke, block: readBlock(reader) };
    case 4:
      return {
        kind: "set-request-with-list",
        invoke,
        references: readList(reader, () => readReference(reader, limits)),
        values: readDataList(reader, limits),
      };
    case 5:
      return {
        kind: "set-request-with-list-and-first-datablock",
        invoke,
        references: readList(reader, () => readReference(reader, limits)),
        block: readBlock(reader),
      };
    default:
      throw unknownChoice(reader, "a SET request", choice);
  }
}

export function writeSetRequest(writer: ByteWriter, request: SetRequest): void {
  switch (request.kind) {
    case "set-request-normal":
      writeReference(writer.u8(1).u8(request.invoke), request.reference);
      writeData(writer, request.data);
      return;
    case "set-request-with-first-datablock":
      writeReference(writer.u8(2).u8(request.invoke), request.reference);
      writeBlock(writer, request.block);
      return;
    case "set-request-with-datablock":
      writeBlock(writer.u8(3).u8(request.invoke), request.block);
      return;
    case "set-request-with-list":
      writer.u8(4).u8(request.invoke);
      writeList(writer, request.references, (reference) => writeReference(writer, reference));
      writeDataList(writer, request.values);
      return;
    case "set-request-with-list-and-first-datablock":
      writer.u8(5).u8(request.invoke);
      writeList(writer, request.references, (reference) => writeReference(writer, reference));
      writeBlock(writer, request.block);
      return;
  }
}

export function readSetResponse(reader: ByteReader): SetResponse {
  const choice = reader.u8();
  const invoke = reader.u8();
  switch (choice) {
    case 1:
      return { kind: "set-response-normal", invoke, result: reader.u8() };
    case 2:
      return { kind: "set-response-datablock", invoke, blockNumber: reader.u32() };
    case 3:
      return { kind: "set-response-last-datablock", invoke, result: reader.u8(), blockNumber: reader.u32() };
    case 4:
      return {
        kind: "set-response-last-datablock-with-list",
        invoke,
        results: readList(reader, () => reader.u8()),
        blockNumber: reader.u32(),
      };
    case 5:
      return { kind: "set-response-with-list", invoke, results: readList(reader, () => reader.u8()) };
    default:
      throw unknownChoice(reader, "a SET response", choice);
  }
}

export function writeSetResponse(writer: ByteWriter, response: SetResponse): void {
  switch (response.kind) {
    case "set-response-normal":
      writer.u8(1).u8(response.invoke).u8(response.result);
      return;
    case "set-response-datablock":
      writer.u8(2).u8(response.invoke).u32(response.blockNumber);
      return;
    case "set-response-last-datablock":
      writer.u8(3).u8(response.invoke).u8(response.result).u32(response.blockNumber);
      return;
    case "set-response-last-datablock-with-list":
      writer.u8(4).u8(response.invoke);
      writeList(writer, response.results, (result) => writer.u8(result));
      writer.u32(response.blockNumber);
      return;
    case "set-response-with-list":
      writer.u8(5).u8(response.invoke);
      writeList(writer, response.results, (result) => writer.u8(result));
      return;
  }
}

export function readBlock(reader: ByteReader): DataBlock {
  return { last: readBoolean(reader), number: reader.u32(), rawData: readOctets(reader) };
}

export function writeBlock(writer: ByteWriter, { last, number, rawData }: DataBlock): void {
  writeOctets(writer.u8(last ? 1 : 0).u32(number), rawData);
}
