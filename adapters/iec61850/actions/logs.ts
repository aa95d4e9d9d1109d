import type { Json } from "../../../edge-agent/model/bounded-json.ts";
import { fromHex, toHex } from "../../kit/bytes.ts";
import { toWall } from "../../kit/time.ts";
import { initializeLog, type LogQuery, logName, queryLog } from "../acsi/logs.ts";
import type { MmsData } from "../mms/data.ts";
import type { JournalEntry } from "../mms/pdu.ts";
import { encodeValue } from "../model/encode-value.ts";
import { entryTimeText, toBinaryTime } from "../model/time.ts";
import { toJson } from "../model/value.ts";
import { type Action, invalid, needed, textField, wholeField } from "./action.ts";

/** Entries of one answer. */
const ENTRIES_LIMIT = 100;

/** `value.from` and `to`, or `value.after` with the entry and its time as an earlier answer gave them. */
export const LOG_READ: Action = {
  idempotent: true,
  *run({ command }) {
    const { value } = command;
    const name = logName(needed(command.target?.value ?? textField(value, "log"), "log"));
    const limit = Math.min(wholeField(value, "limit") ?? ENTRIES_LIMIT, ENTRIES_LIMIT);
    const { entries, more } = yield* queryLog(name, queryOf(value), Math.max(1, limit));
    return { result: { entries: entries.map(entryJson), more } };
  },
};

/** Empties a log, up to `value.until` where that is given. Not all devices let anybody. */
export const LOG_INITIALIZE: Action = {
  idempotent: false,
  *run({ command }) {
    const { value } = command;
    const name = logName(needed(command.target?.value ?? textField(value, "log"), "log"));
    const until = textField(value, "until");
    const deleted = yield* initializeLog(name, until === undefined ? undefined : timeOf(until, "until"));
    return { result: { deleted } };
  },
};

/** One entry: who it is, when, and what it says. */
export function entryJson({ entry, occurred, variables }: JournalEntry): Json {
  return {
    entry: toHex(entry),
    time: entryTimeText(occurred) ?? "",
    variables: variables.map(({ tag, value }) => ({
      ref: tag,
      value: toJson(value, undefined, tag.split("$").at(-1)),
    })),
  };
}

function queryOf(value: Json | undefined): LogQuery {
  const after = textField(value, "after");
  if (after !== undefined) {
    const entry = fromHex(after);
    if (entry === undefined) throw invalid("value.after is an entry in hex");
    return { by: "entry", time: timeOf(needed(textField(value, "time"), "time"), "time"), entry };
  }
  const from = textField(value, "from");
  const to = textField(value, "to");
  return {
    by: "time",
    from: from === undefined ? toBinaryTime(toWall(EPOCH_1984)) : timeOf(from, "from"),
    to: to === undefined ? undefined : timeOf(to, "to"),
  };
}

/** 1984-01-01: the first time a log can say, ms. */
const EPOCH_1984 = 441_763_200_000;

function timeOf(text: string, name: string): Extract<MmsData, { type: "binary-time" }> {
  const time = encodeValue(text, { type: "binary-time", days: true }, `value.${name}`);
  if (time.type !== "binary-time") throw invalid(`value.${name} is a time`);
  return time;
}
