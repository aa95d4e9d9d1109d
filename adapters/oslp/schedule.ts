import {
  ActionTime,
  RelayType,
  type Schedule,
  type SetScheduleRequest,
  TriggerType,
  Weekday,
} from "../../proto/oslp/gen/types.ts";
import type { Exchange } from "./exchange.ts";
import { oslpFault } from "./codes.ts";
import { checkLights } from "./lights.ts";
import { isDay, isTimeOfDay } from "./times.ts";

/** The rules of a schedule that are not those of single fields. Throws `oslp.command.invalid`, which names the entry. */
export function checkSchedules({ schedules, scheduleType, pageInfo }: SetScheduleRequest): void {
  if (scheduleType === RelayType.RT_NOT_SET) throw invalid("value.scheduleType", "is LIGHT or TARIFF");
  if (pageInfo !== undefined) throw invalid("value.pageInfo", "is ours: long schedules are paged here");
  for (const [at, schedule] of schedules.entries()) checkEntry(`value.schedules[${at}]`, schedule);
}

/**
 * The requests of a schedule: one without page info where it fits, else pages of `pageSize`, each sent after the one
 * before was OK.
 */
export function schedulePages(request: SetScheduleRequest, pageSize: number): Exchange[] {
  const { schedules, scheduleType } = request;
  if (schedules.length <= pageSize) return [exchangeOf({ schedules, scheduleType })];
  const totalPages = Math.ceil(schedules.length / pageSize);
  return Array.from({ length: totalPages }, (_, page) =>
    exchangeOf({
      schedules: schedules.slice(page * pageSize, (page + 1) * pageSize),
      pageInfo: { currentPage: page + 1, pageSize, totalPages },
      scheduleType,
    }),
  );
}

function exchangeOf(body: SetScheduleRequest): Exchange {
  return { request: { member: "setScheduleRequest", body }, response: "setScheduleResponse" };
}

function checkEntry(at: string, schedule: Schedule): void {
  const { weekday, startDay, endDay, actionTime, time, triggerType, window, value } = schedule;
  for (const [name, day] of [
    ["startDay", startDay],
    ["endDay", endDay],
  ] as const) {
    if (day !== undefined && !isDay(day)) throw invalid(`${at}.${name}`, "is a day, yyyyMMdd");
  }
  if (weekday === Weekday.ABSOLUTEDAY && startDay === undefined) throw invalid(`${at}.startDay`, "is missing");
  if (startDay !== undefined && endDay !== undefined && startDay > endDay) {
    throw invalid(`${at}.startDay`, "is after endDay");
  }
  const triggered = triggerType !== undefined && triggerType !== TriggerType.TT_NOT_SET;
  if (actionTime === ActionTime.ABSOLUTETIME) {
    if (time === undefined || !isTimeOfDay(time)) throw invalid(`${at}.time`, "is a local time, HHmmss");
    if (triggered) throw invalid(`${at}.triggerType`, "is for SUNRISE and SUNSET");
  } else {
    if (time !== undefined) throw invalid(`${at}.time`, "is for ABSOLUTETIME");
    if (triggerType === TriggerType.LIGHT_TRIGGER && window === undefined) throw invalid(`${at}.window`, "is missing");
  }
  checkLights(value);
}

function invalid(where: string, expected: string): Error {
  return oslpFault("oslp.command.invalid", `${where} ${expected}`, { blame: "operator" });
}
