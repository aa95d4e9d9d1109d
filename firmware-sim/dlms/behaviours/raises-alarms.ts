import type { EventLog } from "../../../adapters/dlms/config/events.ts";
import { number } from "../../../adapters/dlms/data/data.ts";
import type { Behaviour } from "../behaviour.ts";
import { wantedOf } from "../objects/catalogue.ts";
import { RESULT } from "../objects/cosem-object.ts";
import { object } from "../objects/simple.ts";

/** Alarm registers and alarm filters of the companion standard: an event sets its bit, where the filter lets it. */
export function raisesAlarms(): Behaviour {
  return {
    name: "raises-alarms",
    begins: (meter) => {
      const registers = new Map<number, { value: number; filter: number }>();
      for (const { entry, obis } of wantedOf(meter)) {
        const [, what, id] = /^alarm-(register|filter)-([123])$/.exec(entry.tag) ?? [];
        if (what === undefined) continue;
        const state = registers.get(Number(id)) ?? { value: 0, filter: 0xffff_ffff };
        registers.set(Number(id), state);
        const key = what === "register" ? "value" : "filter";
        meter.objects.add(
          object(
            1,
            { obis },
            {
              2: {
                get: () => number("double-long-unsigned", state[key]),
                set: (value) => {
                  if (value.kind !== "double-long-unsigned") return RESULT.typeUnmatched;
                  // A register is cleared by writing what is to be left of it; nothing is set that way.
                  state[key] = key === "value" ? (state.value & value.value) >>> 0 : value.value;
                  return RESULT.success;
                },
              },
            },
          ),
        );
      }
      return {
        notices: (notice, now) => {
          const alarm = notice.kind === "event" ? alarmOf(notice.log, notice.code) : undefined;
          if (alarm !== undefined) meter.notice({ kind: "alarm", register: alarm[0], bit: alarm[1] }, now);
          if (notice.kind !== "alarm") return;
          const state = registers.get(notice.register);
          const bit = (1 << notice.bit) >>> 0;
          if (state === undefined || (state.filter & bit) === 0) return;
          state.value = (state.value | bit) >>> 0;
          meter.notice({ kind: "alarm-raised", register: notice.register }, now);
        },
      };
    },
  };
}

/** Register and bit of the alarm an event is. */
function alarmOf(log: EventLog, code: number): readonly [number, number] | undefined {
  if (log === "standard") return STANDARD[code];
  if (log === "fraud") return [40, 42, 44, 46].includes(code) ? [1, 13] : undefined;
  if (log === "m-bus") {
    const bit = MBUS[(code - 100) % 10];
    return bit === undefined ? undefined : [1, bit + Math.floor((code - 100) / 10)];
  }
  if (log === "power-quality") {
    if (code >= 86 && code <= 88) return [1, 28 + code - 86];
    return code === 99 ? [3, 0] : undefined;
  }
  if (log === "power-quality-extended" && code >= 93 && code <= 98) return [2, code - 93];
  if (log === "thd" && code >= 51 && code <= 53) return [2, 8 + code - 51];
  return undefined;
}

const STANDARD: Readonly<Record<number, readonly [number, number]>> = {
  2: [1, 2],
  6: [1, 0],
  7: [1, 1],
  12: [1, 8],
  13: [1, 9],
  14: [1, 10],
  15: [1, 12],
  16: [1, 11],
};
/** Communication error, fraud attempt, new device: the bit of channel 1. */
const MBUS: Readonly<Record<number, number>> = { 0: 16, 3: 20, 5: 24 };
