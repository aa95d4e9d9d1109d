import { ByteWriter } from "../../kit/byte-writer.ts";
import type { Apdu } from "../apdu/apdu.ts";
import { writeDataList } from "../apdu/descriptor.ts";
import { encodeApdu } from "../apdu/encode-apdu.ts";
import type { SetRequest, SetResponse } from "../apdu/set.ts";
import { dlmsFault } from "../codes.ts";
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
import type { AttributeWrite } from "./services.ts";

/** SET of any number of attributes (IEC 62056-5-3 clause 9.4.6.3), long values in blocks. */
export function* setExchange(context: ExchangeContext, writes: readonly AttributeWrite[]): Exchange<readonly number[]> {
  const results: number[] = [];
  const octetsOf = (part: readonly AttributeWrite[]) => encodeApdu(whole(0, part)).length;
  for (const part of inParts(writes, context, octetsOf)) {
    const some = yield* setTogether(context, part);
    if (some.length !== part.length) throw resultCount(some.length, part.length);
    results.push(...some);
  }
  return results;
}

function* setTogether(context: ExchangeContext, part: readonly AttributeWrite[]): Exchange<readonly number[]> {
  const invoke = context.nextInvoke();
  const request = outgoing(whole(invoke, part));
  if (needsBlocks(context, request.octets.length, "block-transfer-with-set-or-write")) {
    return yield* setInBlocks(context, invoke, part);
  }
  return final(responseOf(yield request));
}

function* setInBlocks(
  context: ExchangeContext,
  invoke: number,
  part: readonly AttributeWrite[],
): Exchange<readonly number[]> {
  const around = {
    first: encodeApdu(firstBlock(invoke, part, EMPTY_BLOCK)).length,
    others: encodeApdu({ kind: "set-request-with-datablock", invoke, block: EMPTY_BLOCK }).length,
  };
  for (const block of inBlocks(valuesOf(part), context.apduOctetsMax, around)) {
    const request: SetRequest =
      block.number === 1 ? firstBlock(invoke, part, block) : { kind: "set-request-with-datablock", invoke, block };
    const answer = responseOf(yield outgoing(request));
    if (answer.kind !== "set-response-datablock") {
      const results = final(answer);
      // Only a refusal may come before the last block.
      if (block.last || results.some((result) => result !== 0)) return results;
      throw unexpected(answer, "the confirmation of a block");
    }
    if (answer.blockNumber !== block.number) {
      throw dlmsFault("dlms.block.out-of-order", `block ${block.number} is confirmed as ${answer.blockNumber}`, {
        retry: "backoff",
      });
    }
    if (block.last) throw unexpected(answer, "the result of the SET");
  }
  return [];
}

function whole(invoke: number, part: readonly AttributeWrite[]): SetRequest {
  const [only] = part;
  if (part.length === 1 && only !== undefined) return { kind: "set-request-normal", invoke, ...only };
  return {
    kind: "set-request-with-list",
    invoke,
    references: part.map(({ reference }) => reference),
    values: part.map(({ data }) => data),
  };
}

function firstBlock(invoke: number, part: readonly AttributeWrite[], block: typeof EMPTY_BLOCK): SetRequest {
  const [only] = part;
  if (part.length === 1 && only !== undefined) {
    return { kind: "set-request-with-first-datablock", invoke, reference: only.reference, block };
  }
  const references = part.map(({ reference }) => reference);
  return { kind: "set-request-with-list-and-first-datablock", invoke, references, block };
}

/** What the blocks carry: one value, or the list of values with its count. */
function valuesOf(part: readonly AttributeWrite[]): Uint8Array {
  const [only] = part;
  if (part.length === 1 && only !== undefined) return encodeData(only.data);
  const writer = new ByteWriter();
  writeDataList(
    writer,
    part.map(({ data }) => data),
  );
  return writer.finish();
}

function final(answer: SetResponse): readonly number[] {
  switch (answer.kind) {
    case "set-response-normal":
    case "set-response-last-datablock":
      return [answer.result];
    case "set-response-with-list":
    case "set-response-last-datablock-with-list":
      return answer.results;
    default:
      throw unexpected(answer, "the result of the SET");
  }
}

function responseOf(answer: Apdu): SetResponse {
  switch (answer.kind) {
    case "set-response-normal":
    case "set-response-datablock":
    case "set-response-last-datablock":
    case "set-response-last-datablock-with-list":
    case "set-response-with-list":
      return answer;
    default:
      throw unexpected(answer, "an answer to a SET");
  }
}
