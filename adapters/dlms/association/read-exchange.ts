import { EdgeError } from "../../kit/edge-error.ts";
import type { Apdu } from "../apdu/apdu.ts";
import { type ConformanceBit, conforms } from "../apdu/conformance.ts";
import type { DataResult } from "../apdu/descriptor.ts";
import { encodeApdu } from "../apdu/encode-apdu.ts";
import {
  type ReadResponse,
  type ReadResult,
  readReadResponse,
  type VariableSpecification,
} from "../apdu/short-name.ts";
import { dlmsFault } from "../codes.ts";
import { readData } from "../data/decode-data.ts";
import {
  BlockCollector,
  EMPTY_BLOCK,
  type Exchange,
  type ExchangeContext,
  inBlocks,
  inParts,
  needsBlocks,
  outgoing,
  reassembled,
  resultCount,
  unexpected,
} from "./exchange.ts";

/**
 * READ of any number of variables (IEC 62056-5-3 clause 9.4.6.8), in lists where the server takes them, long answers and
 * long requests in blocks.
 */
export function* readExchange(
  context: ExchangeContext,
  variables: readonly VariableSpecification[],
): Exchange<readonly DataResult[]> {
  expectBit(context, "read");
  if (variables.some(({ kind }) => kind === "parameterized-access")) expectBit(context, "parameterized-access");
  const results: DataResult[] = [];
  for (const part of inParts(variables, context, (some) => encodeApdu(readRequest(some)).length)) {
    const got = yield* readPart(context, part);
    if (got.length !== part.length) throw resultCount(got.length, part.length);
    results.push(...got);
  }
  return results;
}

function* readPart(context: ExchangeContext, part: readonly VariableSpecification[]): Exchange<readonly DataResult[]> {
  if (part.length === 1) return yield* readTogether(context, part);
  try {
    const results = yield* readTogether(context, part);
    if (results.length === part.length) return results;
  } catch (thrown) {
    if (!(thrown instanceof EdgeError) || !REFUSALS.has(thrown.code)) throw thrown;
  }
  // Servers that agreed to lists and then refuse one, or answer less than was asked, do give one by one.
  const results: DataResult[] = [];
  for (const variable of part) results.push(...(yield* readTogether(context, [variable])));
  return results;
}

const REFUSALS: ReadonlySet<string> = new Set(["dlms.service.exception", "dlms.service.confirmed-error"]);

/** Throws where the server did not agree to a service. */
export function expectBit({ conformance }: Pick<ExchangeContext, "conformance">, bit: ConformanceBit): void {
  if (conforms(conformance, bit)) return;
  throw dlmsFault("dlms.service.not-negotiated", `the server did not agree to ${bit}`, { blame: "operator" });
}

function* readTogether(
  context: ExchangeContext,
  part: readonly VariableSpecification[],
): Exchange<readonly DataResult[]> {
  const request = outgoing(readRequest(part));
  const isLong = needsBlocks(context, request.octets.length, "block-transfer-with-get-or-read");
  let answer = isLong ? yield* askInBlocks(context, part) : responseOf(yield request);
  const blocks = new BlockCollector(context.limits);
  for (;;) {
    const [first] = answer.results;
    if (first?.kind !== "data-block-result") return answer.results.map(final);
    const { last, blockNumber, rawData } = first;
    const whole = blocks.add({ last, number: blockNumber, rawData });
    if (whole !== undefined) return resultsOf(context, whole, part.length);
    answer = responseOf(yield outgoing(readRequest([{ kind: "block-number-access", blockNumber }])));
  }
}

/** A request that is too long: what stands behind its tag, in blocks, each confirmed by its number. */
function* askInBlocks(context: ExchangeContext, part: readonly VariableSpecification[]): Exchange<ReadResponse> {
  const around = encodeApdu(readRequest([dataBlock(EMPTY_BLOCK)])).length;
  const octets = encodeApdu(readRequest(part)).subarray(TAG_OCTETS);
  for (const block of inBlocks(octets, context.apduOctetsMax, { first: around, others: around })) {
    const answer = responseOf(yield outgoing(readRequest([dataBlock(block)])));
    const [only] = answer.results;
    if (block.last || only?.kind !== "block-number") return answer;
    expectConfirmed(only.blockNumber, block.number);
  }
  throw dlmsFault("dlms.block.aborted", "a request in blocks without a result", { retry: "backoff" });
}

export const TAG_OCTETS = 1;

export function expectConfirmed(confirmed: number, sent: number): void {
  if (confirmed === sent) return;
  const message = `block ${sent} is confirmed as ${confirmed}`;
  throw dlmsFault("dlms.block.out-of-order", message, { retry: "backoff" });
}

function dataBlock({
  last,
  number: blockNumber,
  rawData,
}: {
  readonly last: boolean;
  readonly number: number;
  readonly rawData: Uint8Array;
}): VariableSpecification {
  return { kind: "read-data-block-access", last, blockNumber, rawData };
}

/**
 * What blocks carried together: the list of results; servers are known to send the bare value of one variable as well. They
 * cannot be taken for one another: a list of one begins as an array without elements does, and that has nothing behind it.
 */
function resultsOf(context: ExchangeContext, whole: Uint8Array, count: number): readonly DataResult[] {
  const { apdu } = context.limits;
  const isBare = count === 1 && !(whole.length > 2 && whole[0] === 1 && whole[1] === 0);
  return reassembled(whole, (reader) =>
    isBare ? [{ kind: "data", data: readData(reader, apdu.data) }] : readReadResponse(reader, apdu).results.map(final),
  );
}

function final(result: ReadResult): DataResult {
  if (result.kind === "data" || result.kind === "error") return result;
  throw dlmsFault("dlms.association.unexpected-apdu", `a ${result.kind} among the results of a READ`);
}

function readRequest(variables: readonly VariableSpecification[]): Extract<Apdu, { kind: "read-request" }> {
  return { kind: "read-request", variables };
}

function responseOf(answer: Apdu): ReadResponse {
  if (answer.kind === "read-response") return answer;
  throw unexpected(answer, "an answer to a READ");
}
