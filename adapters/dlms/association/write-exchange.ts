import { equalBytes } from "../../kit/bytes.ts";
import type { Apdu } from "../apdu/apdu.ts";
import { conforms } from "../apdu/conformance.ts";
import { encodeApdu } from "../apdu/encode-apdu.ts";
import type { VariableSpecification, WriteRequest, WriteResponse } from "../apdu/short-name.ts";
import { dlmsFault } from "../codes.ts";
import { type DlmsData, octetString } from "../data/data.ts";
import { encodeData } from "../data/encode-data.ts";
import {
  EMPTY_BLOCK,
  type Exchange,
  type ExchangeContext,
  inBlocks,
  inParts,
  needsBlocks,
  outgoing,
  resultCount,
  unexpected,
} from "./exchange.ts";
import { expectBit, expectConfirmed, readExchange, TAG_OCTETS } from "./read-exchange.ts";

export interface VariableWrite {
  readonly variable: VariableSpecification;
  readonly data: DlmsData;
}

const SUCCESS = 0;
const OTHER_REASON = 250;

/**
 * WRITE of any number of variables (IEC 62056-5-3 clause 9.4.6.9), in lists where the server takes them, long values in
 * blocks: a data-access-result for each.
 */
export function* writeExchange(
  context: ExchangeContext,
  writes: readonly VariableWrite[],
): Exchange<readonly number[]> {
  if (writes.some(({ variable }) => variable.kind === "parameterized-access")) {
    expectBit(context, "parameterized-access");
  }
  const confirmed = conforms(context.conformance, "write");
  if (!confirmed) expectBit(context, "unconfirmed-write");
  const results: number[] = [];
  for (const part of inParts(writes, context, (some) => encodeApdu(writeRequest("write-request", some)).length)) {
    const got = yield* confirmed ? writeTogether(context, part) : writeUnconfirmed(context, part);
    if (got.length !== part.length) throw resultCount(got.length, part.length);
    results.push(...got);
  }
  return results;
}

function* writeTogether(context: ExchangeContext, part: readonly VariableWrite[]): Exchange<readonly number[]> {
  const request = outgoing(writeRequest("write-request", part));
  if (!needsBlocks(context, request.octets.length, "block-transfer-with-set-or-write")) {
    return resultsOf(responseOf(yield request));
  }
  const around = encodeApdu(blockRequest(EMPTY_BLOCK)).length;
  for (const block of inBlocks(request.octets.subarray(TAG_OCTETS), context.apduOctetsMax, {
    first: around,
    others: around,
  })) {
    const answer = responseOf(yield outgoing(blockRequest(block)));
    const [only] = answer.results;
    if (block.last || only?.kind !== "block-number") return resultsOf(answer);
    expectConfirmed(only.blockNumber, block.number);
  }
  throw dlmsFault("dlms.block.aborted", "a request in blocks without a result", { retry: "backoff" });
}

/** Where nothing answers a write, what was written is read back: it is done only where it is there. */
function* writeUnconfirmed(context: ExchangeContext, part: readonly VariableWrite[]): Exchange<readonly number[]> {
  yield { ...outgoing(writeRequest("unconfirmed-write-request", part)), isUnconfirmed: true };
  const back = yield* readExchange(
    context,
    part.map(({ variable }) => variable),
  );
  return part.map(({ data }, at) => {
    const result = back[at];
    if (result?.kind !== "data") return result?.result ?? OTHER_REASON;
    return equalBytes(encodeData(result.data), encodeData(data)) ? SUCCESS : OTHER_REASON;
  });
}

function writeRequest(kind: WriteRequest["kind"], writes: readonly VariableWrite[]): WriteRequest {
  return { kind, variables: writes.map(({ variable }) => variable), values: writes.map(({ data }) => data) };
}

/** Everything behind the tag of a long request, in octet-strings. */
function blockRequest({ last, number: blockNumber, rawData }: typeof EMPTY_BLOCK): WriteRequest {
  const variable: VariableSpecification = { kind: "write-data-block-access", last, blockNumber };
  return writeRequest("write-request", [{ variable, data: octetString(rawData) }]);
}

function resultsOf({ results }: WriteResponse): readonly number[] {
  return results.map((result) => {
    if (result.kind === "success") return SUCCESS;
    if (result.kind === "error") return result.result;
    throw dlmsFault("dlms.association.unexpected-apdu", "a block number among the results of a WRITE");
  });
}

function responseOf(answer: Apdu): WriteResponse {
  if (answer.kind === "write-response") return answer;
  throw unexpected(answer, "an answer to a WRITE");
}
