import type { ObjectEntry } from "../../../adapters/dlms/config/object-profile.ts";
import { number } from "../../../adapters/dlms/data/data.ts";
import { SECOND_MS, toWall, type WallMs } from "../../../adapters/kit/time.ts";
import type { Behaviour } from "../behaviour.ts";
import type { MeterState } from "../meter-state.ts";
import { CHANNELS, columnsOf, someOf, standardOf, type Wanted } from "../objects/catalogue.ts";
import type { Call, CosemObject } from "../objects/cosem-object.ts";
import { CLOCK, type Column, column, profileGeneric, type Row, rowAt } from "../objects/profile-generic.ts";
import { data } from "../objects/simple.ts";
import { obisOf } from "../../../adapters/dlms/config/object-profiles.ts";
import { INSTALLED } from "../values/load-curve.ts";

/** Bits of an AMR profile status. */
const DAYLIGHT_SAVING = 0x08;

/**
 * Profiles of intervals, days and months (class 7). Rows are not kept: a row is what the meter's registers had at its
 * moment, which the load curve knows, so that two thousand meters with sixty days each weigh nothing.
 */
export function recordsProfiles(): Behaviour {
  return {
    name: "records-profiles",
    begins: (meter) => {
      const { wanted, listing } = someOf(
        meter,
        "records-profiles",
        ({ entry }) => (entry.class === 7 && !isLog(entry)) || isStatus(entry),
      );
      meter.objects.offer(listing, (at) => recorded(meter, wanted[at] as Wanted));
      return {};
    },
  };
}

function isStatus({ class: classId, tag }: ObjectEntry): boolean {
  return classId === 1 && tag.startsWith("amr-profile-status");
}

function recorded(meter: MeterState, wanted: Wanted): CosemObject {
  const { entry, obis } = wanted;
  if (isStatus(entry)) {
    return data({ obis }, ({ at }) => number("unsigned", meter.clock.isSummer(at) ? DAYLIGHT_SAVING : 0));
  }
  const period = entry.period ?? 0;
  const entries = entry.entries ?? 0;
  return profileGeneric({
    named: { obis, version: entry.version },
    columns: entry.capture === undefined ? definable(meter, entry) : columnsOf(meter, wanted),
    ...(entry.selectable === undefined ? {} : { selectable: (one) => isSelectable(meter, entry, one) }),
    period,
    entries,
    source: periodic(meter, period, entries),
  });
}

/** Logs have rows when something happens: they are kept by who keeps events. */
export function isLog({ tag }: ObjectEntry): boolean {
  return tag.endsWith("-log");
}

function periodic(meter: MeterState, period: number, entries: number) {
  let from: WallMs = INSTALLED;
  const byHand: WallMs[] = [];
  return {
    rows: (call: Call, columns: readonly Column[]): readonly Row[] => {
      const moments = [...momentsOf(meter, period, entries), ...byHand].filter((at) => at >= from && at <= call.at);
      return moments
        .sort((a, b) => a - b)
        .slice(-entries)
        .map((at) => rowAt(call, columns, at));
    },
    clear: (call: Call): void => {
      from = toWall(call.at);
      byHand.length = 0;
    },
    capture: (call: Call): void => {
      byHand.push(call.at);
      if (byHand.length > entries) byHand.shift();
    },
  };
}

/** When the last rows were captured, by the meter's clock: on the period, at midnight, on the first of the month. */
function momentsOf(meter: MeterState, period: number, entries: number): WallMs[] {
  const { clock } = meter;
  const now = clock.now();
  if (period === 0) return Array.from({ length: entries }, (_, back) => clock.monthOf(now, back)).reverse();
  const stepMs = period * SECOND_MS;
  if (period === 86_400) {
    const days: WallMs[] = [];
    // A day is 23 or 25 hours long twice a year: from noon to the midnight before it.
    for (let back = entries - 1; back >= 0; back--)
      days.push(clock.dayOf(toWall(clock.dayOf(now) + stepMs / 2 - back * stepMs)));
    return days;
  }
  const last = Math.floor(now / stepMs) * stepMs;
  return Array.from({ length: entries }, (_, back) => toWall(last - (entries - 1 - back) * stepMs));
}

/** What a definable profile captures until somebody says otherwise: the clock and the first that may be chosen. */
function definable(meter: MeterState, entry: ObjectEntry): readonly Column[] {
  const chosen = (entry.selectable ?? []).slice(0, 6).flatMap((tag) => columnOfTag(meter, tag));
  return chosen.length > 0 ? chosen : [column(8, CLOCK)];
}

function columnOfTag(meter: MeterState, tag: string): Column[] {
  const entry = standardOf(meter).objects.get(tag);
  if (entry === undefined || (entry.phases === 3 && meter.identity.phases === 1)) return [];
  return entry.obis.includes("x") ? [] : [column(entry.class, entry.obis, entry.class === 47 ? 6 : 2)];
}

function isSelectable(meter: MeterState, entry: ObjectEntry, { classId, name }: Column): boolean {
  return (entry.selectable ?? []).some((tag) => {
    const found = standardOf(meter).objects.get(tag);
    if (found === undefined || found.class !== classId) return false;
    return found.obis.includes("x") ? CHANNELS.some((channel) => obisOf(found, channel) === name) : found.obis === name;
  });
}
