import { iec61850Fault } from "../codes.ts";
import type { MmsData } from "../mms/data.ts";
import { domainName, type ObjectName } from "../mms/names.ts";
import type { JournalEntry } from "../mms/pdu.ts";
import { type Procedure, service } from "../procedure.ts";

type BinaryTime = Extract<MmsData, { type: "binary-time" }>;

/** Which entries of a log: of a span of time, or after one that was read before. */
export type LogQuery =
  | { readonly by: "time"; readonly from: BinaryTime; readonly to: BinaryTime | undefined }
  | { readonly by: "entry"; readonly time: BinaryTime; readonly entry: Uint8Array };

/** `LD/LN.name`, as the log control block refers to its log. */
export function logName(text: string): ObjectName {
  const match = /^([A-Za-z0-9_]{1,64})\/([A-Za-z0-9_]{1,64})[.$]([A-Za-z0-9_$]{1,64})$/.exec(text);
  const [, ld, ln, name] = match ?? [];
  if (ld === undefined || ln === undefined || name === undefined)
    throw iec61850Fault("iec61850.model.reference", `"${text.slice(0, 129)}" is no log; write LD/LN.name`, {
      blame: "operator",
    });
  return domainName(ld, `${ln}$${name}`);
}

/**
 * QueryLogByTime, QueryLogAfter: every page, up to `limit` entries. The next page begins after the last entry of the one
 * before. `more`: the log has entries beyond the limit.
 */
export function* queryLog(
  name: ObjectName,
  query: LogQuery,
  limit: number,
): Procedure<{ readonly entries: readonly JournalEntry[]; readonly more: boolean }> {
  const entries: JournalEntry[] = [];
  let after = query.by === "entry" ? { time: query.time, entry: query.entry } : undefined;
  for (;;) {
    const page = yield* service({
      service: "read-journal",
      name,
      ...(query.by === "time" && after === undefined && { start: { from: "time", time: query.from } as const }),
      ...(query.by === "time" && query.to !== undefined && { stop: { to: "time", time: query.to } as const }),
      ...(after !== undefined && { after }),
    });
    entries.push(...page.entries);
    const last = page.entries.at(-1);
    if (entries.length >= limit)
      return { entries: entries.slice(0, limit), more: page.moreFollows || entries.length > limit };
    if (!page.moreFollows || last === undefined) return { entries, more: false };
    after = { time: last.occurred, entry: last.entry };
  }
}

/**
 * Empties a log (initializeJournal), up to and with a time where one is given: what was in it is gone. How many entries that were.
 */
export function* initializeLog(name: ObjectName, until: BinaryTime | undefined): Procedure<number> {
  const limit = until === undefined ? {} : { limit: { time: until } };
  return (yield* service({ service: "initialize-journal", name, ...limit })).deleted;
}
