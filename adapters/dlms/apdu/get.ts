import type { ByteReader } from "../../kit/byte-reader.ts";
import type { ByteWriter } from "../../kit/byte-writer.ts";
import { readBoolean, readList, readOctets, writeList, writeOctets } from "../data/axdr.ts";
import {
  type ApduLimits,
  type AttributeReference,
  type DataResult,
  readDataResult,
  readReference,
  unknownChoice,
  writeDataResult,
  writeReference,
} from "./descriptor.ts";

/** IEC 62056-5-3 clause 9.3.6. `invoke` is the Invoke-Id-And-Priority octet. */
export type GetRequest =
  | {
      readonly kind: "get-request-normal";
      readonly invoke: number;
      readonly reference: AttributeReference;
    }
  | { readonly kind: "get-request-next"; readonly invoke: number; readonly blockNumber: number }
  | {
      readonly kind: "get-request-with-list";
      readonly invoke: number;
      readonly references: readonly AttributeReference[];
    };

export type GetResponse =
  | { readonly kind: "get-response-normal"; readonly invoke: number; readonly result: DataResult }
  | {
      readonly kind: "get-response-with-datablock";
      readonly invoke: number;
      readonly last: boolean;
      readonly blockNumber: number;
      readonly result:
        | { readonly kind: "raw-data"; readonly rawData: Uint8Array }
        | { readonly kind: "error"; readonly result: number };
    }
  | { readonly kind: "get-response-with-list"; readonly invoke: number; readonly results: readonly DataResult[] };

export function readGetRequest(reader: ByteReader, limits: ApduLimits): GetRequest {
  const choice = reader.u8();
  const invoke = reader.u8();
  switch (choice) {
    case 1:
      return { kind: "get-request-normal", invoke, reference: readReference(reader, limits) };
    case 2:
      return { kind: "get-request-next", invoke, blockNumber: reader.u32() };
    case 3:
      return {
        kind: "get-request-with-list",
        invoke,
        references: readList(reader, () => readReference(reader, limits)),
      };
    default:
      throw unknownChoice(reader, "a GET request", choice);
  }
}

export function writeGetRequest(writer: ByteWriter, request: GetRequest): void {
  switch (request.kind) {
    case "get-request-normal":
      writeReference(writer.u8(1).u8(request.invoke), request.reference);
      return;
    case "get-request-next":
      writer.u8(2).u8(request.invoke).u32(request.blockNumber);
      return;
    case "get-request-with-list":
      writer.u8(3).u8(request.invoke);
      writeList(writer, request.references, (reference) => writeReference(writer, reference));
      return;
  }
}

export function readGetResponse(reader: ByteReader, limits: ApduLimits): GetResponse {
  const choice = reader.u8();
  const invoke = reader.u8();
  switch (choice) {
    case 1:
      return { kind: "get-response-normal", invoke, result: readDataResult(reader, limits) };
    case 2: {
      const last = readBoolean(reader);
      const blockNumber = reader.u32();
      const inside = reader.u8();
      if (inside > 1) throw unknownChoice(reader, "a data block", inside);
      const result =
        inside === 0
          ? ({ kind: "raw-data", rawData: readOctets(reader) } as const)
          : ({ kind: "error", result: reader.u8() } as const);
      return { kind: "get-response-with-datablock", invoke, last, blockNumber, result };
    }
    case 3:
      return { kind: "get-response-with-list", invoke, results: readDataResults(reader, limits) };
    default:
      throw unknownChoice(reader, "a GET response", choice);
  }
}

export function writeGetResponse(writer: ByteWriter, response: GetResponse): void {
  switch (response.kind) {
    case "get-response-normal":
      writeDataResult(writer.u8(1).u8(response.invoke), response.result);
      return;
    case "get-response-with-datablock":
      writer
        .u8(2)
        .u8(response.invoke)
        .u8(response.last ? 1 : 0)
        .u32(response.blockNumber);
      if (response.result.kind === "error") writer.u8(1).u8(response.result.result);
      else writeOctets(writer.u8(0), response.result.rawData);
      return;
    case "get-response-with-list":
      writer.u8(3).u8(response.invoke);
      writeDataResults(writer, response.results);
      return;
  }
}

/** What the blocks of a GET with a list carry together. */
export function readDataResults(reader: ByteReader, limits: ApduLimits): DataResult[] {
  return readList(reader, () => readDataResult(reader, limits));
}

export function writeDataResults(writer: ByteWriter, results: readonly DataResult[]): void {
  writeList(writer, results, (result) => writeDataResult(writer, result));
}
