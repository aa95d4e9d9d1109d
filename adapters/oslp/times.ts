import { fromCivil, toCivil, toWall, type WallMs } from "../kit/time.ts";

/** What a device said about the time of something. */
export type DeviceTime =
  | { readonly kind: "given"; readonly at: WallMs }
  /** The field is absent or empty. */
  | { readonly kind: "absent" }
  /** The firmware has no clock set and says so with the year 2000. */
  | { readonly kind: "clockless" }
  | { readonly kind: "malformed" };

/** `yyyyMMdd` of a device whose clock was never set. */
const CLOCKLESS = "20000000";

/**
 * Reads `yyyyMMddHHmmss` in UTC. Thirteen digits are read as milliseconds since 1970: one platform and one test tool
 * send those, against the contract.
 */
export function readTime(text: string | undefined): DeviceTime {
  if (text === undefined || text === "") return { kind: "absent" };
  if (text.startsWith(CLOCKLESS)) return { kind: "clockless" };
  if (/^\d{13}$/.test(text)) return { kind: "given", at: toWall(Number(text)) };
  const at = /^\d{14}$/.test(text) ? civilTime(text) : undefined;
  return at === undefined ? { kind: "malformed" } : { kind: "given", at };
}

/** `yyyyMMddHHmmss` in UTC, whole seconds. */
export function writeTime(at: WallMs): string {
  const c = toCivil(at);
  return `${pad(c.year, 4)}${pad(c.month, 2)}${pad(c.day, 2)}${pad(c.hour, 2)}${pad(c.minute, 2)}${pad(c.second, 2)}`;
}

/** Whether a text is a calendar day, `yyyyMMdd`. */
export function isDay(text: string): boolean {
  return /^\d{8}$/.test(text) && civilTime(`${text}000000`) !== undefined;
}

/** Whether a text is a time of day, `HHmmss`. */
export function isTimeOfDay(text: string): boolean {
  return /^(?:[01]\d|2[0-3])[0-5]\d[0-5]\d$/.test(text);
}

function civilTime(digits: string): WallMs | undefined {
  return fromCivil({
    year: twoDigits(digits, 0) * 100 + twoDigits(digits, 2),
    month: twoDigits(digits, 4),
    day: twoDigits(digits, 6),
    hour: twoDigits(digits, 8),
    minute: twoDigits(digits, 10),
    second: twoDigits(digits, 12),
    millisecond: 0,
  });
}

/** Of a text that is known to be digits. */
function twoDigits(digits: string, at: number): number {
  return (digits.charCodeAt(at) - ZERO) * 10 + digits.charCodeAt(at + 1) - ZERO;
}

const ZERO = 48;

function pad(value: number, width: number): string {
  return String(value).padStart(width, "0");
}
