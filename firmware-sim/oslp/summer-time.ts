import { DAY_MS, fromCivil, HOUR_MS, MINUTE_MS, toCivil, toWall, type WallMs } from "../../adapters/kit/time.ts";
import type { Configuration } from "./configuration-banks.ts";

/** Summer and winter time as the contract has them where nothing is configured: MMWHHmi. */
const SUMMER = "0360100";
const WINTER = "1060200";

/**
 * Minutes to add to UTC at a moment: the offset of standard time a registration told, and an hour more in summer. MMWHHmi
 * is a month, a weekday (0 Monday to 6 Sunday), hour and minute, and means the last such weekday of the month; the contract
 * does not say in which time, read here as UTC, which is what the default says for central Europe in March.
 */
export function offsetMinutes(at: WallMs, standardMinutes: number, configuration: Configuration): number {
  if (configuration.isAutomaticSummerTimingEnabled === false) return standardMinutes;
  const { year } = toCivil(at);
  const start = changeIn(year, configuration.summerTimeDetails ?? SUMMER);
  const end = changeIn(year, configuration.winterTimeDetails ?? WINTER);
  if (start === undefined || end === undefined) return standardMinutes;
  const isSummer = start < end ? at >= start && at < end : at >= start || at < end;
  return standardMinutes + (isSummer ? 60 : 0);
}

/** When the clocks change in a year; `undefined` for a text that is no rule. */
function changeIn(year: number, rule: string): WallMs | undefined {
  const [, month, weekday, hour, minute] = /^(\d{2})([0-6])(\d{2})(\d{2})$/.exec(rule)?.map(Number) ?? [];
  if (month === undefined || weekday === undefined || hour === undefined || minute === undefined) return undefined;
  const next = month === 12 ? { year: year + 1, month: 1 } : { year, month: month + 1 };
  const first = fromCivil({ ...next, day: 1, hour: 0, minute: 0, second: 0, millisecond: 0 });
  if (first === undefined) return undefined;
  const last = toWall(first - DAY_MS);
  const back = (toCivil(last).weekday - 1 - weekday + 7) % 7;
  return toWall(last - back * DAY_MS + hour * HOUR_MS + minute * MINUTE_MS);
}
