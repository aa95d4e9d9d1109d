import type { ByteReader } from "../../kit/byte-reader.ts";
import type { ByteWriter } from "../../kit/byte-writer.ts";
import { readBoolean, readList, readOctets, readOptional, writeList, writeOctets } from "../data/axdr.ts";
import type { DlmsData } from "../data/data.ts";
import { readData } from "../data/decode-data.ts";
import { writeData } from "../data/encode-data.ts";
import {
  type AccessSelection,
  type ApduLimits,
  readDataList,
  readSelection,
  unknownChoice,
  writeDataList,
  writeSelection,
} from "./descriptor.ts";

/** Short name referencing (IEC 62056-5-3 clause 9.3.14 and following): attributes as variables with a number. */
export type VariableSpecification =
  | { readonly kind: "variable-name"; readonly name: number }
  | { readonly kind: "parameterized-access"; readonly name: number; readonly selection: AccessSelection }
  | { readonly kind: "block-number-access"; readonly blockNumber: number }
  | {
      readonly kind: "read-data-block-access";
      readonly last: boolean;
      readonly blockNumber: number;
      readonly rawData: Uint8Array;
    }
  | { readonly kind: "write-data-block-access"; readonly last: boolean; readonly blockNumber: number };

export interface ReadRequest {
  readonly kind: "read-request";
  readonly variables: readonly VariableSpecification[];
}

export type ReadResult =
  | { readonly kind: "data"; readonly data: DlmsData }
  | { readonly kind: "error"; readonly result: number }
  | {
      readonly kind: "data-block-result";
      readonly last: boolean;
      readonly blockNumber: number;
      readonly rawData: Uint8Array;
    }
  | { readonly kind: "block-number"; readonly blockNumber: number };

export interface ReadResponse {
  readonly kind: "read-response";
  readonly results: readonly ReadResult[];
}

export interface WriteRequest {
  readonly kind: "write-request" | "unconfirmed-write-request";
  readonly variables: readonly VariableSpecification[];
  readonly values: readonly DlmsData[];
}

export type WriteResult =
  | { readonly kind: "success" }
  | { readonly kind: "error"; readonly result: number }
  | { readonly kind: "block-number"; readonly blockNumber: number };

export interface WriteResponse {
  readonly kind: "write-response";
  readonly results: readonly WriteResult[];
}

export interface InformationReport {
  readonly kind: "information-report";
  readonly time: Uint8Array | undefined;
  readonly variables: readonly VariableSpecification[];
  readonly values: readonly DlmsData[];
}

export function readReadRequest(reader: ByteReader, limits: ApduLimits): ReadRequest {
  return { kind: "read-request", variables: readVariables(reader, limits) };
}

export function writeReadRequest(writer: ByteWriter, request: ReadRequest): void {
  writeVariables(writer, request.variables);
}

export function readReadResponse(reader: ByteReader, limits: ApduLimits): ReadResponse {
  return { kind: "read-response", results: readList(reader, () => readReadResult(reader, limits)) };
}

export function writeReadResponse(writer: ByteWriter, response: ReadResponse): void {
  writeList(writer, response.results, (result) => {
    switch (result.kind) {
      case "data":
        writeData(writer.u8(0), result.data);
        return;
      case "error":
        writer.u8(1).u8(result.result);
        return;
      case "data-block-result":
        writeOctets(
          writer
            .u8(2)
            .u8(result.last ? 1 : 0)
            .u16(result.blockNumber),
          result.rawData,
        );
        return;
      case "block-number":
        writer.u8(3).u16(result.blockNumber);
        return;
    }
  });
}

export function readWriteRequest(reader: ByteReader, limits: ApduLimits, kind: WriteRequest["kind"]): WriteRequest {
  return { kind, variables: readVariables(reader, limits), values: readDataList(reader, limits) };
}

export function writeWriteRequest(writer: ByteWriter, request: WriteRequest): void {
  writeVariables(writer, request.variables);
  writeDataList(writer, request.values);
}

export function readWriteResponse(reader: ByteReader): WriteResponse {
  return {
    kind: "write-response",
    results: readList(reader, (): WriteResult => {
      const choice = reader.u8();
      if (choice === 0) return { kind: "success" };
      if (choice === 1) return { kind: "error", result: reader.u8() };
      if (choice === 2) return { kind: "block-number", blockNumber: reader.u16() };
      throw unknownChoice(reader, "a result of a write", choice);
    }),
  };
}

export function writeWriteResponse(writer: ByteWriter, response: WriteResponse): void {
  writeList(writer, response.results, (result) => {
    if (result.kind === "success") writer.u8(0);
    else if (result.kind === "error") writer.u8(1).u8(result.result);
    else writer.u8(2).u16(result.blockNumber);
  });
}

export function readInformationReport(reader: ByteReader, limits: ApduLimits): InformationReport {
  return {
    kind: "information-report",
    time: readOptional(reader, () => readOctets(reader)),
    variables: readVariables(reader, limits),
    values: readDataList(reader, limits),
  };
}

export function writeInformationReport(writer: ByteWriter, report: InformationReport): void {
  if (report.time === undefined) writer.u8(0);
  else writeOctets(writer.u8(1), report.time);
  writeVariables(writer, report.variables);
  writeDataList(writer, report.values);
}

function readReadResult(reader: ByteReader, limits: ApduLimits): ReadResult {
  const choice = reader.u8();
  switch (choice) {
    case 0:
      return { kind: "data", data: readData(reader, limits.data) };
    case 1:
      return { kind: "error", result: reader.u8() };
    case 2:
      return {
        kind: "data-block-result",
        last: readBoolean(reader),
        blockNumber: reader.u16(),
        rawData: readOctets(reader),
      };
    case 3:
      return { kind: "block-number", blockNumber: reader.u16() };
    default:
      throw unknownChoice(reader, "a result of a read", choice);
  }
}

function readVariables(reader: ByteReader, limits: ApduLimits): VariableSpecification[] {
  return readList(reader, () => readVariable(reader, limits));
}

function readVariable(reader: ByteReader, limits: ApduLimits): VariableSpecification {
  const choice = reader.u8();
  switch (choice) {
    case 2:
      return { kind: "variable-name", name: reader.u16() };
    case 4:
      return { kind: "parameterized-access", name: reader.u16(), selection: readSelection(reader, limits) };
    case 5:
      return { kind: "block-number-access", blockNumber: reader.u16() };
    case 6:
      return {
        kind: "read-data-block-access",
        last: readBoolean(reader),
        blockNumber: reader.u16(),
        rawData: readOctets(reader),
      };
    case 7:
      return { kind: "write-data-block-access", last: readBoolean(reader), blockNumber: reader.u16() };
    default:
      throw unknownChoice(reader, "a variable", choice);
  }
}

function writeVariables(writer: ByteWriter, variables: readonly VariableSpecification[]): void {
  writeList(writer, variables, (variable) => {
    switch (variable.kind) {
      case "variable-name":
        writer.u8(2).u16(variable.name);
        return;
      case "parameterized-access":
        writeSelection(writer.u8(4).u16(variable.name), variable.selection);
        return;
      case "block-number-access":
        writer.u8(5).u16(variable.blockNumber);
        return;
      case "read-data-block-access":
        writeOctets(
          writer
            .u8(6)
            .u8(variable.last ? 1 : 0)
            .u16(variable.blockNumber),
          variable.rawData,
        );
        return;
      case "write-data-block-access":
        writer
          .u8(7)
          .u8(variable.last ? 1 : 0)
          .u16(variable.blockNumber);
        return;
    }
  });
}
