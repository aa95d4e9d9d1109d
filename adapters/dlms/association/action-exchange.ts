import {
  type ActionOutcome,
  type ActionRequest,
  type ActionResponse,
  readActionOutcome,
  readActionOutcomes,
} from "../apdu/action.ts";
import type { Apdu } from "../apdu/apdu.ts";
import { NULL_DATA } from "../data/data.ts";
import {
  BlockCollector,
  type EMPTY_BLOCK,
  type Exchange,
  type ExchangeContext,
  needsBlocks,
  outgoing,
  reassembled,
  unexpected,
} from "./exchange.ts";
import { partByPart, sendInBlocks } from "./part-by-part.ts";
import type { MethodCall } from "./services.ts";

/** ACTION of any number of methods (IEC 62056-5-3 clause 9.4.6.4), long parameters and long answers in blocks. */
export function* actionExchange(
  context: ExchangeContext,
  calls: readonly MethodCall[],
): Exchange<readonly ActionOutcome[]> {
  return yield* partByPart(context, calls, {
    whole: (part) => whole(0, part),
    together: (part) => actTogether(context, part),
  });
}

function* actTogether(context: ExchangeContext, part: readonly MethodCall[]): Exchange<readonly ActionOutcome[]> {
  const invoke = context.nextInvoke();
  const request = outgoing(whole(invoke, part));
  const blocks = needsBlocks(context, request.octets.length, "block-transfer-with-action");
  const answer = blocks ? yield* requestInBlocks(context, invoke, part) : responseOf(yield request);
  return yield* outcomesOf(context, invoke, answer, part.length > 1);
}

function* requestInBlocks(
  context: ExchangeContext,
  invoke: number,
  part: readonly MethodCall[],
): Exchange<ActionResponse> {
  // The result comes after the last block; before it only a refusal can.
  const { answer } = yield* sendInBlocks<ActionResponse>(context, {
    values: part.map(({ parameters }) => parameters ?? NULL_DATA),
    request: (block) =>
      block.number === 1 ? firstBlock(invoke, part, block) : { kind: "action-request-with-pblock", invoke, block },
    answer: responseOf,
    confirmed: (response) => (response.kind === "action-response-next-pblock" ? response.blockNumber : undefined),
  });
  return answer;
}

function* outcomesOf(
  context: ExchangeContext,
  invoke: number,
  first: ActionResponse,
  list: boolean,
): Exchange<readonly ActionOutcome[]> {
  const blocks = new BlockCollector(context.limits);
  let answer = first;
  for (;;) {
    if (answer.kind === "action-response-normal") return [{ result: answer.result, returned: answer.returned }];
    if (answer.kind === "action-response-with-list") return answer.outcomes;
    if (answer.kind !== "action-response-with-pblock") throw unexpected(answer, "the result of the ACTION");
    const whole = blocks.add(answer.block);
    if (whole !== undefined) {
      const { apdu } = context.limits;
      return reassembled(whole, (reader) =>
        list ? readActionOutcomes(reader, apdu) : [readActionOutcome(reader, apdu)],
      );
    }
    const { number: blockNumber } = answer.block;
    answer = responseOf(yield outgoing({ kind: "action-request-next-pblock", invoke, blockNumber }));
  }
}

function whole(invoke: number, part: readonly MethodCall[]): ActionRequest {
  const [only] = part;
  if (part.length === 1 && only !== undefined) return { kind: "action-request-normal", invoke, ...only };
  return {
    kind: "action-request-with-list",
    invoke,
    methods: part.map(({ method }) => method),
    parameters: part.map(({ parameters }) => parameters ?? NULL_DATA),
  };
}

function firstBlock(invoke: number, part: readonly MethodCall[], block: typeof EMPTY_BLOCK): ActionRequest {
  const [only] = part;
  if (part.length === 1 && only !== undefined) {
    return { kind: "action-request-with-first-pblock", invoke, method: only.method, block };
  }
  const methods = part.map(({ method }) => method);
  return { kind: "action-request-with-list-and-first-pblock", invoke, methods, block };
}

function responseOf(answer: Apdu): ActionResponse {
  switch (answer.kind) {
    case "action-response-normal":
    case "action-response-with-pblock":
    case "action-response-with-list":
    case "action-response-next-pblock":
      return answer;
    default:
      throw unexpected(answer, "an answer to an ACTION");
  }
}
