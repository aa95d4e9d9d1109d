import { DAY_MS, HOUR_MS, toWall, type WallMs } from "../../../adapters/kit/time.ts";
import {
  HistoryTermType,
  MeterType,
  type PowerUsageData,
  type SsldData,
  Status,
} from "../../../proto/oslp/gen/types.ts";
import type { Behaviour } from "../behaviour.ts";
import { deviceTime, readStamp, stampAt } from "../device-clock.ts";
import type { DeviceState } from "../device-state.ts";
import { count, LAMP_WATTS, type Meter, powerOf } from "../meter.ts";

/**
 * GetActualPowerUsage and GetPowerUsageHistory of 0.5.1: what the lights have really burned since the start; the history is
 * that of lamps burning half of every day, the same every time. Both are deprecated: a device of 0.6.1 refuses them.
 */
export function measuresPower(): Behaviour {
  return {
    name: "measures-power",
    starts: (state) => void meterOf(state),
    answers: (state, request) => {
      const old = state.identity.version === "0.5.1";
      const status = old ? Status.OK : Status.FAILURE;
      switch (request.member) {
        case "getActualPowerUsageRequest": {
          const meter = meterOf(state);
          count(meter, state.relays, state.wall());
          const record = recordOf(state, deviceTime(state) ?? state.wall(), Math.round(meter.wattHours));
          return {
            kind: "answer",
            message: { member: "getActualPowerUsageResponse", body: { status, powerUsageData: record } },
          };
        }
        case "getPowerUsageHistoryRequest": {
          const { timePeriod, termType, page = 1 } = request.body;
          const records = old ? history(state, timePeriod, termType) : [];
          const totalPages = Math.max(1, Math.ceil(records.length / PAGE));
          return {
            kind: "answer",
            message: {
              member: "getPowerUsageHistoryResponse",
              body: {
                status,
                powerUsageData: records.slice((page - 1) * PAGE, page * PAGE),
                pageInfo: { currentPage: page, pageSize: PAGE, totalPages },
              },
            },
          };
        }
        default:
          return undefined;
      }
    },
  };
}

/** Records of one answer, as the platform's own simulator had it. */
const PAGE = 2;
/** Records of one history. */
const RECORDS_MAX = 200;

/** Newest first, one an hour or one a day. */
function history(
  state: DeviceState,
  period: { readonly startTime: string; readonly endTime: string },
  termType: number,
): PowerUsageData[] {
  const from = readStamp(period.startTime);
  const to = readStamp(period.endTime);
  if (from === undefined || to === undefined) return [];
  const every = termType === HistoryTermType.Long ? DAY_MS : HOUR_MS;
  const records: PowerUsageData[] = [];
  for (let at = Math.floor(to / every) * every; at >= from && records.length < RECORDS_MAX; at -= every) {
    const lamps = state.relays.filter((relay) => relay.type === "LIGHT").length;
    const wattHours = Math.floor(((at - YEAR_2000_MS) / HOUR_MS) * 0.5 * LAMP_WATTS * lamps);
    records.push(recordOf(state, toWall(at), wattHours));
  }
  return records;
}

const YEAR_2000_MS = 946_684_800_000;
/** Mains voltage and the power factor of a lamp, for the currents. */
const VOLTS = 230;

function recordOf(state: DeviceState, at: WallMs, wattHours: number): PowerUsageData {
  const watts = Math.round(powerOf(state.relays));
  return {
    recordTime: stampAt(at),
    meterType: MeterType.PULSE,
    totalConsumedEnergy: BigInt(Math.max(0, wattHours)),
    actualConsumedPower: watts,
    ...(state.identity.kind === "SSLD"
      ? { ssldData: ssldData(state, watts) }
      : { psldData: { totalLightingHours: Math.floor(onMinutes(state, 1) / 60) } }),
  };
}

function ssldData(state: DeviceState, watts: number): SsldData {
  return {
    actualCurrent1: Math.round((watts / VOLTS) * 1_000),
    actualCurrent2: 0,
    actualCurrent3: 0,
    actualPower1: watts,
    actualPower2: 0,
    actualPower3: 0,
    averagePowerFactor1: 10,
    averagePowerFactor2: 10,
    averagePowerFactor3: 10,
    relayData: state.relays.slice(0, RELAYS_MAX).map(({ index }) => ({
      index: Uint8Array.of(index),
      totalLightingMinutes: onMinutes(state, index),
    })),
  };
}

const RELAYS_MAX = 4;

function onMinutes(state: DeviceState, index: number): number {
  return Math.floor((state.meter?.onMs.get(index) ?? 0) / 60_000);
}

function meterOf(state: DeviceState): Meter {
  state.meter ??= { countedTo: state.wall(), wattHours: 0, onMs: new Map() };
  return state.meter;
}
