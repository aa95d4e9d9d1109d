import { fromCivil, toRfc3339, toWall } from "../kit/time.ts";
import { TIME_PATTERN } from "../../edge-agent/model/fields.ts";
import { mqttFault } from "./mqtt-fault.ts";

/** How a device writes its time. There is no guessing between seconds and milliseconds: the operator says which. */
export const TIME_FORMS = ["rfc3339", "unix-s", "unix-ms", "unix-us", "unix-ns", "compact-utc"] as const;
export type TimeForm = (typeof TIME_FORMS)[number];

const PER_MS: Readonly<Partial<Record<TimeForm, bigint>>> = { "unix-ms": 1n, "unix-us": 1_000n, "unix-ns": 1_000_000n };
const OFFSET = /^(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d):(\d\d)(\.\d{1,9})?([Zz]|[+-]\d\d:?\d\d)$/;
const COMPACT = /^(\d{4})(\d\d)(\d\d)T?(\d\d)(\d\d)(\d\d)Z?$/;
/** Year 9999. */
const LAST_MS = 253_402_300_799_999;

/** RFC 3339 in UTC, with every digit of the fraction the device gave. Throws `mqtt.time.unreadable`. */
export function readTime(value: unknown, form: TimeForm): string {
  if (
    form === "unix-ms" &&
    typeof value === "number" &&
    Number.isSafeInteger(value) &&
    value >= 0 &&
    value <= LAST_MS
  ) {
    return toRfc3339(toWall(value));
  }
  const time = read(value, form);
  if (time !== undefined && TIME_PATTERN.test(time)) return time;
  throw mqttFault("mqtt.time.unreadable", `the time of the payload is not of the form ${form}`);
}

function read(value: unknown, form: TimeForm): string | undefined {
  switch (form) {
    case "rfc3339":
      return typeof value === "string" ? fromOffset(value) : undefined;
    case "compact-utc":
      return typeof value === "string" || typeof value === "number" ? fromCompact(String(value)) : undefined;
    case "unix-s":
      return fromSeconds(value);
    default:
      return fromTicks(value, PER_MS[form] ?? 1n);
  }
}

function fromOffset(text: string): string | undefined {
  const match = OFFSET.exec(text.trim());
  if (match === null) return undefined;
  const [, year, month, day, hour, minute, second, fraction = "", zone = "Z"] = match;
  const at = fromCivil({
    year: Number(year),
    month: Number(month),
    day: Number(day),
    hour: Number(hour),
    minute: Number(minute),
    second: Number(second),
    millisecond: 0,
  });
  if (at === undefined) return undefined;
  const sign = zone.startsWith("-") ? -1 : 1;
  const digits = zone.replace(/\D/g, "");
  const offset = digits === "" ? 0 : sign * (Number(digits.slice(0, 2)) * 60 + Number(digits.slice(2)));
  return written(at - offset * 60_000, fraction);
}

function fromCompact(text: string): string | undefined {
  const match = COMPACT.exec(text.trim());
  if (match === null) return undefined;
  const [, year, month, day, hour, minute, second] = match;
  return fromOffset(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
}

function fromSeconds(value: unknown): string | undefined {
  const match = /^(\d{1,12})(\.\d{1,9})?$/.exec(String(value).trim());
  if (match === null || (typeof value !== "number" && typeof value !== "string")) return undefined;
  return written(Number(match[1]) * 1_000, match[2] ?? "");
}

function fromTicks(value: unknown, perMs: bigint): string | undefined {
  if (typeof value === "number" && !Number.isSafeInteger(value)) return undefined;
  if (typeof value !== "number" && typeof value !== "string") return undefined;
  const text = String(value).trim();
  if (!/^\d{1,19}$/.test(text)) return undefined;
  const perSecond = perMs * 1_000n;
  const ticks = BigInt(text);
  const digits = String(perSecond).length - 1;
  const fraction = String(ticks % perSecond).padStart(digits, "0");
  return written(Number(ticks / perSecond) * 1_000, `.${fraction}`);
}

function written(secondsMs: number, fraction: string): string | undefined {
  if (secondsMs < 0 || secondsMs > LAST_MS) return undefined;
  const whole = toRfc3339(toWall(secondsMs)).slice(0, 19);
  return fraction === "" ? `${whole}.000Z` : `${whole}${fraction.padEnd(4, "0")}Z`;
}
