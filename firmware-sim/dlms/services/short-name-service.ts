import type { Apdu } from "../../../adapters/dlms/apdu/apdu.ts";
import { decodeApdu } from "../../../adapters/dlms/apdu/decode-apdu.ts";
import { encodeApdu } from "../../../adapters/dlms/apdu/encode-apdu.ts";
import type {
  ReadRequest,
  ReadResponse,
  ReadResult,
  VariableSpecification,
  WriteRequest,
  WriteResponse,
  WriteResult,
} from "../../../adapters/dlms/apdu/short-name.ts";
import { APDU_TAGS } from "../../../adapters/dlms/apdu/tags.ts";
import { type DlmsData, NULL_DATA, octetsOf } from "../../../adapters/dlms/data/data.ts";
import { concat } from "../../../adapters/kit/bytes.ts";
import { EdgeError } from "../../../adapters/kit/edge-error.ts";
import { baseNamesOf } from "../objects/base-names.ts";
import { RESULT } from "../objects/cosem-object.ts";
import type { ResponseRoom } from "./get-service.ts";
import { Incoming, Outgoing } from "./long-transfer.ts";
import { type Bearings, getAttribute, invokeMethod, setAttribute } from "./object-access.ts";

export function isShortNameRequest(apdu: Apdu): apdu is ReadRequest | WriteRequest {
  return apdu.kind === "read-request" || apdu.kind === "write-request" || apdu.kind === "unconfirmed-write-request";
}

/** Tag, count, choice, last-block, block number, length of the raw data. */
const BLOCK_OVERHEAD = 9;
const TAG_OCTETS = 1;
type Whole = "read-request" | "write-request";

/** READ, WRITE and unconfirmed WRITE of IEC 62056-5-3 9.3.14 to 9.3.16, long ones in blocks in both directions. */
export class ShortNameService {
  #out: Outgoing | undefined;
  #in: Incoming<Whole> | undefined;

  /** `undefined` where nothing is answered. */
  serve(request: ReadRequest | WriteRequest, bearings: Bearings, room: ResponseRoom): Apdu | undefined {
    if (request.kind === "read-request") return this.#read(request, bearings, room);
    const [first] = request.variables;
    if (request.kind === "write-request" && first?.kind === "write-data-block-access") {
      const rawData = request.values[0] === undefined ? undefined : octetsOf(request.values[0]);
      return this.#collect("write-request", { ...first, rawData: rawData ?? new Uint8Array(0) }, bearings, room);
    }
    this.abort();
    const results = request.variables.map((one, at) => write(bearings, one, request.values[at] ?? NULL_DATA));
    return request.kind === "write-request" ? { kind: "write-response", results } : undefined;
  }

  abort(): void {
    this.#out = undefined;
    this.#in = undefined;
  }

  #read(request: ReadRequest, bearings: Bearings, room: ResponseRoom): Apdu | undefined {
    const [first] = request.variables;
    if (first?.kind === "block-number-access") return this.#next(first.blockNumber);
    if (first?.kind === "read-data-block-access") return this.#collect("read-request", first, bearings, room);
    this.abort();
    return this.#answer({ kind: "read-response", results: request.variables.map((one) => read(bearings, one)) }, room);
  }

  #answer(response: ReadResponse, room: ResponseRoom): ReadResponse {
    const octets = encodeApdu(response);
    if (!room.blocks || octets.length <= room.octets) return response;
    this.#out = new Outgoing(octets.subarray(TAG_OCTETS), room.octets - BLOCK_OVERHEAD);
    return this.#block();
  }

  /** The number is that of the block that came last. */
  #next(confirmed: number): ReadResponse {
    if (this.#out === undefined) return failed(RESULT.noLongInProgress);
    if (this.#out.number === confirmed) return this.#block();
    this.#out = undefined;
    return failed(RESULT.blockNumberInvalid);
  }

  #block(): ReadResponse {
    const block = this.#out?.next();
    if (block === undefined) return failed(RESULT.noLongInProgress);
    const { last, number: blockNumber, rawData } = block;
    if (last) this.#out = undefined;
    return { kind: "read-response", results: [{ kind: "data-block-result", last, blockNumber, rawData }] };
  }

  /** A request in parts: when all are there they are the octets behind its tag. */
  #collect(
    kind: Whole,
    block: { readonly last: boolean; readonly blockNumber: number; readonly rawData: Uint8Array },
    bearings: Bearings,
    room: ResponseRoom,
  ): Apdu | undefined {
    if (block.blockNumber === 1) this.#in = new Incoming(kind);
    const long = this.#in;
    if (long?.target !== kind || !long.add(block.blockNumber, block.rawData)) {
      this.#in = undefined;
      return refusal(kind, long === undefined ? RESULT.noLongInProgress : RESULT.blockNumberInvalid);
    }
    if (!block.last) return confirmation(kind, block.blockNumber);
    this.#in = undefined;
    try {
      const whole = decodeApdu(concat([Uint8Array.of(APDU_TAGS[kind]), long.whole()]));
      if (!isShortNameRequest(whole)) return refusal(kind, RESULT.longAborted);
      return this.serve(whole, bearings, room);
    } catch (thrown) {
      if (!(thrown instanceof EdgeError)) throw thrown;
      return refusal(kind, RESULT.longAborted);
    }
  }
}

function read(bearings: Bearings, variable: VariableSpecification): ReadResult {
  if (variable.kind !== "variable-name" && variable.kind !== "parameterized-access") {
    return { kind: "error", result: RESULT.objectUndefined };
  }
  const named = baseNamesOf(bearings.meter.objects).part(variable.name);
  if (named === undefined) return { kind: "error", result: RESULT.objectUndefined };
  const { classId, name: instance } = named.object;
  const selection = variable.kind === "parameterized-access" ? variable.selection : undefined;
  if (named.part === "attribute") {
    const value = getAttribute(bearings, { classId, instance, attribute: named.index }, selection);
    return value.kind === "refused" ? { kind: "error", result: value.result } : { kind: "data", data: value };
  }
  // A method is carried out by reading it with its parameters.
  if (selection === undefined) return { kind: "error", result: RESULT.readWriteDenied };
  const { result, returned } = invoke(bearings, named.index, named.object, selection.parameters);
  return result === RESULT.success ? { kind: "data", data: returned ?? NULL_DATA } : { kind: "error", result };
}

function write(bearings: Bearings, variable: VariableSpecification, value: DlmsData): WriteResult {
  if (variable.kind !== "variable-name" && variable.kind !== "parameterized-access") {
    return { kind: "error", result: RESULT.objectUndefined };
  }
  const named = baseNamesOf(bearings.meter.objects).part(variable.name);
  if (named === undefined) return { kind: "error", result: RESULT.objectUndefined };
  const { classId, name: instance } = named.object;
  const selection = variable.kind === "parameterized-access" ? variable.selection : undefined;
  const result =
    named.part === "attribute"
      ? setAttribute(bearings, { classId, instance, attribute: named.index }, value, selection)
      : invoke(bearings, named.index, named.object, value).result;
  return result === RESULT.success ? { kind: "success" } : { kind: "error", result };
}

function invoke(
  bearings: Bearings,
  method: number,
  {
    classId,
    name: instance,
  }: { readonly classId: number; readonly name: Parameters<typeof invokeMethod>[1]["instance"] },
  parameters: DlmsData,
): ReturnType<typeof invokeMethod> {
  return invokeMethod(
    bearings,
    { classId, instance, method },
    parameters.kind === "null-data" ? undefined : parameters,
  );
}

function confirmation(kind: Whole, blockNumber: number): ReadResponse | WriteResponse {
  const results = [{ kind: "block-number", blockNumber }] as const;
  return kind === "read-request" ? { kind: "read-response", results } : { kind: "write-response", results };
}

function refusal(kind: Whole, result: number): ReadResponse | WriteResponse {
  const results = [{ kind: "error", result }] as const;
  return kind === "read-request" ? { kind: "read-response", results } : { kind: "write-response", results };
}

function failed(result: number): ReadResponse {
  return { kind: "read-response", results: [{ kind: "error", result }] };
}
