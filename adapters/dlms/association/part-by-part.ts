import { ByteWriter } from "../../kit/byte-writer.ts";
import type { Apdu } from "../apdu/apdu.ts";
import { type DataBlock, writeDataList } from "../apdu/descriptor.ts";
import { encodeApdu } from "../apdu/encode-apdu.ts";
import { dlmsFault } from "../codes.ts";
import type { DlmsData } from "../data/data.ts";
import { encodeData } from "../data/encode-data.ts";
import {
  EMPTY_BLOCK,
  type Exchange,
  type ExchangeContext,
  inBlocks,
  inParts,
  outgoing,
  resultCount,
  unexpected,
} from "./exchange.ts";

/** What GET, SET and ACTION with a list, and SET and ACTION in blocks, do alike. */

/** Carries out a list in as many requests as it needs; each has to give a result for each of its items. */
export function* partByPart<Item, Result>(
  context: ExchangeContext,
  items: readonly Item[],
  parts: {
    /** The whole request for some of them, to see whether it fits. */
    readonly whole: (part: readonly Item[]) => Apdu;
    readonly together: (part: readonly Item[]) => Exchange<readonly Result[]>;
  },
): Exchange<readonly Result[]> {
  const results: Result[] = [];
  for (const part of inParts(items, context, (some) => encodeApdu(parts.whole(some)).length)) {
    const got = yield* parts.together(part);
    if (got.length !== part.length) throw resultCount(got.length, part.length);
    results.push(...got);
  }
  return results;
}

/** What blocks carry: one value, or the list of values with its count. */
export function valueOctets(values: readonly DlmsData[]): Uint8Array {
  const [only] = values;
  if (values.length === 1 && only !== undefined) return encodeData(only);
  const writer = new ByteWriter();
  writeDataList(writer, values);
  return writer.finish();
}

export interface BlockPlan<Answer extends Apdu> {
  readonly values: readonly DlmsData[];
  readonly request: (block: DataBlock) => Apdu;
  readonly answer: (apdu: Apdu) => Answer;
  /** The number of the block that an answer confirms; `undefined` for the result, which ends the transfer. */
  readonly confirmed: (answer: Answer) => number | undefined;
}

/**
 * A long request block by block, each of them confirmed (IEC 62056-5-3 clauses 9.4.6.3 and 9.4.6.4): the answer to the last
 * one, or what came instead of a confirmation. `whole`: the last block had been sent.
 */
export function* sendInBlocks<Answer extends Apdu>(
  context: ExchangeContext,
  plan: BlockPlan<Answer>,
): Exchange<{ readonly answer: Answer; readonly whole: boolean }> {
  const around = {
    first: encodeApdu(plan.request(EMPTY_BLOCK)).length,
    others: encodeApdu(plan.request({ ...EMPTY_BLOCK, number: 2 })).length,
  };
  for (const block of inBlocks(valueOctets(plan.values), context.apduOctetsMax, around)) {
    const answer = plan.answer(yield outgoing(plan.request(block)));
    const confirmed = plan.confirmed(answer);
    if (confirmed === undefined) return { answer, whole: block.last };
    if (confirmed !== block.number) {
      throw dlmsFault("dlms.block.out-of-order", `block ${block.number} is confirmed as ${confirmed}`, {
        retry: "backoff",
      });
    }
    if (block.last) throw unexpected(answer, "the result of a request in blocks");
  }
  throw dlmsFault("dlms.block.aborted", "a request in blocks without a result", { retry: "backoff" });
}
