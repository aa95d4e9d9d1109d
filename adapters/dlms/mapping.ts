import type {
  EventData,
  ProfileColumn,
  ProfileData,
  ProfileRow as ModelRow,
  ReadingData,
} from "../../edge-agent/model/data.ts";
import type { MessageDraft } from "../../edge-agent/model/draft.ts";
import { dlmsProfileId, slotReadId } from "../../edge-agent/model/ids.ts";
import { PROFILE_COLUMNS } from "../../edge-agent/model/limits.ts";
import type { Point } from "../../edge-agent/model/point.ts";
import type { Quality, Timestamp } from "../../edge-agent/model/quality.ts";
import { toRfc3339, type WallMs } from "../kit/time.ts";
import type { ActionContext } from "./actions/action.ts";
import type { AlarmFacts } from "./config/alarms.ts";
import type { EventFacts } from "./config/events.ts";
import { entryByObis } from "./config/object-profiles.ts";
import type { CaptureObject, ProfileReading } from "./cosem/profile-generic.ts";
import { pointName } from "./cosem/obis-name.ts";
import { modelValue, scaledValue, timestampOf } from "./cosem/values.ts";
import { numberOf } from "./data/data.ts";
import type { DlmsDevice } from "./device.ts";
import { type Obis, obisText } from "./obis.ts";

type From = Pick<ActionContext, "device" | "cause" | "uid">;

/** One acquisition. Its id is made of the time the meter gives: the same reading told twice is one message. */
export function readingDraft(
  from: From,
  points: readonly Point[],
  at: Timestamp | undefined,
  readAt: WallMs,
): MessageDraft<"busbar.reading.v1"> {
  const data: ReadingData = { cause: from.cause, historical: false, device: identityOf(from.device), points };
  const slot = at?.time ?? toRfc3339(readAt);
  const ref = points.map((point) => `${point.ref.value}/${point.ref.attr ?? 2}`).join(" ");
  return {
    ...draftOf(from),
    id: slotReadId({ protocol: "dlms", device: from.device.uid, ref, slot }),
    type: "busbar.reading.v1",
    time: at?.time,
    timesource: at === undefined ? "ingest" : "device",
    data,
  };
}

/** Characters of one message's rows, well below the model's limit with everything around them. */
const ROWS_CHARACTERS = 40_000;
const ROW_CHARACTERS = 90;
const VALUE_CHARACTERS = 28;

/**
 * The rows of a profile as messages, cut at days of UTC and at the size of a message: the same rows read again have the
 * same ids, however the range was chosen, as long as whole days were read.
 */
export function profileDrafts(
  from: From & Pick<ActionContext, "meter" | "profile">,
  reading: ProfileReading,
  name: string | undefined,
): readonly MessageDraft<"busbar.profile.v1">[] {
  const { layout } = reading;
  const shown = reading.columns.flatMap((column, index) => (isHidden(column) ? [] : [{ column, index }]));
  const picked = shown.slice(0, PROFILE_COLUMNS);
  if (reading.rows.length === 0 || picked.length === 0) return [];
  const columns = picked.map(({ column, index }): ProfileColumn => columnOf(from, column, reading, index));
  const statusAt = reading.columns.findIndex(isStatus);
  const rows = reading.rows.map((row): ModelRow => {
    const status = row.values[statusAt];
    const bits = status === undefined ? undefined : numberOf(status);
    const q = bits === undefined ? undefined : rowQuality(bits);
    return {
      t: rowTime(row.at, row.timeData === undefined ? undefined : timestampOf(row.timeData, from.meter), bits),
      ...(q === undefined ? {} : { q }),
      values: picked.map(({ column, index }) => {
        const value = row.values[index] ?? { kind: "null-data" as const };
        if (isTime(column)) return timestampOf(value, from.meter)?.time ?? null;
        return scaledValue(value, reading.scales[index]).value;
      }),
    };
  });
  const limit = Math.max(1, Math.floor(ROWS_CHARACTERS / (ROW_CHARACTERS + VALUE_CHARACTERS * columns.length)));
  const obis = obisText(layout.instance);
  // A load profile is cut at days, one of days or months at months.
  const cut = layout.periodS > 0 && layout.periodS < 86_400 ? "2026-11-21".length : "2026-11".length;
  return chunksOf(rows, limit, cut).map((chunk) => {
    const first = chunk[0]?.t.time ?? "";
    const last = chunk.at(-1)?.t.time ?? first;
    const data: ProfileData = {
      cause: from.cause,
      historical: true,
      device: identityOf(from.device),
      profile: { scheme: "obis", value: obis, attr: 2, classId: 7 },
      ...(name === undefined ? {} : { name }),
      ...(layout.periodS > 0
        ? { interval: `PT${layout.periodS}S` }
        : layout.step === "month"
          ? { interval: "P1M" }
          : {}),
      columns,
      rows: chunk,
    };
    return {
      ...draftOf(from),
      id: dlmsProfileId({ device: from.device.uid, obis, from: first, to: last }),
      type: "busbar.profile.v1",
      time: last,
      timesource: "device",
      data,
    };
  });
}

/** An entry of an event log. */
export function eventDraft(
  from: From,
  log: { readonly instance: Obis; readonly name: string },
  entry: {
    readonly at: Timestamp;
    readonly facts: EventFacts;
    readonly points: readonly Point[];
    readonly nth: number;
  },
): MessageDraft<"busbar.event.v1"> {
  const { facts, at, points } = entry;
  const data: EventData = {
    cause: from.cause,
    historical: true,
    device: identityOf(from.device),
    code: `${facts.category}.${facts.name}`,
    category: facts.category,
    severity: facts.severity,
    nativeCode: String(facts.code),
    text: facts.name.replaceAll("-", " "),
    index: facts.channel,
    points: points.length === 0 ? undefined : points,
  };
  return {
    ...draftOf(from),
    id: slotReadId({
      protocol: "dlms",
      device: from.device.uid,
      ref: `event ${log.instance} ${facts.code}`,
      slot: at.time,
      // Two entries alike in one second are two events.
      ...(entry.nth === 0 ? {} : { value: String(entry.nth) }),
    }),
    type: "busbar.event.v1",
    time: at.time,
    timesource: "device",
    data,
  };
}

/** An alarm as a push or an alarm register says it. */
export function alarmData(
  device: DlmsDevice,
  alarm: AlarmFacts,
  cause: EventData["cause"],
  historical: boolean,
): EventData {
  return {
    cause,
    historical,
    device: identityOf(device),
    code: `${alarm.category}.${alarm.name}`,
    category: alarm.category,
    severity: alarm.severity,
    nativeCode: `alarm-${alarm.register}.${alarm.bit}`,
    text: alarm.name.replaceAll("-", " "),
  };
}

export function identityOf(device: DlmsDevice): { readonly protocolId: string } {
  return { protocolId: device.identification };
}

function draftOf(from: From) {
  return {
    subject: from.device.uid,
    protocol: "dlms",
    devicetype: from.device.deviceType,
    correlationid: from.uid,
  } as const;
}

function columnOf(
  { profile }: Pick<ActionContext, "profile">,
  column: CaptureObject,
  reading: ProfileReading,
  index: number,
): ProfileColumn {
  const scale = reading.scales[index];
  const name = pointName(column.instance) ?? entryByObis(profile, column.instance)?.tag;
  const sample = reading.rows.find((row) => row.values[index]?.kind !== "null-data")?.values[index];
  const type = isTime(column) ? "time" : modelValue(sample ?? { kind: "null-data" }).type;
  const scaled = scale !== undefined && scale.unit.code !== 255;
  const direct = scale !== undefined && (scale.unit.factor ?? 1) === 1;
  return {
    ref: { scheme: "obis", value: obisText(column.instance), attr: column.attribute, classId: column.classId },
    ...(name === undefined ? {} : { name }),
    type: direct || !scaled ? type : "f64",
    ...(scaled && scale.unit.unit !== undefined ? { unit: scale.unit.unit } : {}),
    ...(scale !== undefined && scale.scaler !== 0 && direct ? { scaler: scale.scaler } : {}),
  };
}

/** The clock is the time of the row, the status its quality. */
function isHidden(column: CaptureObject): boolean {
  return (column.classId === 8 && column.attribute === 2) || isStatus(column);
}

function isStatus(column: CaptureObject): boolean {
  return column.classId === 1 && /^0\.\d\.96\.10\.\d+\.255$/.test(column.instance);
}

function isTime(column: CaptureObject): boolean {
  return column.classId === 4 && column.attribute === 5;
}

/** AMR profile status: 0 critical error, 1 clock invalid, 2 data not valid, 5 clock adjusted, 6 recovered, 7 power down. */
function rowQuality(bits: number): Quality | undefined {
  if ((bits & 0b101) !== 0) return { validity: "invalid", detail: [(bits & 1) !== 0 ? "failure" : "inconsistent"] };
  if ((bits & 0b1110_0010) === 0) return { validity: "good" };
  return {
    validity: "questionable",
    detail: ["inaccurate"],
    ...((bits & 0x40) === 0 ? {} : { source: "substituted" }),
  };
}

function rowTime(at: WallMs, own: Timestamp | undefined, bits: number | undefined): Timestamp {
  const clockFailure = bits !== undefined && (bits & 2) !== 0;
  const time = own ?? { time: toRfc3339(at) };
  return clockFailure ? { ...time, quality: { ...time.quality, clockFailure: true } } : time;
}

/** Rows of one day or month of UTC each, which is as many characters of their times, at most `limit` a chunk. */
function chunksOf(rows: readonly ModelRow[], limit: number, cut: number): ModelRow[][] {
  const chunks: ModelRow[][] = [];
  for (const row of rows) {
    const open = chunks.at(-1);
    const part = row.t.time.slice(0, cut);
    if (open !== undefined && open.length < limit && open[0]?.t.time.slice(0, cut) === part) open.push(row);
    else chunks.push([row]);
  }
  return chunks;
}
