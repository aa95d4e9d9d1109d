import { DAY_MS, fromCivil, MINUTE_MS, toCivil, toWall, type WallMs } from "../../../adapters/kit/time.ts";

/** The parts of a COSEM date-time that a meter's clock works with; FF and FFFF are unspecified. */
export interface ClockSettings {
  /** Minutes, UTC = local + zone: -60 in central Europe. */
  zone: number;
  /** 12 octets each; patterns with wildcards. */
  dstBegin: Uint8Array;
  dstEnd: Uint8Array;
  /** Minutes forward in summer. */
  dstDeviation: number;
  dstEnabled: boolean;
}

interface Summer {
  readonly rules: string;
  readonly dstBegin: Uint8Array;
  readonly dstEnd: Uint8Array;
  readonly begin: WallMs | undefined;
  readonly end: WallMs | undefined;
}

const DST_BIT = 0x80;

/** The meter's own clock: somebody else's wall clock and how far it is off, with its own rule for summer time. */
export class MeterClock {
  readonly settings: ClockSettings;
  /** What is added to the world's time. */
  offsetMs = 0;
  isInvalid = false;
  readonly #wall: () => WallMs;
  #summer: Summer | undefined;

  constructor(wall: () => WallMs) {
    this.#wall = wall;
    this.settings = {
      zone: -60,
      // Last Sunday of March 02:00 and of October 03:00, local time: the rule of the European Union.
      dstBegin: Uint8Array.of(0xff, 0xff, 3, 0xfe, 7, 2, 0, 0, 0, 0xff, 0xc4, 0),
      dstEnd: Uint8Array.of(0xff, 0xff, 10, 0xfe, 7, 3, 0, 0, 0, 0xff, 0x88, 0x80),
      dstDeviation: 60,
      dstEnabled: true,
    };
  }

  /** The time it is for this meter, in UTC. */
  now(): WallMs {
    return toWall(this.#wall() + this.offsetMs);
  }

  set(to: WallMs): void {
    this.offsetMs = to - this.#wall();
  }

  isSummer(at: WallMs): boolean {
    if (!this.settings.dstEnabled) return false;
    const { year } = toCivil(toWall(at - this.settings.zone * MINUTE_MS));
    const { begin, end } = this.#summerOf(year);
    if (begin === undefined || end === undefined) return false;
    return begin < end ? at >= begin && at < end : at >= begin || at < end;
  }

  /** Local time as this meter writes it, status included. */
  write(at: WallMs): Uint8Array {
    const summer = this.isSummer(at);
    const deviation = this.settings.zone - (summer ? this.settings.dstDeviation : 0);
    const local = toCivil(toWall(at - deviation * MINUTE_MS));
    const octets = new Uint8Array(12);
    const view = new DataView(octets.buffer);
    view.setUint16(0, local.year);
    octets.set([local.month, local.day, local.weekday, local.hour, local.minute, local.second], 2);
    octets[8] = Math.floor(local.millisecond / 10);
    view.setInt16(9, deviation);
    octets[11] = (summer ? DST_BIT : 0) | (this.isInvalid ? 0x01 : 0);
    return octets;
  }

  /** The moment 12 octets name; `undefined` for a pattern, or a day that does not exist. */
  read(octets: Uint8Array): WallMs | undefined {
    if (octets.length !== 12) return undefined;
    const view = new DataView(octets.buffer, octets.byteOffset, 12);
    const [month = 0, day = 0, hour = 0] = [view.getUint8(2), view.getUint8(3), view.getUint8(5)];
    const part = (at: number): number => (view.getUint8(at) === 0xff ? 0 : view.getUint8(at));
    if (view.getUint16(0) === 0xffff || month > 12 || day > 31 || hour > 23) return undefined;
    const local = fromCivil({
      year: view.getUint16(0),
      month,
      day,
      hour,
      minute: part(6),
      second: part(7),
      millisecond: part(8) * 10,
    });
    if (local === undefined) return undefined;
    const deviation = view.getInt16(9);
    if (deviation !== -0x8000) return toWall(local + deviation * MINUTE_MS);
    const standard = toWall(local + this.settings.zone * MINUTE_MS);
    return this.isSummer(standard) ? toWall(standard - this.settings.dstDeviation * MINUTE_MS) : standard;
  }

  /** Midnight of the meter's day that `at` is in. */
  dayOf(at: WallMs): WallMs {
    return this.midnight(this.#local(at));
  }

  /** Midnight of the first of the month that `at` is in, `back` months earlier. */
  monthOf(at: WallMs, back: number = 0): WallMs {
    const { year, month } = this.#local(at);
    const months = year * 12 + month - 1 - back;
    return this.midnight({ year: Math.floor(months / 12), month: (months % 12) + 1, day: 1 });
  }

  midnight({ year, month, day }: { year: number; month: number; day: number }): WallMs {
    const local = fromCivil({ year, month, day, hour: 0, minute: 0, second: 0, millisecond: 0 }) ?? toWall(0);
    const standard = toWall(local + this.settings.zone * MINUTE_MS);
    return this.isSummer(standard) ? toWall(standard - this.settings.dstDeviation * MINUTE_MS) : standard;
  }

  #local(at: WallMs): ReturnType<typeof toCivil> {
    const deviation = this.settings.zone - (this.isSummer(at) ? this.settings.dstDeviation : 0);
    return toCivil(toWall(at - deviation * MINUTE_MS));
  }

  /** Begin and end of summer time in a year, as long as the rules are the same. */
  #summerOf(year: number): Summer {
    const known = this.#summer;
    const { dstBegin, dstEnd, dstDeviation, zone } = this.settings;
    const rules = `${year} ${zone} ${dstDeviation}`;
    if (known?.rules === rules && known.dstBegin === dstBegin && known.dstEnd === dstEnd) return known;
    const begin = this.#change(dstBegin, year, 0);
    const end = this.#change(dstEnd, year, dstDeviation);
    this.#summer = { rules, dstBegin, dstEnd, begin, end };
    return this.#summer;
  }

  /** When a rule strikes in a year; `shift` minutes are on the clock already when it does. */
  #change(rule: Uint8Array, year: number, shift: number): WallMs | undefined {
    const [, , month = 0xff, day = 0xff, weekday = 0xff, hour = 0] = rule;
    if (month > 12) return undefined;
    const own = ((rule[0] ?? 0xff) << 8) | (rule[1] ?? 0xff);
    const inYear = own === 0xffff ? year : own;
    const at = (monthDay: number): WallMs | undefined =>
      fromCivil({
        year: inYear,
        month,
        day: monthDay,
        hour: hour > 23 ? 0 : hour,
        minute: 0,
        second: 0,
        millisecond: 0,
      });
    let local: WallMs | undefined;
    if (day === 0xfe || day === 0xfd) {
      const last = lastDay(inYear, month) - (day === 0xfd ? 1 : 0);
      local = at(last);
      // The last Sunday, where a weekday is named.
      if (local !== undefined && weekday <= 7) {
        local = toWall(local - ((toCivil(local).weekday - weekday + 7) % 7) * DAY_MS);
      }
    } else local = at(day > 31 ? 1 : day);
    return local === undefined ? undefined : toWall(local + (this.settings.zone - shift) * MINUTE_MS);
  }
}

function lastDay(year: number, month: number): number {
  for (let day = 31; day > 28; day--) {
    if (fromCivil({ year, month, day, hour: 0, minute: 0, second: 0, millisecond: 0 }) !== undefined) return day;
  }
  return 28;
}
