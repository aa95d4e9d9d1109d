import { bool, enumerated, number, numberOf, octetsOf, octetString } from "../../../adapters/dlms/data/data.ts";
import { MINUTE_MS, SECOND_MS, toWall, type WallMs } from "../../../adapters/kit/time.ts";
import type { Behaviour } from "../behaviour.ts";
import type { MeterState } from "../meter-state.ts";
import { type Attribute, type Call, type Method, readOnly, refused, RESULT } from "../objects/cosem-object.ts";
import { object } from "../objects/simple.ts";

const QUARTER_MS = 15 * MINUTE_MS;

/** Class 8: the clock, its zone and its summer time; setting it makes events of it. */
export function keepsTime(): Behaviour {
  return {
    name: "keeps-time",
    begins: (meter) => {
      meter.objects.add(
        object(
          8,
          { obis: "0.0.1.0.0.255", isPublic: true },
          {
            2: {
              get: ({ at }) => octetString(meter.clock.write(at)),
              set: (value, call) => {
                const octets = octetsOf(value);
                if (octets?.length !== 12) return RESULT.typeUnmatched;
                const to = meter.clock.read(octets);
                if (to === undefined) return RESULT.otherReason;
                adjust(meter, to, call);
                return RESULT.success;
              },
            },
            3: part(
              "long",
              () => meter.clock.settings.zone,
              (zone) => {
                meter.clock.settings.zone = zone;
              },
            ),
            4: readOnly(({ at }) => number("unsigned", meter.clock.write(at)[11] ?? 0)),
            5: pattern(
              () => meter.clock.settings.dstBegin,
              (rule) => {
                meter.clock.settings.dstBegin = rule;
              },
            ),
            6: pattern(
              () => meter.clock.settings.dstEnd,
              (rule) => {
                meter.clock.settings.dstEnd = rule;
              },
            ),
            7: part(
              "integer",
              () => meter.clock.settings.dstDeviation,
              (minutes) => {
                meter.clock.settings.dstDeviation = minutes;
              },
            ),
            8: {
              get: () => bool(meter.clock.settings.dstEnabled),
              set: (value) => {
                if (value.kind !== "boolean") return RESULT.typeUnmatched;
                meter.clock.settings.dstEnabled = value.value;
                return RESULT.success;
              },
            },
            9: readOnly(() => enumerated(1)),
          },
          {
            1: adjusted((at) => Math.round(at / QUARTER_MS) * QUARTER_MS),
            2: adjusted((at) => Math.round(at / QUARTER_MS) * QUARTER_MS),
            3: adjusted((at) => Math.round(at / MINUTE_MS) * MINUTE_MS),
            6: (parameters, call) => {
              const seconds = parameters === undefined ? undefined : numberOf(parameters);
              if (seconds === undefined || Math.abs(seconds) > 900) return refused(RESULT.typeUnmatched);
              adjust(call.meter, toWall(call.meter.clock.now() + seconds * SECOND_MS), call);
              return undefined;
            },
          },
        ),
      );
      return {};
    },
  };
}

function adjusted(to: (at: WallMs) => number): Method {
  return (_parameters, call) => {
    adjust(call.meter, toWall(to(call.meter.clock.now())), call);
    return undefined;
  };
}

function adjust(meter: MeterState, to: WallMs, { now }: Call): void {
  const byMs = to - meter.clock.now();
  meter.clock.set(to);
  meter.clock.isInvalid = false;
  meter.notice({ kind: "clock-set", byMs }, now);
}

function part(kind: "long" | "integer", get: () => number, set: (value: number) => void): Attribute {
  return {
    get: () => number(kind, get()),
    set: (value) => {
      const next = numberOf(value);
      if (next === undefined || value.kind !== kind) return RESULT.typeUnmatched;
      set(next);
      return RESULT.success;
    },
  };
}

function pattern(get: () => Uint8Array, set: (rule: Uint8Array) => void): Attribute {
  return {
    get: () => octetString(get()),
    set: (value) => {
      const octets = octetsOf(value);
      if (octets?.length !== 12) return RESULT.typeUnmatched;
      set(octets.slice());
      return RESULT.success;
    },
  };
}
