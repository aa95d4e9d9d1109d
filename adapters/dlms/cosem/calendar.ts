import { utf8 } from "../../kit/bytes.ts";
import { array, type DlmsData, elementsOf, number, numberOf, octetString, octetsOf, structure } from "../data/data.ts";
import { dlmsFault } from "../codes.ts";
import { obisFromOctets, obisOctets, type Obis, toObis } from "../obis.ts";
import { attributeOf, invokeMethod, type Procedure, readAll, writeAttribute, writeMany } from "./ask.ts";
import {
  type CosemDate,
  type CosemTime,
  readDate,
  readTime,
  writeDate,
  writeDateTime,
  writeTime,
} from "./date-time.ts";

/** An activity calendar (IEC 62056-6-2, class 20): seasons of weeks of days of switching times. */
export interface ActivityCalendar {
  readonly name: string;
  readonly seasons: readonly { readonly name: string; readonly start: CosemDate; readonly week: string }[];
  /** Day ids from Monday to Sunday. */
  readonly weeks: readonly { readonly name: string; readonly days: readonly number[] }[];
  readonly days: readonly { readonly id: number; readonly actions: readonly DayAction[] }[];
}

export interface DayAction {
  readonly time: CosemTime;
  readonly script: Obis;
  readonly selector: number;
}

export interface SpecialDay {
  readonly date: CosemDate;
  readonly dayId: number;
}

export const ACTIVITY_CALENDAR: Obis = toObis("0.0.13.0.0.255");
export const SPECIAL_DAYS: Obis = toObis("0.0.11.0.0.255");
export const TARIFF_SCRIPTS: Obis = toObis("0.0.10.0.100.255");
const CALENDAR_CLASS = 20;
const SPECIAL_DAYS_CLASS = 11;
export const CALENDAR_PARTS_MAX = 16;

/** Writes the passive calendar, all of it, and activates it where asked to: the meter never has half of a new one active. */
export function* writeCalendar(calendar: ActivityCalendar, activate: boolean): Procedure<void> {
  checkCalendar(calendar);
  const part = (attribute: number) => attributeOf(CALENDAR_CLASS, ACTIVITY_CALENDAR, attribute);
  yield* writeMany([
    [part(6), octetString(utf8(calendar.name))],
    [part(7), seasonsData(calendar)],
    [part(8), weeksData(calendar)],
    [part(9), daysData(calendar)],
  ]);
  if (activate) {
    yield* invokeMethod({ classId: CALENDAR_CLASS, instance: ACTIVITY_CALENDAR, method: 1 }, number("integer", 0));
  }
}

/** The calendar in force, or the passive one. */
export function* readCalendar(which: "active" | "passive"): Procedure<ActivityCalendar> {
  const from = which === "active" ? 2 : 6;
  const [name, seasons, weeks, days] = yield* readAll(
    [0, 1, 2, 3].map((offset) => attributeOf(CALENDAR_CLASS, ACTIVITY_CALENDAR, from + offset)),
  );
  return {
    name: textOf(name),
    seasons: rows(seasons).map(([season, start, week]) => ({
      name: textOf(season),
      start: readDate((start === undefined ? undefined : octetsOf(start))?.subarray(0, 5) ?? UNSPECIFIED_DATE),
      week: textOf(week),
    })),
    weeks: rows(weeks).map(([week, ...ids]) => ({ name: textOf(week), days: ids.map((id) => numberOf(id) ?? 0) })),
    days: rows(days).map(([id, actions]) => ({
      id: (id === undefined ? undefined : numberOf(id)) ?? 0,
      actions: rows(actions).map(([time, script, selector]) => ({
        time: readTime((time === undefined ? undefined : octetsOf(time)) ?? UNSPECIFIED_TIME),
        script: obisFromOctets((script === undefined ? undefined : octetsOf(script)) ?? new Uint8Array(6)),
        selector: (selector === undefined ? undefined : numberOf(selector)) ?? 0,
      })),
    })),
  };
}

/** Replaces the whole table. */
export function* writeSpecialDays(days: readonly SpecialDay[]): Procedure<void> {
  yield* writeAttribute(
    attributeOf(SPECIAL_DAYS_CLASS, SPECIAL_DAYS, 2),
    array(
      days.map(({ date, dayId }, index) =>
        structure(number("long-unsigned", index), octetString(writeDate(date)), number("unsigned", dayId)),
      ),
    ),
  );
}

export function* readSpecialDays(): Procedure<readonly SpecialDay[]> {
  const [entries] = yield* readAll([attributeOf(SPECIAL_DAYS_CLASS, SPECIAL_DAYS, 2)]);
  return rows(entries).map(([, date, dayId]) => ({
    date: readDate((date === undefined ? undefined : octetsOf(date)) ?? UNSPECIFIED_DATE),
    dayId: (dayId === undefined ? undefined : numberOf(dayId)) ?? 0,
  }));
}

/** Throws `dlms.data.unencodable` for a calendar no meter could follow: names twice, weeks of six days, days nobody has. */
export function checkCalendar({ name, seasons, weeks, days }: ActivityCalendar): void {
  const parts = [seasons.length, weeks.length, days.length];
  if (parts.some((count) => count < 1 || count > CALENDAR_PARTS_MAX)) {
    throw invalid(`a calendar has 1 to ${CALENDAR_PARTS_MAX} seasons, weeks and days, not ${parts.join(", ")}`);
  }
  for (const text of [name, ...seasons.map((one) => one.name), ...weeks.map((one) => one.name)]) {
    if (!/^[\x20-\x7e]{1,8}$/.test(text)) throw invalid(`a name has 1 to 8 characters, not ${JSON.stringify(text)}`);
  }
  unique(
    "season",
    seasons.map((one) => one.name),
  );
  unique(
    "week",
    weeks.map((one) => one.name),
  );
  unique(
    "day",
    days.map((one) => String(one.id)),
  );
  const weekNames = new Set(weeks.map((one) => one.name));
  for (const { week } of seasons) if (!weekNames.has(week)) throw invalid(`no week is called ${JSON.stringify(week)}`);
  const dayIds = new Set(days.map((one) => one.id));
  for (const week of weeks) {
    if (week.days.length !== 7) throw invalid(`week ${week.name} has ${week.days.length} days`);
    for (const id of week.days) if (!dayIds.has(id)) throw invalid(`no day has the id ${id}`);
  }
}

function seasonsData({ seasons }: ActivityCalendar): DlmsData {
  return array(
    seasons.map(({ name, start, week }) => {
      const midnight = { hour: 0, minute: 0, second: 0, hundredths: 0, deviation: undefined, status: undefined };
      return structure(
        octetString(utf8(name)),
        octetString(writeDateTime({ ...start, ...midnight })),
        octetString(utf8(week)),
      );
    }),
  );
}

function weeksData({ weeks }: ActivityCalendar): DlmsData {
  return array(
    weeks.map(({ name, days }) => structure(octetString(utf8(name)), ...days.map((id) => number("unsigned", id)))),
  );
}

function daysData({ days }: ActivityCalendar): DlmsData {
  return array(
    days.map(({ id, actions }) =>
      structure(
        number("unsigned", id),
        array(
          actions.map(({ time, script, selector }) =>
            structure(octetString(writeTime(time)), octetString(obisOctets(script)), number("long-unsigned", selector)),
          ),
        ),
      ),
    ),
  );
}

const UNSPECIFIED_DATE = new Uint8Array([0xff, 0xff, 0xff, 0xff, 0xff]);
const UNSPECIFIED_TIME = new Uint8Array([0xff, 0xff, 0xff, 0xff]);

function rows(data: DlmsData | undefined): (readonly DlmsData[])[] {
  return (data === undefined ? [] : (elementsOf(data) ?? [])).map((row) => elementsOf(row) ?? []);
}

function textOf(data: DlmsData | undefined): string {
  const octets = data === undefined ? undefined : octetsOf(data);
  return octets === undefined ? "" : String.fromCharCode(...octets.subarray(0, 64));
}

function unique(what: string, names: readonly string[]): void {
  if (new Set(names).size !== names.length) throw invalid(`two ${what}s have the same name`);
}

function invalid(why: string): Error {
  return dlmsFault("dlms.data.unencodable", why, { blame: "operator" });
}
