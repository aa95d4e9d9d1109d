import type { JsonRecord } from "../../../edge-agent/model/bounded-json.ts";
import { fromCivil } from "../../kit/time.ts";
import type { Procedure } from "../cosem/ask.ts";
import {
  type ActivityCalendar,
  CALENDAR_PARTS_MAX,
  checkCalendar,
  readCalendar,
  readSpecialDays,
  type SpecialDay,
  TARIFF_SCRIPTS,
  writeCalendar,
  writeSpecialDays,
} from "../cosem/calendar.ts";
import type { CosemDate, CosemTime } from "../cosem/date-time.ts";
import { obisText } from "../obis.ts";
import type { ActionResult, DlmsAction } from "./action.ts";
import { Input, invalid } from "./inputs.ts";

const NAME = /^[\x20-\x7e]{1,8}$/;
const SPECIAL_DAYS_MAX = 255;

/** `calendar.get`: the calendar in force, or the passive one (`value.which`). */
export const getCalendar: DlmsAction = {
  idempotent: true,
  prepare: (request) => {
    const input = new Input(request.value);
    const which = input.optionalChoice("which", ["active", "passive"]) ?? "active";
    input.done();
    return (function* (): Procedure<ActionResult> {
      return { result: calendarJson(yield* readCalendar(which)) };
    })();
  },
};

/** `calendar.set`: writes a whole passive calendar and activates it, unless `value.activate` is false. */
export const setCalendar: DlmsAction = {
  idempotent: true,
  prepare: (request) => {
    const input = new Input(request.value);
    const calendar: ActivityCalendar = {
      name: input.text("name", NAME, "a name of 1 to 8 characters"),
      seasons: input.records("seasons", 1, CALENDAR_PARTS_MAX).map((season) => {
        const read = {
          name: season.text("name", NAME, "a name of 1 to 8 characters"),
          start: dateInput(season, "start"),
          week: season.text("week", NAME, "the name of a week"),
        };
        season.done();
        return read;
      }),
      weeks: input.records("weeks", 1, CALENDAR_PARTS_MAX).map((week) => {
        const read = {
          name: week.text("name", NAME, "a name of 1 to 8 characters"),
          days: week.list("days", 7, 7).map((day) => dayId(day)),
        };
        week.done();
        return read;
      }),
      days: input.records("days", 1, CALENDAR_PARTS_MAX).map((day) => {
        const read = {
          id: day.integer("id", 0, 255),
          actions: day.records("actions", 1, 24).map((action) => {
            const one = {
              time: timeInput(action, "time"),
              script: action.optionalObis("script") ?? TARIFF_SCRIPTS,
              selector: action.integer("selector", 0, 65_535),
            };
            action.done();
            return one;
          }),
        };
        day.done();
        return read;
      }),
    };
    const activate = input.flag("activate", true);
    input.done();
    checkCalendar(calendar);
    return (function* (): Procedure<ActionResult> {
      yield* writeCalendar(calendar, activate);
      return { result: calendarJson(yield* readCalendar(activate ? "active" : "passive")) };
    })();
  },
};

/** `special-days.get`. */
export const getSpecialDays: DlmsAction = {
  idempotent: true,
  prepare: (request) => {
    new Input(request.value).done();
    return (function* (): Procedure<ActionResult> {
      return { result: { days: (yield* readSpecialDays()).slice(0, SPECIAL_DAYS_MAX).map(specialDayJson) } };
    })();
  },
};

/** `special-days.set`: replaces the whole table. */
export const setSpecialDays: DlmsAction = {
  idempotent: true,
  prepare: (request) => {
    const input = new Input(request.value);
    const days = input.records("days", 0, SPECIAL_DAYS_MAX).map((one): SpecialDay => {
      const day = { date: dateInput(one, "date"), dayId: one.integer("day", 0, 255) };
      one.done();
      return day;
    });
    input.done();
    return (function* (): Procedure<ActionResult> {
      yield* writeSpecialDays(days);
      return { result: { days: (yield* readSpecialDays()).slice(0, SPECIAL_DAYS_MAX).map(specialDayJson) } };
    })();
  },
};

/** `2026-12-25`, `*-12-25` for every year, `*-*-01`, `*-03-last`. */
export function dateInput(input: Input, name: string): CosemDate {
  const text = input.text(name, /^(\d{4}|\*)-(\d\d|\*)-(\d\d|\*|last|second-last)$/, "a date such as *-12-25");
  const [, year = "", month = "", day = ""] = /^(\d{4}|\*)-(\d\d|\*)-(.+)$/.exec(text) ?? [];
  const part = (value: string) => (value === "*" ? undefined : Number(value));
  const read: CosemDate = {
    year: part(year),
    month: part(month),
    day: day === "last" || day === "second-last" ? day : part(day),
    weekday: undefined,
  };
  // A leap year where none is named: the 29th of February occurs.
  const exists = fromCivil({
    year: read.year ?? 2_024,
    month: typeof read.month === "number" ? read.month : 1,
    day: typeof read.day === "number" ? read.day : 1,
    hour: 0,
    minute: 0,
    second: 0,
    millisecond: 0,
  });
  if (exists === undefined) throw invalid(`${text} is no date`);
  return read;
}

function timeInput(input: Input, name: string): CosemTime {
  const text = input.text(name, /^([01]\d|2[0-3]):[0-5]\d(:[0-5]\d)?$/, "a time such as 07:00");
  const [hour, minute, second] = text.split(":").map(Number);
  return { hour, minute, second: second ?? 0, hundredths: 0 };
}

function dayId(value: unknown): number {
  if (typeof value === "number" && Number.isInteger(value) && value >= 0 && value <= 255) return value;
  throw invalid("the days of a week are seven day ids");
}

function dateText({ year, month, day }: CosemDate): string {
  const two = (value: number | string | undefined) =>
    value === undefined ? "*" : typeof value === "number" ? String(value).padStart(2, "0") : value;
  return `${year ?? "*"}-${two(month)}-${two(day)}`;
}

function specialDayJson({ date, dayId: day }: SpecialDay): JsonRecord {
  return { date: dateText(date), day };
}

function calendarJson({ name, seasons, weeks, days }: ActivityCalendar): JsonRecord {
  const two = (value: number | undefined) => (value === undefined ? "*" : String(value).padStart(2, "0"));
  return {
    name,
    seasons: seasons.map((season) => ({ name: season.name, start: dateText(season.start), week: season.week })),
    weeks: weeks.map((week) => ({ name: week.name, days: week.days.join(" ") })),
    days: days.map((day) => ({
      id: day.id,
      actions: day.actions.map(
        ({ time, script, selector }) => `${two(time.hour)}:${two(time.minute)} ${obisText(script)} ${selector}`,
      ),
    })),
  };
}
