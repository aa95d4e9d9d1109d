import type { AttributeReference, DataResult } from "../../../adapters/dlms/apdu/descriptor.ts";
import { encodeApdu } from "../../../adapters/dlms/apdu/encode-apdu.ts";
import { type GetRequest, type GetResponse, writeDataResults } from "../../../adapters/dlms/apdu/get.ts";
import { encodeData } from "../../../adapters/dlms/data/encode-data.ts";
import { ByteWriter } from "../../../adapters/kit/byte-writer.ts";
import { RESULT } from "../objects/cosem-object.ts";
import { Outgoing } from "./long-transfer.ts";
import { type Bearings, getAttribute } from "./object-access.ts";

/** What one response may be long, and whether it may be cut. */
export interface ResponseRoom {
  /** Octets of a whole APDU before its protection. */
  readonly octets: number;
  readonly blocks: boolean;
}

/** Choice, invoke id, last-block, block number, choice, length of the raw data. */
const BLOCK_OVERHEAD = 12;

/** GET of IEC 62056-5-3 9.3.6: normal, with a list, and what is too long for one APDU in blocks. */
export class GetService {
  #long: { readonly invoke: number; readonly outgoing: Outgoing } | undefined;

  serve(request: GetRequest, bearings: Bearings, room: ResponseRoom): GetResponse {
    const { invoke } = request;
    switch (request.kind) {
      case "get-request-normal": {
        this.#long = undefined;
        const result = resultOf(bearings, request.reference);
        const response: GetResponse = { kind: "get-response-normal", invoke, result };
        if (result.kind === "error" || !room.blocks || encodeApdu(response).length <= room.octets) return response;
        return this.#begin(invoke, encodeData(result.data), room, bearings);
      }
      case "get-request-with-list": {
        this.#long = undefined;
        const results = request.references.map((reference) => resultOf(bearings, reference));
        const response: GetResponse = { kind: "get-response-with-list", invoke, results };
        if (!room.blocks || encodeApdu(response).length <= room.octets) return response;
        const writer = new ByteWriter();
        writeDataResults(writer, results);
        return this.#begin(invoke, writer.finish(), room, bearings);
      }
      case "get-request-next":
        return this.#next(invoke, request.blockNumber);
    }
  }

  abort(): void {
    this.#long = undefined;
  }

  get isLong(): boolean {
    return this.#long !== undefined;
  }

  #begin(invoke: number, octets: Uint8Array, room: ResponseRoom, { meter }: Bearings): GetResponse {
    const outgoing = new Outgoing(octets, room.octets - BLOCK_OVERHEAD, meter.oddities.firstBlock);
    this.#long = { invoke, outgoing };
    return this.#block(invoke);
  }

  #next(invoke: number, confirmed: number): GetResponse {
    const long = this.#long;
    if (long === undefined) return failed(invoke, confirmed, RESULT.noLongInProgress);
    if (confirmed !== long.outgoing.number || invoke !== long.invoke) {
      this.#long = undefined;
      return failed(invoke, confirmed, RESULT.blockNumberInvalid);
    }
    return this.#block(invoke);
  }

  #block(invoke: number): GetResponse {
    const block = this.#long?.outgoing.next();
    if (block === undefined) return failed(invoke, 0, RESULT.noLongInProgress);
    const { last, number: blockNumber, rawData } = block;
    if (last) this.#long = undefined;
    return { kind: "get-response-with-datablock", invoke, last, blockNumber, result: { kind: "raw-data", rawData } };
  }
}

function failed(invoke: number, blockNumber: number, result: number): GetResponse {
  return { kind: "get-response-with-datablock", invoke, last: true, blockNumber, result: { kind: "error", result } };
}

function resultOf(bearings: Bearings, { selection, ...reference }: AttributeReference): DataResult {
  const value = getAttribute(bearings, reference, selection);
  return value.kind === "refused" ? { kind: "error", result: value.result } : { kind: "data", data: value };
}
