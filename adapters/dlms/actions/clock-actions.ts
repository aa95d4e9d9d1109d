import { SECOND_MS, toRfc3339 } from "../../kit/time.ts";
import { attributeOf, type Procedure, readMany, writeAttribute, writeMany } from "../cosem/ask.ts";
import { dateTimeData, dateTimeOf, dateTimeText, readDateTime, toWallTime } from "../cosem/date-time.ts";
import { bool, number, numberOf, octetString } from "../data/data.ts";
import { fromHex } from "../../kit/bytes.ts";
import type { ActionContext, ActionResult, DlmsAction } from "./action.ts";
import { Input, invalid } from "./inputs.ts";
import { CLOCK } from "./reading-actions.ts";

const CLOCK_CLASS = 8;

/** `clock.read`: the meter's time, its settings, and how far it is off ours. */
export const readClock: DlmsAction = {
  idempotent: true,
  prepare: (request, context) => {
    new Input(request.value).done();
    return readClockNow(context);
  },
};

function* readClockNow(context: ActionContext): Procedure<ActionResult> {
  const [time, zone, status, begin, end, , enabled] = yield* readMany(
    [2, 3, 4, 5, 6, 7, 8].map((attribute) => attributeOf(CLOCK_CLASS, CLOCK, attribute)),
  );
  const data = (result: typeof time) => (result?.kind === "data" ? result.data : undefined);
  const own = data(time);
  const read = own === undefined ? undefined : dateTimeOf(own);
  const at = read === undefined ? undefined : toWallTime(read, context.meter);
  const rule = (result: typeof time) => {
    const value = data(result);
    const parsed = value === undefined ? undefined : dateTimeOf(value);
    return parsed === undefined ? null : dateTimeText(parsed);
  };
  const offset = data(zone);
  const octet = data(status);
  const summer = data(enabled);
  return {
    result: {
      time: at === undefined ? null : toRfc3339(at),
      local: read === undefined ? null : dateTimeText(read),
      ...(at === undefined ? {} : { differenceSeconds: Math.round((at - context.wall()) / SECOND_MS) }),
      timeZone: (offset === undefined ? undefined : numberOf(offset)) ?? null,
      status: (octet === undefined ? undefined : numberOf(octet)) ?? null,
      daylightSavings: summer?.kind === "boolean" ? summer.value : null,
      daylightSavingsBegin: rule(begin),
      daylightSavingsEnd: rule(end),
    },
  };
}

/** `clock.synchronize`: sets the meter's time to ours, in its own zone, and reads it back. */
export const synchronizeClock: DlmsAction = {
  idempotent: true,
  prepare: (request, context) => {
    const input = new Input(request.value);
    // Within this many seconds a clock is right and is left alone: a jump costs an interval of the load profile.
    const tolerance = input.optionalInteger("toleranceSeconds", 0, 86_400) ?? 0;
    input.done();
    return (function* (): Procedure<ActionResult> {
      const before = yield* readClockNow(context);
      const off = before.result["differenceSeconds"];
      if (typeof off === "number" && tolerance > 0 && Math.abs(off) <= tolerance) {
        return { result: { ...before.result, changed: false } };
      }
      // Asked for late, so that what the reading took is not lost.
      yield* writeAttribute(attributeOf(CLOCK_CLASS, CLOCK, 2), dateTimeData(context.wall(), context.meter));
      const after = yield* readClockNow(context);
      return { result: { ...after.result, changed: true, wasOffSeconds: off ?? null } };
    })();
  },
};

/** `clock.configure`: zone in minutes, begin and end of daylight saving as 12 octets in hex, and whether it is used. */
export const configureClock: DlmsAction = {
  idempotent: true,
  prepare: (request, context) => {
    const input = new Input(request.value);
    const zone = input.optionalInteger("timeZoneMinutes", -720, 840);
    const rule = (name: string) => {
      const text = input.optionalText(name, /^[0-9a-fA-F]{24}$/, "12 octets in hex");
      if (text === undefined) return undefined;
      const octets = fromHex(text) ?? new Uint8Array();
      readDateTime(octets);
      return octetString(octets);
    };
    const begin = rule("daylightSavingsBegin");
    const end = rule("daylightSavingsEnd");
    const enabled = input.has("daylightSavings") ? input.flag("daylightSavings", true) : undefined;
    input.done();
    const part = (attribute: number) => attributeOf(CLOCK_CLASS, CLOCK, attribute);
    const writes = [
      ...(zone === undefined ? [] : [[part(3), number("long", zone)] as const]),
      ...(begin === undefined ? [] : [[part(5), begin] as const]),
      ...(end === undefined ? [] : [[part(6), end] as const]),
      ...(enabled === undefined ? [] : [[part(8), bool(enabled)] as const]),
    ];
    if (writes.length === 0) throw invalid("nothing to configure is given");
    return (function* (): Procedure<ActionResult> {
      yield* writeMany(writes);
      return yield* readClockNow(context);
    })();
  },
};
