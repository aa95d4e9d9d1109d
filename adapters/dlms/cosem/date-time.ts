import { fromCivil, MINUTE_MS, toWall, type WallMs } from "../../kit/time.ts";
import { dlmsFault } from "../codes.ts";
import { type DlmsData, octetString } from "../data/data.ts";
import { offsetMinutes, localCivil, localToWall, type ZoneName } from "./time-zone.ts";

/**
 * Times as COSEM writes them (IEC 62056-6-2, 4.1.6.1): every part may be unspecified, so a date-time is a pattern first
 * and an instant only where enough of it is there. `undefined` is unspecified throughout.
 */
export interface CosemDate {
  readonly year: number | undefined;
  /** 1–12, or where the rule of daylight saving says. */
  readonly month: number | "dst-begin" | "dst-end" | undefined;
  /** 1–31, or counted from the end of the month. */
  readonly day: number | "last" | "second-last" | undefined;
  /** 1 Monday – 7 Sunday. */
  readonly weekday: number | undefined;
}

export interface CosemTime {
  readonly hour: number | undefined;
  readonly minute: number | undefined;
  readonly second: number | undefined;
  readonly hundredths: number | undefined;
}

export interface CosemDateTime extends CosemDate, CosemTime {
  /** Minutes; UTC = local + deviation: -60 for central European time. */
  readonly deviation: number | undefined;
  readonly status: ClockStatus | undefined;
}

/** Clock status octet; its reserved bits are kept in `octet`. */
export interface ClockStatus {
  readonly octet: number;
  readonly invalid: boolean;
  readonly doubtful: boolean;
  readonly differentBase: boolean;
  readonly invalidStatus: boolean;
  readonly daylightSaving: boolean;
}

/** How the times of one meter are to be understood. */
export interface MeterTime {
  /** Where a date-time says no deviation, and for what is written. */
  readonly zone: ZoneName;
  /** Some national profiles write local − UTC: the sign of the deviation is turned. */
  readonly deviationTurned?: boolean | undefined;
}

const U8_UNSPECIFIED = 0xff;
const YEAR_UNSPECIFIED = 0xffff;
const DEVIATION_UNSPECIFIED = -0x8000;

/** Reads 12 octets; throws `dlms.data.malformed` for another length or a part out of its range. */
export function readDateTime(octets: Uint8Array): CosemDateTime {
  const view = sized(octets, 12, "date-time");
  const deviation = view.getInt16(9);
  const status = view.getUint8(11);
  if (deviation !== DEVIATION_UNSPECIFIED && Math.abs(deviation) > 840) throw outOfRange("deviation", deviation);
  return {
    ...readDate(octets.subarray(0, 5)),
    ...readTime(octets.subarray(5, 9)),
    deviation: deviation === DEVIATION_UNSPECIFIED ? undefined : deviation,
    status: status === U8_UNSPECIFIED ? undefined : clockStatus(status),
  };
}

export function readDate(octets: Uint8Array): CosemDate {
  const view = sized(octets, 5, "date");
  const year = view.getUint16(0);
  const month = view.getUint8(2);
  const day = view.getUint8(3);
  const weekday = view.getUint8(4);
  return {
    year: year === YEAR_UNSPECIFIED ? undefined : year,
    month: month === 0xfd ? "dst-end" : month === 0xfe ? "dst-begin" : ranged("month", month, 1, 12),
    day: day === 0xfd ? "second-last" : day === 0xfe ? "last" : ranged("day", day, 1, 31),
    // Zero is what meters without a calendar write.
    weekday: weekday === 0 ? undefined : ranged("weekday", weekday, 1, 7),
  };
}

export function readTime(octets: Uint8Array): CosemTime {
  const view = sized(octets, 4, "time");
  return {
    hour: ranged("hour", view.getUint8(0), 0, 23),
    minute: ranged("minute", view.getUint8(1), 0, 59),
    second: ranged("second", view.getUint8(2), 0, 59),
    hundredths: ranged("hundredths", view.getUint8(3), 0, 99),
  };
}

export function clockStatus(octet: number): ClockStatus {
  return {
    octet,
    invalid: (octet & 0x01) !== 0,
    doubtful: (octet & 0x02) !== 0,
    differentBase: (octet & 0x04) !== 0,
    invalidStatus: (octet & 0x08) !== 0,
    daylightSaving: (octet & 0x80) !== 0,
  };
}

export function writeDateTime(time: CosemDateTime): Uint8Array {
  const octets = new Uint8Array(12);
  octets.set(writeDate(time), 0);
  octets.set(writeTime(time), 5);
  const view = new DataView(octets.buffer);
  view.setInt16(9, time.deviation ?? DEVIATION_UNSPECIFIED);
  view.setUint8(11, time.status?.octet ?? U8_UNSPECIFIED);
  return octets;
}

export function writeDate(date: CosemDate): Uint8Array {
  const octets = new Uint8Array(5);
  const view = new DataView(octets.buffer);
  view.setUint16(0, date.year ?? YEAR_UNSPECIFIED);
  view.setUint8(2, date.month === "dst-end" ? 0xfd : date.month === "dst-begin" ? 0xfe : (date.month ?? 0xff));
  view.setUint8(3, date.day === "second-last" ? 0xfd : date.day === "last" ? 0xfe : (date.day ?? 0xff));
  view.setUint8(4, date.weekday ?? U8_UNSPECIFIED);
  return octets;
}

export function writeTime(time: CosemTime): Uint8Array {
  const part = (value: number | undefined) => value ?? U8_UNSPECIFIED;
  return new Uint8Array([part(time.hour), part(time.minute), part(time.second), part(time.hundredths)]);
}

/** A date-time in whichever type a meter sends it: octet-string, date-time, or seconds since 1970. */
export function dateTimeOf(data: DlmsData): CosemDateTime | undefined {
  if ((data.kind === "octet-string" || data.kind === "date-time") && data.octets.length === 12) {
    return readDateTime(data.octets);
  }
  if (data.kind === "double-long-unsigned") return localDateTime(toWall(data.value * 1_000), { zone: "UTC" });
  return undefined;
}

/**
 * The instant a date-time names; `undefined` where year, month, day or hour is not there. Minutes and smaller parts that
 * are unspecified count as zero.
 */
export function toWallTime(time: CosemDateTime, meter: MeterTime): WallMs | undefined {
  const { year, month, day, hour, minute, second, hundredths } = time;
  if (year === undefined || typeof month !== "number" || typeof day !== "number" || hour === undefined)
    return undefined;
  const civil = {
    year,
    month,
    day,
    hour,
    minute: minute ?? 0,
    second: second ?? 0,
    millisecond: (hundredths ?? 0) * 10,
  };
  if (time.deviation !== undefined) {
    const local = fromCivil(civil);
    if (local === undefined) return undefined;
    const sign = meter.deviationTurned === true ? -1 : 1;
    return toWall(local + sign * time.deviation * MINUTE_MS);
  }
  return localToWall(civil, meter.zone, time.status?.daylightSaving);
}

/** An instant in the zone of the meter, every part specified. */
export function localDateTime(at: WallMs, meter: MeterTime): CosemDateTime {
  const local = localCivil(at, meter.zone);
  const offset = offsetMinutes(at, meter.zone);
  return {
    year: local.year,
    month: local.month,
    day: local.day,
    weekday: local.weekday,
    hour: local.hour,
    minute: local.minute,
    second: local.second,
    hundredths: Math.floor(local.millisecond / 10),
    deviation: meter.deviationTurned === true ? offset : 0 - offset,
    status: clockStatus(local.daylightSaving ? 0x80 : 0),
  };
}

/** An instant as meters expect it in clocks and selective access: an octet-string of 12. */
export function dateTimeData(at: WallMs, meter: MeterTime): DlmsData {
  return octetString(writeDateTime(localDateTime(at, meter)));
}

/** `2026-11-20 17:00:51.00 -300 status 80`, `*` for what is unspecified. */
export function dateTimeText(time: CosemDateTime): string {
  const two = (value: number | string | undefined) =>
    value === undefined ? "*" : typeof value === "number" ? String(value).padStart(2, "0") : value;
  const date = `${time.year ?? "*"}-${two(time.month)}-${two(time.day)}`;
  const clock = `${two(time.hour)}:${two(time.minute)}:${two(time.second)}`;
  const zone = time.deviation === undefined ? "" : ` deviation ${time.deviation}`;
  const status = time.status === undefined || time.status.octet === 0 ? "" : ` status ${time.status.octet}`;
  return `${date} ${clock}${zone}${status}`;
}

function ranged(name: string, value: number, low: number, high: number): number | undefined {
  if (value === U8_UNSPECIFIED) return undefined;
  if (value >= low && value <= high) return value;
  throw outOfRange(name, value);
}

function outOfRange(name: string, value: number): Error {
  return dlmsFault("dlms.data.malformed", `the ${name} of a time is ${value}`, { native: value });
}

function sized(octets: Uint8Array, length: number, what: string): DataView {
  if (octets.length !== length) {
    throw dlmsFault("dlms.data.malformed", `a ${what} of ${octets.length} octets; it has ${length}`);
  }
  return new DataView(octets.buffer, octets.byteOffset, octets.byteLength);
}
