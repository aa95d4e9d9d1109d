import { DAY_MS, MINUTE_MS, SECOND_MS, toCivil, toRfc3339, toWall, type WallMs } from "../../adapters/kit/time.ts";
import { ActionTime, type Schedule, TriggerType, Weekday } from "../../proto/oslp/gen/types.ts";
import type { Configuration } from "./configuration-banks.ts";
import { type Place, sunAt } from "./sun.ts";
import { offsetMinutes } from "./summer-time.ts";

/** When an entry of a schedule is to be carried out on one day. */
export interface Moment {
  readonly at: WallMs;
  readonly entry: Schedule;
  /** Its place in the schedule. */
  readonly position: number;
  /** Within this a transition carries it out at once; `at` is where the window ends without one. */
  readonly window: { readonly from: WallMs; readonly to: WallMs } | undefined;
}

/** What the moments of a day depend on besides the entries. */
export interface Surroundings {
  readonly place: Place | undefined;
  readonly configuration: Configuration;
}

/** The local calendar day of a moment, as midnight UTC of that date. */
export function localDay(at: WallMs, { place, configuration }: Surroundings): WallMs {
  const minutes = offsetMinutes(at, place?.timeOffsetMinutes ?? 0, configuration);
  return toWall(Math.floor((at + minutes * MINUTE_MS) / DAY_MS) * DAY_MS);
}

/** The moments of a local day (`localDay`), earliest first; those of the same moment in the order of the schedule. */
export function momentsOn(day: WallMs, entries: readonly Schedule[], around: Surroundings): Moment[] {
  return entries
    .flatMap((entry, position): Moment[] => {
      if (entry.isEnabled === false || !appliesOn(entry, day)) return [];
      const moment = momentOf(entry, day, around);
      return moment === undefined ? [] : [{ ...moment, entry, position }];
    })
    .sort((a, b) => a.at - b.at || a.position - b.position);
}

function momentOf(entry: Schedule, day: WallMs, around: Surroundings): Pick<Moment, "at" | "window"> | undefined {
  if (entry.actionTime === ActionTime.ABSOLUTETIME) {
    const at = timeOn(day, entry.time, around);
    return at === undefined ? undefined : { at, window: undefined };
  }
  const { place, configuration } = around;
  const rise = entry.actionTime === ActionTime.SUNRISE;
  const sun = place === undefined ? undefined : sunAt(day, place, rise ? "rise" : "set");
  if (sun === undefined) return undefined;
  if (entry.triggerType === TriggerType.LIGHT_TRIGGER) {
    const { minutesBefore = 0, minutesAfter = 0 } = entry.window ?? {};
    const window = { from: toWall(sun - minutesBefore * MINUTE_MS), to: toWall(sun + minutesAfter * MINUTE_MS) };
    return { at: window.to, window };
  }
  const { astroGateSunRiseOffset = 0, astroGateSunSetOffset = 0 } = configuration;
  return { at: toWall(sun + (rise ? astroGateSunRiseOffset : astroGateSunSetOffset) * SECOND_MS), window: undefined };
}

/** HHmmss of local time on a day. */
function timeOn(day: WallMs, text: string | undefined, { place, configuration }: Surroundings): WallMs | undefined {
  const [, hour, minute, second] = /^(\d{2})(\d{2})(\d{2})$/.exec(text ?? "")?.map(Number) ?? [];
  if (hour === undefined || minute === undefined || second === undefined) return undefined;
  const standard = place?.timeOffsetMinutes ?? 0;
  const local = day + (hour * 60 + minute) * MINUTE_MS + second * SECOND_MS;
  const guess = toWall(local - standard * MINUTE_MS);
  return toWall(local - offsetMinutes(guess, standard, configuration) * MINUTE_MS);
}

function appliesOn(entry: Schedule, day: WallMs): boolean {
  const { startDay, endDay, weekday } = entry;
  const date = toRfc3339(day).slice(0, 10).replaceAll("-", "");
  if (startDay !== undefined && startDay !== "" && date < startDay) return false;
  if (endDay !== undefined && endDay !== "" && date > endDay) return false;
  const today = toCivil(day).weekday;
  switch (weekday) {
    case Weekday.ALL:
      return true;
    case Weekday.WEEKDAY:
      return today <= 5;
    case Weekday.WEEKEND:
      return today >= 6;
    case Weekday.ABSOLUTEDAY:
      // One day where no end is given.
      return endDay !== undefined && endDay !== "" ? true : date === startDay;
    default:
      return weekday === today;
  }
}
