import { fromCivil, SECOND_MS, toCivil, toWall, type WallMs } from "../../kit/time.ts";
import type { AccessSelection } from "../apdu/descriptor.ts";
import { dlmsFault } from "../codes.ts";
import { array, type DlmsData, elementsOf, number, numberOf, octetString, structure } from "../data/data.ts";
import { type Obis, obisFromOctets, obisOctets, toObis } from "../obis.ts";
import { attributeOf, type Procedure, readAll, readAttribute, readMany } from "./ask.ts";
import { dateTimeData, dateTimeOf, type MeterTime, toWallTime } from "./date-time.ts";
import { localCivil, localToWall } from "./time-zone.ts";
import { NO_SCALE, type ScalerUnit, scalerUnitOf } from "./values.ts";

export const PROFILE_GENERIC = 7;
const CLOCK_CLASS = 8;
const CLOCK: Obis = toObis("0.0.1.0.0.255");

/** One column of a profile: attribute (and element of it) of an object. */
export interface CaptureObject {
  readonly classId: number;
  readonly instance: Obis;
  readonly attribute: number;
  /** 0: the whole attribute; n: its nth element. */
  readonly dataIndex: number;
}

/** What a meter says of one of its profiles. */
export interface ProfileLayout {
  readonly instance: Obis;
  readonly columns: readonly CaptureObject[];
  /** Seconds, as the meter has it; 0: captured on events or by a schedule. */
  readonly periodS: number;
  /** How the period reads in a calendar: a month where the profile is one of months. */
  readonly step: "period" | "month";
}

/** A row with every value there that can be known. */
export interface ProfileRow {
  readonly at: WallMs;
  /** The meter's own, before reconstruction; `undefined` where the time was left out. */
  readonly timeData: DlmsData | undefined;
  /** One per column of the reading. */
  readonly values: readonly DlmsData[];
}

export interface ProfileReading {
  readonly layout: ProfileLayout;
  /** Those of the layout that were asked for, in its order. */
  readonly columns: readonly CaptureObject[];
  readonly scales: readonly ScalerUnit[];
  /** Oldest first. */
  readonly rows: readonly ProfileRow[];
  /** Rows whose time cannot be known, or that are not of the layout. */
  readonly unplaced: number;
}

export type ProfileSelection =
  | { readonly kind: "range"; readonly from: WallMs; readonly to: WallMs }
  /** From 1, both inclusive; `to` 0: to the last. */
  | { readonly kind: "entries"; readonly from: number; readonly to: number }
  | { readonly kind: "all" };

export interface ProfileRequest {
  readonly instance: Obis;
  readonly selection: ProfileSelection;
  readonly meter: MeterTime;
  /** Columns to read; absent: all. The clock is always among them. */
  readonly wanted?: ((column: CaptureObject) => boolean) | undefined;
  /** Whether the meter takes a list of columns in a range; else all come and the others are dropped here. */
  readonly selectsColumns?: boolean | undefined;
  /** Whether the meter takes ranges at all; else all comes and is filtered here. */
  readonly selectsRange?: boolean | undefined;
  /** Scalers known without asking the meter. */
  readonly scaleOf?: ((column: CaptureObject) => ScalerUnit | undefined) | undefined;
  /** Profiles of months name no period of their own. */
  readonly monthly?: boolean | undefined;
}

/** Columns of one profile; the standard has no limit, meters have a dozen. */
const COLUMNS_MAX = 64;
const ROWS_MAX = 100_000;

/** Reads the layout, the scalers and the rows of a profile in one association. */
export function* readProfile(request: ProfileRequest): Procedure<ProfileReading> {
  const { instance, selection, meter } = request;
  const layout = yield* readLayout(instance, request.monthly === true);
  const wanted = request.wanted ?? (() => true);
  const isClock = (column: CaptureObject) => column.classId === CLOCK_CLASS && column.attribute === 2;
  const columns = layout.columns.filter((column) => isClock(column) || wanted(column));
  const scales = yield* readScales(columns, request.scaleOf);
  const narrowed = request.selectsColumns === true && columns.length < layout.columns.length;
  const access =
    request.selectsRange === false
      ? undefined
      : selectionOf(selection, { meter, columns: narrowed ? columns : [], all: layout.columns.length });
  const byRange = access?.selector === 1 && narrowed;
  const buffer = yield* readAttribute(attributeOf(PROFILE_GENERIC, instance, 2, access));
  const sent = byRange ? columns : layout.columns;
  const { rows, unplaced } = placeRows({ buffer, sent, columns, layout, meter });
  const range = selection.kind === "range" ? selection : undefined;
  const kept = range === undefined ? rows : rows.filter((row) => row.at >= range.from && row.at <= range.to);
  return { layout, columns, scales, rows: kept, unplaced };
}

export function* readLayout(instance: Obis, monthly = false): Procedure<ProfileLayout> {
  const [objects, period] = yield* readAll([
    attributeOf(PROFILE_GENERIC, instance, 3),
    attributeOf(PROFILE_GENERIC, instance, 4),
  ]);
  const columns = captureObjectsOf(objects ?? array([]));
  const periodS = (period === undefined ? undefined : numberOf(period)) ?? 0;
  return { instance, columns, periodS, step: monthly && periodS === 0 ? "month" : "period" };
}

/** Reads capture_objects; throws `dlms.data.malformed` where the columns cannot be told. */
export function captureObjectsOf(data: DlmsData): CaptureObject[] {
  const entries = elementsOf(data) ?? [];
  if (entries.length === 0 || entries.length > COLUMNS_MAX) {
    throw dlmsFault("dlms.data.malformed", `a profile with ${entries.length} columns; 1 to ${COLUMNS_MAX} can be read`);
  }
  return entries.map((entry) => {
    const [classId, name, attribute, dataIndex] = elementsOf(entry) ?? [];
    const id = classId === undefined ? undefined : numberOf(classId);
    const index = attribute === undefined ? undefined : numberOf(attribute);
    if (id === undefined || index === undefined || name?.kind !== "octet-string") {
      throw dlmsFault("dlms.data.malformed", "a capture object that is not {class, logical name, attribute, index}");
    }
    const element = dataIndex === undefined ? 0 : (numberOf(dataIndex) ?? 0);
    return { classId: id, instance: obisFromOctets(name.octets), attribute: index, dataIndex: element };
  });
}

export function captureObjectData(object: CaptureObject): DlmsData {
  return structure(
    number("long-unsigned", object.classId),
    octetString(obisOctets(object.instance)),
    number("integer", object.attribute),
    number("long-unsigned", object.dataIndex),
  );
}

/** Selective access to a buffer: selector 1 by range, 2 by entry; `undefined` for all of it. */
export function selectionOf(
  selection: ProfileSelection,
  {
    meter,
    columns,
    all,
  }: { readonly meter: MeterTime; readonly columns: readonly CaptureObject[]; readonly all: number },
): AccessSelection | undefined {
  switch (selection.kind) {
    case "all":
      return undefined;
    case "range":
      return {
        selector: 1,
        parameters: structure(
          captureObjectData({ classId: CLOCK_CLASS, instance: CLOCK, attribute: 2, dataIndex: 0 }),
          dateTimeData(selection.from, meter),
          dateTimeData(selection.to, meter),
          array(columns.length === all ? [] : columns.map(captureObjectData)),
        ),
      };
    case "entries":
      return {
        selector: 2,
        parameters: structure(
          number("double-long-unsigned", selection.from),
          number("double-long-unsigned", selection.to),
          number("long-unsigned", 1),
          number("long-unsigned", 0),
        ),
      };
  }
}

interface Placing {
  readonly buffer: DlmsData;
  /** What each element of a row is. */
  readonly sent: readonly CaptureObject[];
  readonly columns: readonly CaptureObject[];
  readonly layout: ProfileLayout;
  readonly meter: MeterTime;
}

/**
 * Puts the values a meter left out back in: a time is the one before and the capture period, any other value that of the
 * row before (IEC 62056-6-2, 4.3.6: null-data where nothing changed).
 */
export function placeRows({ buffer, sent, columns, layout, meter }: Placing): {
  readonly rows: ProfileRow[];
  readonly unplaced: number;
} {
  const elements = elementsOf(buffer) ?? [];
  if (elements.length > ROWS_MAX) {
    throw dlmsFault(
      "dlms.data.too-many-elements",
      `a profile of ${elements.length} rows; ${ROWS_MAX} are read at once`,
    );
  }
  const clockAt = sent.findIndex((one) => one.classId === CLOCK_CLASS && one.attribute === 2);
  const picked = columns.map((column) => sent.indexOf(column));
  const rows: ProfileRow[] = [];
  let unplaced = 0;
  let before: { readonly at: WallMs; readonly values: readonly DlmsData[] } | undefined;
  for (const element of elements) {
    const values = elementsOf(element);
    if (values === undefined || values.length !== sent.length) {
      unplaced += 1;
      continue;
    }
    const own = clockAt < 0 ? undefined : values[clockAt];
    const at = timeOf(own, before?.at, layout, meter);
    if (at === undefined) {
      unplaced += 1;
      continue;
    }
    const full = values.map((value, index) => restored(value, before?.values[index], sent[index], layout, meter));
    if (clockAt >= 0 && own?.kind === "null-data") full[clockAt] = dateTimeData(at, meter);
    before = { at, values: full };
    const absent = own === undefined || own.kind === "null-data";
    const kept = picked.map((index): DlmsData => full[index] ?? { kind: "null-data" });
    rows.push({ at, timeData: absent ? undefined : own, values: kept });
  }
  // Buffers sorted by something else than time, newest first among them, become oldest first.
  if (rows.some((row, index) => index > 0 && row.at < (rows[index - 1]?.at ?? row.at)))
    rows.sort((a, b) => a.at - b.at);
  return { rows, unplaced };
}

function timeOf(
  own: DlmsData | undefined,
  before: WallMs | undefined,
  layout: ProfileLayout,
  meter: MeterTime,
): WallMs | undefined {
  if (own !== undefined && own.kind !== "null-data") {
    const time = dateTimeOf(own);
    return time === undefined ? undefined : toWallTime(time, meter);
  }
  return before === undefined ? undefined : stepped(before, layout, meter);
}

/** One capture later: a day is a day of the calendar, not 24 hours, and so is a month. */
function stepped(before: WallMs, layout: ProfileLayout, meter: MeterTime): WallMs | undefined {
  if (layout.step === "period" && layout.periodS > 0 && layout.periodS % 86_400 !== 0) {
    return toWall(before + layout.periodS * SECOND_MS);
  }
  if (layout.step === "period" && layout.periodS === 0) return undefined;
  const { year, month, day, hour, minute } = localCivil(before, meter.zone);
  const time = { hour, minute, second: 0, millisecond: 0 };
  if (layout.step === "month") {
    const next = month === 12 ? { year: year + 1, month: 1 } : { year, month: month + 1 };
    return localToWall({ ...next, day, ...time }, meter.zone, undefined);
  }
  const noon = fromCivil({ year, month, day, hour: 12, minute: 0, second: 0, millisecond: 0 });
  if (noon === undefined) return undefined;
  const date = toCivil(toWall(noon + layout.periodS * SECOND_MS));
  return localToWall({ year: date.year, month: date.month, day: date.day, ...time }, meter.zone, undefined);
}

function restored(
  value: DlmsData,
  before: DlmsData | undefined,
  column: CaptureObject | undefined,
  layout: ProfileLayout,
  meter: MeterTime,
): DlmsData {
  if (value.kind !== "null-data" || before === undefined || before.kind === "null-data") return value;
  // Capture time of an extended register: it moves on with the rows.
  if (column !== undefined && column.classId === 4 && column.attribute === 5) {
    const time = dateTimeOf(before);
    const at = time === undefined ? undefined : toWallTime(time, meter);
    const next = at === undefined ? undefined : stepped(at, layout, meter);
    return next === undefined ? value : dateTimeData(next, meter);
  }
  return before;
}

/** Scaler and unit of every column that has them, asked of the meter where nobody knows. */
export function* readScales(
  columns: readonly CaptureObject[],
  known: ProfileRequest["scaleOf"],
): Procedure<readonly ScalerUnit[]> {
  const scales: (ScalerUnit | undefined)[] = columns.map((column) => known?.(column));
  const asked = columns.flatMap((column, index) => {
    const attribute = scaleAttribute(column);
    return scales[index] === undefined && attribute !== undefined ? [{ index, column, attribute }] : [];
  });
  const results = yield* readMany(
    asked.map(({ column, attribute }) => attributeOf(column.classId, column.instance, attribute)),
  );
  asked.forEach(({ index }, at) => {
    const result = results[at];
    if (result?.kind === "data") scales[index] = scalerUnitOf(result.data);
  });
  return scales.map((scale) => scale ?? NO_SCALE);
}

/** Where a class keeps scaler and unit of this attribute. */
export function scaleAttribute({
  classId,
  attribute,
}: {
  readonly classId: number;
  readonly attribute: number;
}): number | undefined {
  if ((classId === 3 || classId === 4) && attribute === 2) return 3;
  if (classId === 5 && (attribute === 2 || attribute === 3)) return 4;
  return undefined;
}
