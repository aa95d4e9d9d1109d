import { EdgeError } from "../../kit/edge-error.ts";
import type { Apdu } from "../apdu/apdu.ts";
import type { AttributeReference, DataResult } from "../apdu/descriptor.ts";
import { type GetRequest, type GetResponse, readDataResults } from "../apdu/get.ts";
import { readData } from "../data/decode-data.ts";
import {
  BlockCollector,
  type Exchange,
  type ExchangeContext,
  outgoing,
  reassembled,
  resultCount,
  unexpected,
} from "./exchange.ts";
import { partByPart } from "./part-by-part.ts";

/** GET of any number of attributes (IEC 62056-5-3 clause 9.4.6.2), in lists where the server takes them. */
export function* getExchange(
  context: ExchangeContext,
  references: readonly AttributeReference[],
): Exchange<readonly DataResult[]> {
  return yield* partByPart(context, references, {
    whole: (part) => request(0, part),
    together: (part) => getPart(context, part),
  });
}

function* getPart(context: ExchangeContext, part: readonly AttributeReference[]): Exchange<readonly DataResult[]> {
  if (part.length === 1) return yield* getTogether(context, part);
  try {
    return yield* getTogether(context, part);
  } catch (thrown) {
    // Servers that negotiated lists and then refuse one, or answer less than was asked, do give one by one.
    if (!(thrown instanceof EdgeError) || !REFUSALS.has(thrown.code)) throw thrown;
    const results: DataResult[] = [];
    for (const reference of part) results.push(...(yield* getTogether(context, [reference])));
    return results;
  }
}

const REFUSALS: ReadonlySet<string> = new Set(["dlms.service.exception", "dlms.service.result-count"]);

function* getTogether(context: ExchangeContext, part: readonly AttributeReference[]): Exchange<readonly DataResult[]> {
  const invoke = context.nextInvoke();
  const answer = responseOf(yield outgoing(request(invoke, part)));
  const results = yield* resultsOf(context, invoke, answer, part.length > 1);
  if (results.length !== part.length) throw resultCount(results.length, part.length);
  return results;
}

function request(invoke: number, part: readonly AttributeReference[]): GetRequest {
  const [only] = part;
  if (part.length === 1 && only !== undefined) return { kind: "get-request-normal", invoke, reference: only };
  return { kind: "get-request-with-list", invoke, references: part };
}

function* resultsOf(
  context: ExchangeContext,
  invoke: number,
  first: GetResponse,
  list: boolean,
): Exchange<readonly DataResult[]> {
  const blocks = new BlockCollector(context.limits);
  let answer = first;
  for (;;) {
    if (answer.kind === "get-response-normal") return [answer.result];
    if (answer.kind === "get-response-with-list") return answer.results;
    // A transfer the server breaks off ends with the reason why.
    if (answer.result.kind === "error") return [answer.result];
    const { last, blockNumber } = answer;
    const whole = blocks.add({ last, number: blockNumber, rawData: answer.result.rawData });
    if (whole !== undefined) {
      return reassembled(whole, (reader) =>
        list
          ? readDataResults(reader, context.limits.apdu)
          : [{ kind: "data", data: readData(reader, context.limits.apdu.data) }],
      );
    }
    answer = responseOf(yield outgoing({ kind: "get-request-next", invoke, blockNumber }));
  }
}

function responseOf(answer: Apdu): GetResponse {
  switch (answer.kind) {
    case "get-response-normal":
    case "get-response-with-datablock":
    case "get-response-with-list":
      return answer;
    default:
      throw unexpected(answer, "an answer to a GET");
  }
}
