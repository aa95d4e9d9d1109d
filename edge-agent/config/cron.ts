/**
 * A timetable as cron writes it: minute, hour, day of the month, month, day of the week; `*`, lists, ranges and steps. Times
 * are UTC, so that an hour that a clock has twice or not at all is nothing to it. Where both days are given either will do.
 */
export interface Cron {
  readonly minutes: readonly number[];
  readonly hours: readonly number[];
  readonly days: readonly number[];
  readonly months: readonly number[];
  /** 0 is Sunday. */
  readonly weekdays: readonly number[];
  /** Which of the two day fields say anything. */
  readonly dayField: boolean;
  readonly weekdayField: boolean;
}

const BOUNDS = [
  [0, 59],
  [0, 23],
  [1, 31],
  [1, 12],
  [0, 7],
] as const;

/** `undefined` for anything but five fields of numbers, `*`, `,`, `-` and `/`. */
export function parseCron(text: string): Cron | undefined {
  const fields = text.trim().split(/\s+/);
  if (fields.length !== 5) return undefined;
  const read = fields.map((field, index) => parseField(field, BOUNDS[index] ?? [0, 0]));
  const [minutes, hours, days, months, weekdays] = read;
  if (!minutes || !hours || !days || !months || !weekdays) return undefined;
  return {
    minutes,
    hours,
    days,
    months,
    weekdays: [...new Set(weekdays.map((day) => day % 7))],
    dayField: fields[2] !== "*",
    weekdayField: fields[4] !== "*",
  };
}

function parseField(field: string, [low, high]: readonly [number, number]): number[] | undefined {
  const values = new Set<number>();
  for (const part of field.split(",")) {
    const match = /^(\*|\d{1,2})(?:-(\d{1,2}))?(?:\/(\d{1,2}))?$/.exec(part);
    if (match === null) return undefined;
    const [, first = "", last, step] = match;
    if (first === "*" && last !== undefined) return undefined;
    const from = first === "*" ? low : Number(first);
    const to = first === "*" ? high : last === undefined ? (step === undefined ? from : high) : Number(last);
    const by = step === undefined ? 1 : Number(step);
    if (from < low || to > high || from > to || by < 1) return undefined;
    for (let value = from; value <= to; value += by) values.add(value);
  }
  return [...values].sort((a, b) => a - b);
}

const DAY_MS = 86_400_000;
/** 29 February on a Monday comes after 28 years. */
const DAYS_AHEAD = 366 * 28 + 10;

/** The first minute of the timetable after `afterMs` (since 1970, UTC); `undefined` for one that never comes, 31 February. */
export function nextTime(cron: Cron, afterMs: number): number | undefined {
  const today = Math.floor(afterMs / DAY_MS);
  for (let day = today; day <= today + DAYS_AHEAD; day++) {
    if (!fits(cron, day)) continue;
    for (const hour of cron.hours) {
      for (const minute of cron.minutes) {
        const at = day * DAY_MS + hour * 3_600_000 + minute * 60_000;
        if (at > afterMs) return at;
      }
    }
  }
  return undefined;
}

function fits(cron: Cron, day: number): boolean {
  const date = new Date(day * DAY_MS);
  if (!cron.months.includes(date.getUTCMonth() + 1)) return false;
  const byDay = cron.days.includes(date.getUTCDate());
  const byWeekday = cron.weekdays.includes(date.getUTCDay());
  if (cron.dayField && cron.weekdayField) return byDay || byWeekday;
  return byDay && byWeekday;
}
