import type { Json } from "../../../edge-agent/model/bounded-json.ts";
import { readAll, typeOfReference, writeAll } from "../acsi/variables.ts";
import { type Action, field, invalid, needed, textField, truthField, wholeField } from "../actions/action.ts";
import type { Relay } from "../device.ts";
import type { AccessResult, MmsData } from "../mms/data.ts";
import type { TypeDescription } from "../mms/types.ts";
import { encodeValue } from "../model/encode-value.ts";
import type { Procedure } from "../procedure.ts";
import { relayOf, SCHEDULE_ENTRIES } from "./device-model.ts";
import { relaysAt } from "./relays.ts";

/** `day` of an entry: 0 every day, -1 weekdays, -2 weekend, 1 to 7 from Monday, or a date as yyyymmdd. */
const DAYS: Readonly<Record<string, number>> = { ALL: 0, WEEKDAY: -1, WEEKEND: -2 };
/** When an entry switches: at a time, by the light sensor, or by the sun. */
const KINDS: Readonly<Record<string, number>> = { FIXED: 0, SENSOR: 1, ASTRONOMICAL: 2 };
const WINDOW_MIN = 30;

/**
 * `value.entries`: `{ index, day, kind, time, on, minimumOnMin, beforeMin, afterMin }`. What the relays of those indexes
 * had before is switched off; only fields that differ are written.
 */
export const SCHEDULE_SET: Action = {
  idempotent: true,
  *run({ command, device }) {
    const entries = field(command.value, "entries");
    if (!Array.isArray(entries) || entries.length === 0) throw invalid("value.entries is a list");
    const byRelay = new Map<Relay, Readonly<Record<string, Json>>[]>();
    for (const entry of entries as readonly Json[]) {
      const relays = relaysAt(device, wholeField(entry, "index") ?? 0);
      if (relays === undefined) throw invalid("an entry is for a relay nobody has");
      const fields = entryFields(entry);
      for (const relay of relays) byRelay.set(relay, [...(byRelay.get(relay) ?? []), fields]);
    }
    for (const list of byRelay.values())
      if (list.length > SCHEDULE_ENTRIES) throw invalid(`a relay has at most ${SCHEDULE_ENTRIES} entries`);
    let written = 0;
    for (const [relay, list] of byRelay) written += yield* writeSchedule(relay, list);
    return { result: { relays: [...byRelay.keys()].map((one) => one.index), written } };
  },
};

function* writeSchedule(relay: Relay, entries: readonly Readonly<Record<string, Json>>[]): Procedure<number> {
  const places = Array.from({ length: SCHEDULE_ENTRIES }, (_, at) =>
    relayOf(relay.internal, "CF", "Sche", `sche${at + 1}`),
  );
  const [first] = places;
  if (first === undefined) return 0;
  const type = yield* typeOfReference(first);
  const before = yield* readAll(places);
  let written = 0;
  for (const [at, place] of places.entries()) {
    const wanted = entries[at] ?? { enable: false };
    const writes = changed(type, before[at], wanted).map(([name, data]) => ({
      reference: { ...place, path: [...place.path, name] },
      data,
    }));
    if (writes.length === 0) continue;
    for (const fault of yield* writeAll(writes)) if (fault !== undefined) throw fault;
    written += writes.length;
  }
  return written;
}

/** The fields that are not as they should be. */
function changed(
  type: TypeDescription,
  before: AccessResult | undefined,
  wanted: Readonly<Record<string, Json>>,
): readonly (readonly [string, MmsData])[] {
  if (type.type !== "structure") return [];
  const has = before?.type === "structure" ? before.items : [];
  return type.components.flatMap(({ name, type: inner }, at): (readonly [string, MmsData])[] => {
    const value = name === undefined ? undefined : wanted[name];
    if (name === undefined || value === undefined) return [];
    const data = encodeValue(value, inner, name);
    const now = has[at];
    return now !== undefined && "value" in now && "value" in data && now.value === data.value ? [] : [[name, data]];
  });
}

function entryFields(entry: Json): Readonly<Record<string, Json>> {
  const on = needed(truthField(entry, "on"), "on");
  const kind = KINDS[textField(entry, "kind") ?? "FIXED"];
  if (kind === undefined) throw invalid(`an entry's kind is one of ${Object.keys(KINDS).join(", ")}`);
  const time = kind === KINDS["FIXED"] ? timeOf(needed(textField(entry, "time"), "time")) : 0;
  const [tOn, tOnT, tOff, tOffT] = on ? [time, kind, -1, -1] : [-1, -1, time, kind];
  const before = wholeField(entry, "beforeMin") ?? WINDOW_MIN;
  const after = wholeField(entry, "afterMin") ?? WINDOW_MIN;
  return {
    enable: true,
    day: dayOf(field(entry, "day") ?? "ALL"),
    tOn: tOn ?? -1,
    tOnT: tOnT ?? -1,
    tOff: tOff ?? -1,
    tOffT: tOffT ?? -1,
    minOnPer: wholeField(entry, "minimumOnMin") ?? 0,
    minOffPer: 0,
    srBefWd: before,
    srAftWd: after,
    igBefWd: before,
    igAftWd: after,
  };
}

function dayOf(day: Json): number {
  if (typeof day === "number" && day >= 1 && day <= 7) return day;
  if (typeof day === "string") {
    const named = DAYS[day];
    if (named !== undefined) return named;
    if (/^\d{4}-\d\d-\d\d$/.test(day)) return Number(day.replaceAll("-", ""));
  }
  throw invalid("an entry's day is ALL, WEEKDAY, WEEKEND, 1 to 7, or a date");
}

/** `19:30` as 1930. */
function timeOf(text: string): number {
  const match = /^([01]\d|2[0-3]):([0-5]\d)$/.exec(text);
  if (match === null) throw invalid("an entry's time is HH:mm");
  return Number(match[1]) * 100 + Number(match[2]);
}
