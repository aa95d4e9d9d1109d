import { type AttributeReference, APDU_LIMITS, readDataList } from "../../../adapters/dlms/apdu/descriptor.ts";
import type { SetRequest, SetResponse } from "../../../adapters/dlms/apdu/set.ts";
import type { DlmsData } from "../../../adapters/dlms/data/data.ts";
import { decodeData } from "../../../adapters/dlms/data/decode-data.ts";
import { ByteReader } from "../../../adapters/kit/byte-reader.ts";
import { EdgeError } from "../../../adapters/kit/edge-error.ts";
import { RESULT } from "../objects/cosem-object.ts";
import { Incoming } from "./long-transfer.ts";
import { type Bearings, setAttribute } from "./object-access.ts";

type Target =
  | { readonly kind: "one"; readonly reference: AttributeReference }
  | { readonly kind: "list"; readonly references: readonly AttributeReference[] };

/** SET of IEC 62056-5-3 9.3.7: normal, with a list, and both of them in blocks. */
export class SetService {
  #long: Incoming<Target> | undefined;

  serve(request: SetRequest, bearings: Bearings): SetResponse {
    const { invoke } = request;
    switch (request.kind) {
      case "set-request-normal":
        this.#long = undefined;
        return { kind: "set-response-normal", invoke, result: setOne(bearings, request.reference, request.data) };
      case "set-request-with-list":
        this.#long = undefined;
        return {
          kind: "set-response-with-list",
          invoke,
          results: setList(bearings, request.references, request.values),
        };
      case "set-request-with-first-datablock":
        this.#long = new Incoming({ kind: "one", reference: owned(request.reference) });
        return this.#add(invoke, request.block, bearings);
      case "set-request-with-list-and-first-datablock":
        this.#long = new Incoming({ kind: "list", references: request.references.map(owned) });
        return this.#add(invoke, request.block, bearings);
      case "set-request-with-datablock":
        return this.#add(invoke, request.block, bearings);
    }
  }

  abort(): void {
    this.#long = undefined;
  }

  #add(invoke: number, block: Block, bearings: Bearings): SetResponse {
    const long = this.#long;
    if (long === undefined) return last(invoke, block.number, RESULT.noLongSetInProgress);
    if (!long.add(block.number, block.rawData)) {
      this.#long = undefined;
      return last(invoke, block.number, RESULT.blockNumberInvalid);
    }
    if (!block.last) return { kind: "set-response-datablock", invoke, blockNumber: block.number };
    this.#long = undefined;
    return execute(invoke, block.number, long, bearings);
  }
}

interface Block {
  readonly last: boolean;
  readonly number: number;
  readonly rawData: Uint8Array;
}

function execute(invoke: number, blockNumber: number, long: Incoming<Target>, bearings: Bearings): SetResponse {
  const { target } = long;
  try {
    if (target.kind === "one") {
      return last(invoke, blockNumber, setOne(bearings, target.reference, decodeData(long.whole())));
    }
    const reader = new ByteReader(long.whole(), "dlms.data.truncated");
    const results = setList(bearings, target.references, readDataList(reader, APDU_LIMITS));
    return { kind: "set-response-last-datablock-with-list", invoke, results, blockNumber };
  } catch (thrown) {
    if (!(thrown instanceof EdgeError)) throw thrown;
    return last(invoke, blockNumber, RESULT.longSetAborted);
  }
}

function setList(bearings: Bearings, references: readonly AttributeReference[], values: readonly DlmsData[]): number[] {
  return references.map((reference, at) => {
    const value = values[at];
    return value === undefined ? RESULT.otherReason : setOne(bearings, reference, value);
  });
}

function setOne(bearings: Bearings, { selection, ...reference }: AttributeReference, value: DlmsData): number {
  return setAttribute(bearings, reference, value, selection);
}

function last(invoke: number, blockNumber: number, result: number): SetResponse {
  return { kind: "set-response-last-datablock", invoke, result, blockNumber };
}

/** What a selection refers to lives in the APDU it came in; a long transfer outlives that. */
function owned(reference: AttributeReference): AttributeReference {
  return { ...reference, selection: undefined };
}
