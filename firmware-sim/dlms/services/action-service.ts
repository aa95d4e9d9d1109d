import type { ActionOutcome, ActionRequest, ActionResponse } from "../../../adapters/dlms/apdu/action.ts";
import { APDU_LIMITS, type MethodDescriptor, readDataList } from "../../../adapters/dlms/apdu/descriptor.ts";
import { encodeApdu } from "../../../adapters/dlms/apdu/encode-apdu.ts";
import type { DlmsData } from "../../../adapters/dlms/data/data.ts";
import { decodeData } from "../../../adapters/dlms/data/decode-data.ts";
import { ByteReader } from "../../../adapters/kit/byte-reader.ts";
import { EdgeError } from "../../../adapters/kit/edge-error.ts";
import { RESULT } from "../objects/cosem-object.ts";
import type { ResponseRoom } from "./get-service.ts";
import { Incoming, Outgoing } from "./long-transfer.ts";
import { type Bearings, invokeMethod } from "./object-access.ts";

type Target =
  | { readonly kind: "one"; readonly method: MethodDescriptor }
  | { readonly kind: "list"; readonly methods: readonly MethodDescriptor[] };

/** The tag, the choice and the invoke id stand before what blocks carry. */
const HEADER_OCTETS = 3;
/** Choice, invoke id, last-block, block number, length of the raw data. */
const BLOCK_OVERHEAD = 11;

/** ACTION of IEC 62056-5-3 9.3.8: normal, with a list, and in blocks in both directions. */
export class ActionService {
  #in: Incoming<Target> | undefined;
  #out: Outgoing | undefined;

  serve(request: ActionRequest, bearings: Bearings, room: ResponseRoom): ActionResponse {
    const { invoke } = request;
    switch (request.kind) {
      case "action-request-normal":
        this.abort();
        return this.#answer(normal(invoke, invokeOne(bearings, request.method, request.parameters)), room);
      case "action-request-with-list":
        this.abort();
        return this.#answer(list(invoke, bearings, request.methods, request.parameters), room);
      case "action-request-with-first-pblock":
        this.#in = new Incoming({ kind: "one", method: request.method });
        return this.#add(invoke, request.block, bearings, room);
      case "action-request-with-list-and-first-pblock":
        this.#in = new Incoming({ kind: "list", methods: request.methods });
        return this.#add(invoke, request.block, bearings, room);
      case "action-request-with-pblock":
        return this.#add(invoke, request.block, bearings, room);
      case "action-request-next-pblock":
        return this.#next(invoke, request.blockNumber);
    }
  }

  abort(): void {
    this.#in = undefined;
    this.#out = undefined;
  }

  #add(
    invoke: number,
    block: { readonly last: boolean; readonly number: number; readonly rawData: Uint8Array },
    bearings: Bearings,
    room: ResponseRoom,
  ): ActionResponse {
    const long = this.#in;
    if (long === undefined) return normal(invoke, { result: RESULT.noLongInProgress, returned: undefined });
    if (!long.add(block.number, block.rawData)) {
      this.#in = undefined;
      return normal(invoke, { result: RESULT.longAborted, returned: undefined });
    }
    if (!block.last) return { kind: "action-response-next-pblock", invoke, blockNumber: block.number };
    this.#in = undefined;
    return this.#answer(execute(invoke, long, bearings), room);
  }

  #next(invoke: number, confirmed: number): ActionResponse {
    const out = this.#out;
    if (out === undefined || out.number !== confirmed) {
      this.#out = undefined;
      const result = out === undefined ? RESULT.noLongInProgress : RESULT.longAborted;
      return normal(invoke, { result, returned: undefined });
    }
    return this.#block(invoke, out);
  }

  #answer(response: ActionResponse, room: ResponseRoom): ActionResponse {
    const octets = encodeApdu(response);
    if (!room.blocks || octets.length <= room.octets) return response;
    const out = new Outgoing(octets.subarray(HEADER_OCTETS), room.octets - BLOCK_OVERHEAD);
    this.#out = out;
    return this.#block(response.invoke, out);
  }

  #block(invoke: number, out: Outgoing): ActionResponse {
    const block = out.next();
    if (block.last) this.#out = undefined;
    return { kind: "action-response-with-pblock", invoke, block };
  }
}

function execute(invoke: number, long: Incoming<Target>, bearings: Bearings): ActionResponse {
  const { target } = long;
  try {
    if (target.kind === "one") return normal(invoke, invokeOne(bearings, target.method, decodeData(long.whole())));
    const reader = new ByteReader(long.whole(), "dlms.data.truncated");
    return list(invoke, bearings, target.methods, readDataList(reader, APDU_LIMITS));
  } catch (thrown) {
    if (!(thrown instanceof EdgeError)) throw thrown;
    return normal(invoke, { result: RESULT.longAborted, returned: undefined });
  }
}

function list(
  invoke: number,
  bearings: Bearings,
  methods: readonly MethodDescriptor[],
  parameters: readonly DlmsData[],
): ActionResponse {
  const outcomes = methods.map((method, at) => invokeOne(bearings, method, parameters[at]));
  return { kind: "action-response-with-list", invoke, outcomes };
}

function normal(invoke: number, outcome: ActionOutcome): ActionResponse {
  return { kind: "action-response-normal", invoke, ...outcome };
}

function invokeOne(bearings: Bearings, method: MethodDescriptor, parameters: DlmsData | undefined): ActionOutcome {
  const { result, returned } = invokeMethod(bearings, method, parameters);
  return { result, returned: returned === undefined ? undefined : { kind: "data", data: returned } };
}
