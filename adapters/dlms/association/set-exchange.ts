import type { Apdu } from "../apdu/apdu.ts";
import type { SetRequest, SetResponse } from "../apdu/set.ts";
import {
  type EMPTY_BLOCK,
  type Exchange,
  type ExchangeContext,
  needsBlocks,
  outgoing,
  unexpected,
} from "./exchange.ts";
import { partByPart, sendInBlocks } from "./part-by-part.ts";
import type { AttributeWrite } from "./services.ts";

/** SET of any number of attributes (IEC 62056-5-3 clause 9.4.6.3), long values in blocks. */
export function* setExchange(context: ExchangeContext, writes: readonly AttributeWrite[]): Exchange<readonly number[]> {
  return yield* partByPart(context, writes, {
    whole: (part) => whole(0, part),
    together: (part) => setTogether(context, part),
  });
}

function* setTogether(context: ExchangeContext, part: readonly AttributeWrite[]): Exchange<readonly number[]> {
  const invoke = context.nextInvoke();
  const request = outgoing(whole(invoke, part));
  if (!needsBlocks(context, request.octets.length, "block-transfer-with-set-or-write")) {
    return final(responseOf(yield request));
  }
  const sent = yield* sendInBlocks<SetResponse>(context, {
    values: part.map(({ data }) => data),
    request: (block) =>
      block.number === 1 ? firstBlock(invoke, part, block) : { kind: "set-request-with-datablock", invoke, block },
    answer: responseOf,
    confirmed: (answer) => (answer.kind === "set-response-datablock" ? answer.blockNumber : undefined),
  });
  const results = final(sent.answer);
  // Only a refusal may come before the last block.
  if (sent.whole || results.some((result) => result !== 0)) return results;
  throw unexpected(sent.answer, "the confirmation of a block");
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
