import { conforms } from "../apdu/conformance.ts";
import { dlmsFault } from "../codes.ts";
import { type Exchange, type ExchangeContext, outgoing, resultCount, unexpected } from "./exchange.ts";
import type { AccessAnswer, AccessEntry } from "./services.ts";

/** ACCESS (IEC 62056-5-3 clause 9.4.6.5): one request, however long; general block transfer carries what does not fit. */
export function* accessExchange(
  context: ExchangeContext,
  entries: readonly AccessEntry[],
  breakOnError: boolean,
): Exchange<readonly AccessAnswer[]> {
  if (!conforms(context.conformance, "access")) {
    throw dlmsFault("dlms.service.not-negotiated", "the server does not know ACCESS", { blame: "us" });
  }
  const answer = yield outgoing({
    kind: "access-request",
    invoke: context.nextLongInvoke(breakOnError),
    dateTime: new Uint8Array(0),
    specifications: entries.map(({ specification }) => specification),
    data: entries.map(({ data }) => data),
  });
  if (answer.kind !== "access-response") throw unexpected(answer, "an answer to an ACCESS");
  const { data, results } = answer;
  if (data.length !== entries.length || results.length !== entries.length) {
    throw resultCount(Math.min(data.length, results.length), entries.length);
  }
  return results.flatMap((result, i): AccessAnswer[] => {
    const value = data[i];
    return value === undefined ? [] : [{ data: value, result }];
  });
}
