import type { ByteReader } from "../../kit/byte-reader.ts";
import type { ByteWriter } from "../../kit/byte-writer.ts";
import { readList, readOptional, writeList } from "../data/axdr.ts";
import type { DlmsData } from "../data/data.ts";
import { readData } from "../data/decode-data.ts";
import { writeData } from "../data/encode-data.ts";
import {
  type ApduLimits,
  type DataBlock,
  type DataResult,
  type MethodDescriptor,
  readDataList,
  readDataResult,
  readMethod,
  unknownChoice,
  writeDataList,
  writeDataResult,
  writeMethod,
} from "./descriptor.ts";
import { readBlock, writeBlock } from "./set.ts";

/** IEC 62056-5-3 clause 9.3.8. `invoke` is the Invoke-Id-And-Priority octet; blocks are called pblocks there. */
export type ActionRequest =
  | {
      readonly kind: "action-request-normal";
      readonly invoke: number;
      readonly method: MethodDescriptor;
      readonly parameters: DlmsData | undefined;
    }
  | { readonly kind: "action-request-next-pblock"; readonly invoke: number; readonly blockNumber: number }
  | {
      readonly kind: "action-request-with-list";
      readonly invoke: number;
      readonly methods: readonly MethodDescriptor[];
      readonly parameters: readonly DlmsData[];
    }
  | {
      readonly kind: "action-request-with-first-pblock";
      readonly invoke: number;
      readonly method: MethodDescriptor;
      readonly block: DataBlock;
    }
  | {
      readonly kind: "action-request-with-list-and-first-pblock";
      readonly invoke: number;
      readonly methods: readonly MethodDescriptor[];
      readonly block: DataBlock;
    }
  | { readonly kind: "action-request-with-pblock"; readonly invoke: number; readonly block: DataBlock };

/** The action-result, and what the method returned where it returns something. */
export interface ActionOutcome {
  readonly result: number;
  readonly returned: DataResult | undefined;
}

export type ActionResponse =
  | ({ readonly kind: "action-response-normal"; readonly invoke: number } & ActionOutcome)
  | { readonly kind: "action-response-with-pblock"; readonly invoke: number; readonly block: DataBlock }
  | {
      readonly kind: "action-response-with-list";
      readonly invoke: number;
      readonly outcomes: readonly ActionOutcome[];
    }
  | { readonly kind: "action-response-next-pblock"; readonly invoke: number; readonly blockNumber: number };

export function readActionRequest(reader: ByteReader, limits: ApduLimits): ActionRequest {
  const choice = reader.u8();
  const invoke = reader.u8();
  switch (choice) {
    case 1:
      return {
        kind: "action-request-normal",
        invoke,
        method: readMethod(reader),
        parameters: readOptional(reader, () => readData(reader, limits.data)),
      };
    case 2:
      return { kind: "action-request-next-pblock", invoke, blockNumber: reader.u32() };
    case 3:
      return {
        kind: "action-request-with-list",
        invoke,
        methods: readList(reader, () => readMethod(reader)),
        parameters: readDataList(reader, limits),
      };
    case 4:
      return {
        kind: "action-request-with-first-pblock",
        invoke,
        method: readMethod(reader),
        block: readBlock(reader),
      };
    case 5:
      return {
        kind: "action-request-with-list-and-first-pblock",
        invoke,
        methods: readList(reader, () => readMethod(reader)),
        block: readBlock(reader),
      };
    case 6:
      return { kind: "action-request-with-pblock", invoke, block: readBlock(reader) };
    default:
      throw unknownChoice(reader, "an ACTION request", choice);
  }
}

export function writeActionRequest(writer: ByteWriter, request: ActionRequest): void {
  switch (request.kind) {
    case "action-request-normal":
      writeMethod(writer.u8(1).u8(request.invoke), request.method);
      if (request.parameters === undefined) writer.u8(0);
      else writeData(writer.u8(1), request.parameters);
      return;
    case "action-request-next-pblock":
      writer.u8(2).u8(request.invoke).u32(request.blockNumber);
      return;
    case "action-request-with-list":
      writer.u8(3).u8(request.invoke);
      writeList(writer, request.methods, (method) => writeMethod(writer, method));
      writeDataList(writer, request.parameters);
      return;
    case "action-request-with-first-pblock":
      writeMethod(writer.u8(4).u8(request.invoke), request.method);
      writeBlock(writer, request.block);
      return;
    case "action-request-with-list-and-first-pblock":
      writer.u8(5).u8(request.invoke);
      writeList(writer, request.methods, (method) => writeMethod(writer, method));
      writeBlock(writer, request.block);
      return;
    case "action-request-with-pblock":
      writeBlock(writer.u8(6).u8(request.invoke), request.block);
      return;
  }
}

export function readActionResponse(reader: ByteReader, limits: ApduLimits): ActionResponse {
  const choice = reader.u8();
  const invoke = reader.u8();
  switch (choice) {
    case 1:
      return { kind: "action-response-normal", invoke, ...readActionOutcome(reader, limits) };
    case 2:
      return { kind: "action-response-with-pblock", invoke, block: readBlock(reader) };
    case 3:
      return { kind: "action-response-with-list", invoke, outcomes: readActionOutcomes(reader, limits) };
    case 4:
      return { kind: "action-response-next-pblock", invoke, blockNumber: reader.u32() };
    default:
      throw unknownChoice(reader, "an ACTION response", choice);
  }
}

export function writeActionResponse(writer: ByteWriter, response: ActionResponse): void {
  switch (response.kind) {
    case "action-response-normal":
      writeActionOutcome(writer.u8(1).u8(response.invoke), response);
      return;
    case "action-response-with-pblock":
      writeBlock(writer.u8(2).u8(response.invoke), response.block);
      return;
    case "action-response-with-list":
      writer.u8(3).u8(response.invoke);
      writeActionOutcomes(writer, response.outcomes);
      return;
    case "action-response-next-pblock":
      writer.u8(4).u8(response.invoke).u32(response.blockNumber);
      return;
  }
}

/** What the blocks of a long ACTION response carry together. */
export function readActionOutcome(reader: ByteReader, limits: ApduLimits): ActionOutcome {
  return { result: reader.u8(), returned: readOptional(reader, () => readDataResult(reader, limits)) };
}

export function writeActionOutcome(writer: ByteWriter, { result, returned }: ActionOutcome): void {
  writer.u8(result);
  if (returned === undefined) writer.u8(0);
  else writeDataResult(writer.u8(1), returned);
}

export function readActionOutcomes(reader: ByteReader, limits: ApduLimits): ActionOutcome[] {
  return readList(reader, () => readActionOutcome(reader, limits));
}

export function writeActionOutcomes(writer: ByteWriter, outcomes: readonly ActionOutcome[]): void {
  writeList(writer, outcomes, (outcome) => writeActionOutcome(writer, outcome));
}
