import type { JsonRecord } from "../../../edge-agent/model/bounded-json.ts";
import type { Point } from "../../../edge-agent/model/point.ts";
import { DAY_MS, toRfc3339, toWall, type WallMs } from "../../kit/time.ts";
import type { AttributeReference, DataResult } from "../apdu/descriptor.ts";
import { attributeOf, type Procedure, readMany } from "../cosem/ask.ts";
import { MBUS_CHANNELS, type MbusChannel, mbusClient, mbusMedium } from "../cosem/m-bus.ts";
import { type CaptureObject, type ProfileReading, readProfile } from "../cosem/profile-generic.ts";
import {
  missingPoint,
  NO_SCALE,
  pointOf,
  reasonOf,
  scalerUnitOf,
  type ScalerUnit,
  timestampOf,
} from "../cosem/values.ts";
import { readObjectList } from "../cosem/object-list.ts";
import { numberOf } from "../data/data.ts";
import { type Obis, obisText, toObis } from "../obis.ts";
import { profileDrafts, readingDraft } from "../mapping.ts";
import {
  type ActionContext,
  type ActionResult,
  columnScale,
  type DlmsAction,
  fixedScale,
  nameOf,
  objectOf,
} from "./action.ts";
import { Input, invalid } from "./inputs.ts";

export const CLOCK: Obis = toObis("0.0.1.0.0.255");

const ENERGY = [
  "active-energy-import",
  "active-energy-import-rate-1",
  "active-energy-import-rate-2",
  "active-energy-export",
  "active-energy-export-rate-1",
  "active-energy-export-rate-2",
] as const;

/** `readings.actual`: the energy registers and the meter's clock, in one request. */
export const actualReadings: DlmsAction = {
  idempotent: true,
  prepare: (request, context) => {
    new Input(request.value).done();
    if (context.device.profile === "generic") return discoveredReadings(context);
    const wanted = ENERGY.flatMap((tag) => {
      const entry = context.profile.objects.get(tag);
      return entry === undefined ? [] : [{ entry, reference: attributeOf(entry.class, nameOf(context, tag), 2) }];
    });
    return (function* (): Procedure<ActionResult> {
      const results = yield* readMany([attributeOf(8, CLOCK, 2), ...wanted.map((one) => one.reference)]);
      const registers = wanted.map(({ reference, entry }) => ({ reference, scale: fixedScale(entry) }));
      return readingOf(context, results[0], yield* withScales(registers, results.slice(1)));
    })();
  },
};

/** A meter nobody described: every energy register of its object list. */
function* discoveredReadings(context: ActionContext): Procedure<ActionResult> {
  const objects = yield* readObjectList();
  const registers = objects
    .filter((one) => (one.classId === 3 || one.classId === 4) && /^[1-9]\.\d+\.\d+\.8\.\d+\.255$/.test(one.instance))
    .slice(0, 100)
    .map((one) => ({ reference: attributeOf(one.classId, one.instance, 2), scale: undefined }));
  const results = yield* readMany([attributeOf(8, CLOCK, 2), ...registers.map((one) => one.reference)]);
  return readingOf(context, results[0], yield* withScales(registers, results.slice(1)));
}

interface Register {
  readonly reference: AttributeReference;
  readonly scale: ScalerUnit | undefined;
}

/** Values with their scales, those nobody knows read from the meter. */
export function* withScales(
  registers: readonly Register[],
  results: readonly DataResult[],
): Procedure<readonly Point[]> {
  const asked = registers.flatMap(({ reference, scale }, index) =>
    scale === undefined && (reference.classId === 3 || reference.classId === 4) && results[index]?.kind === "data"
      ? [{ index, reference }]
      : [],
  );
  const answers = yield* readMany(asked.map(({ reference }) => attributeOf(reference.classId, reference.instance, 3)));
  const read = new Map<number, ScalerUnit>();
  asked.forEach(({ index }, at) => {
    const answer = answers[at];
    read.set(index, (answer?.kind === "data" ? scalerUnitOf(answer.data) : undefined) ?? NO_SCALE);
  });
  return registers.map(({ reference, scale }, index) => {
    const result = results[index];
    const source = { ...reference, scale: scale ?? read.get(index) };
    if (result?.kind !== "data") return missingPoint(source, reasonOf(result?.result ?? 250));
    return pointOf({ ...source, data: result.data });
  });
}

export function readingOf(
  context: ActionContext,
  clock: DataResult | undefined,
  points: readonly Point[],
): ActionResult {
  const at = clock?.kind === "data" ? timestampOf(clock.data, context.meter) : undefined;
  const values: JsonRecord = Object.fromEntries(
    points.map((point) => [point.name ?? point.ref.value, point.value] as const),
  );
  return {
    result: { ...(at === undefined ? {} : { time: at.time }), values },
    drafts: points.length === 0 ? [] : [readingDraft(context, points, at, context.wall())],
  };
}

/** `readings.actual-mbus`: what the devices behind the meter last told it: gas, water, heat, cold. */
export const actualMbusReadings: DlmsAction = {
  idempotent: true,
  prepare: (request, context) => {
    const channels = channelsOf(new Input(request.value));
    const tag = context.profile.objects.has("mbus-master-value-5min") ? "mbus-master-value-5min" : "mbus-master-value";
    objectOf(context, tag);
    return (function* (): Procedure<ActionResult> {
      const results = yield* readMany(
        channels.flatMap((channel) => {
          const instance = nameOf(context, tag, channel);
          const device = attributeOf(72, mbusClient(channel), 9);
          return [attributeOf(4, instance, 2), attributeOf(4, instance, 3), attributeOf(4, instance, 5), device];
        }),
      );
      const points = channels.flatMap((channel, index): Point[] => {
        const [value, scale, captured, type] = results.slice(4 * index, 4 * index + 4);
        const deviceType = type?.kind === "data" ? numberOf(type.data) : undefined;
        // A channel without a device has no reading.
        if (value?.kind !== "data" || deviceType === undefined || deviceType === 0) return [];
        const scaler = scale?.kind === "data" ? scalerUnitOf(scale.data) : undefined;
        const t = captured?.kind === "data" ? timestampOf(captured.data, context.meter) : undefined;
        const name = `${mbusMedium(deviceType)}.value`;
        const instance = nameOf(context, tag, channel);
        return [pointOf({ classId: 4, instance, attribute: 2, data: value.data, scale: scaler, t, name })];
      });
      const at = points.map((point) => point.t).find((t) => t !== undefined);
      return {
        result: {
          values: points.map((point) => ({
            object: point.ref.value,
            name: point.name ?? "",
            value: point.value,
            unit: point.unit ?? "",
            time: point.t?.time ?? "",
          })),
        },
        drafts: points.length === 0 ? [] : [readingDraft(context, points, at, context.wall())],
      };
    })();
  },
};

/** The M-Bus channels a command names, all four where it names none. */
export function channelsOf(input: Input): readonly MbusChannel[] {
  const given = input.optionalInteger("channel", 1, 4);
  input.done();
  return given === undefined ? MBUS_CHANNELS : [given as MbusChannel];
}

const PERIODS = ["interval", "daily", "monthly"] as const;
type Period = (typeof PERIODS)[number];

/** A range, the last day where a command names none. At most so long, so that an answer stays one a meter can give. */
export const RANGE_MAX_MS: number = 400 * DAY_MS;

export function rangeOf(input: Input, now: WallMs): { readonly from: WallMs; readonly to: WallMs } {
  const to = input.optionalTime("to") ?? now;
  const from = input.optionalTime("from") ?? toWall(to - DAY_MS);
  if (from >= to) throw invalid("value.from is before value.to");
  if (to - from > RANGE_MAX_MS) throw invalid("a range is at most 400 days");
  return { from, to };
}

/** `readings.periodic`: rows of the load, daily or monthly profile between two times. */
export const periodicReadings: DlmsAction = {
  idempotent: true,
  prepare: (request, context) => {
    const input = new Input(request.value);
    const period = input.choice("period", PERIODS);
    const range = rangeOf(input, context.wall());
    input.done();
    const tag = electricityProfile(context, period);
    const combined = tag.endsWith("-combined");
    return readOne(context, {
      instance: nameOf(context, tag),
      name: tag,
      range,
      monthly: period === "monthly",
      // Profiles of several media: gas has a command of its own.
      wanted: combined ? (column) => column.classId !== 4 : undefined,
    });
  },
};

/** `readings.periodic-mbus`: the same for one M-Bus channel. */
export const periodicMbusReadings: DlmsAction = {
  idempotent: true,
  prepare: (request, context) => {
    const input = new Input(request.value);
    const period = input.choice("period", PERIODS);
    const range = rangeOf(input, context.wall());
    const channel = input.integer("channel", 1, 4);
    input.done();
    const own = { interval: "interval-values-g", daily: "daily-values-g", monthly: "monthly-values-g" }[period];
    const monthly = period === "monthly";
    if (context.profile.objects.has(own)) {
      return readOne(context, {
        instance: nameOf(context, own, channel),
        name: own,
        range,
        monthly,
        wanted: undefined,
      });
    }
    const tag = `${period}-values-combined`;
    return readOne(context, {
      instance: nameOf(context, tag),
      name: tag,
      range,
      monthly,
      wanted: (column) => column.classId === 1 || column.instance.startsWith(`0.${channel}.24.`),
    });
  },
};

function electricityProfile(context: ActionContext, period: Period): string {
  if (period === "interval") return "load-profile";
  const own = `${period}-values`;
  return context.profile.objects.has(own) ? own : `${period}-values-combined`;
}

export interface OneProfile {
  readonly instance: Obis;
  readonly name: string | undefined;
  readonly range: { readonly from: WallMs; readonly to: WallMs };
  readonly monthly: boolean;
  readonly wanted: ((column: CaptureObject) => boolean) | undefined;
}

/** Reads one profile and says its rows as messages; the result counts them. */
export function* readOne(context: ActionContext, one: OneProfile): Procedure<ActionResult> {
  const reading = yield* readProfile({
    instance: one.instance,
    selection: { kind: "range", ...one.range },
    meter: context.meter,
    wanted: one.wanted,
    monthly: one.monthly,
    selectsRange: context.device.selectsRange,
    selectsColumns: context.device.selectsColumns,
    scaleOf: columnScale(context),
  });
  return { result: profileResult(reading), drafts: profileDrafts(context, reading, one.name) };
}

export function profileResult(reading: ProfileReading): JsonRecord {
  const { rows, columns, layout, unplaced } = reading;
  const first = rows[0];
  const last = rows.at(-1);
  return {
    profile: obisText(layout.instance),
    periodSeconds: layout.periodS,
    columns: columns.map((column) => `${column.classId}/${obisText(column.instance)}/${column.attribute}`),
    rows: rows.length,
    ...(unplaced === 0 ? {} : { unplaced }),
    ...(first === undefined || last === undefined ? {} : { first: toRfc3339(first.at), last: toRfc3339(last.at) }),
  };
}
