import {
  array,
  type DlmsData,
  NULL_DATA,
  elementsOf,
  number,
  numberOf,
  octetsOf,
  octetString,
  structure,
} from "../../../adapters/dlms/data/data.ts";
import { type Obis, obisFromOctets, obisOctets, toObis } from "../../../adapters/dlms/obis.ts";
import type { WallMs } from "../../../adapters/kit/time.ts";
import type { MeterState } from "../meter-state.ts";
import {
  attributeOf,
  type Call,
  type CosemObject,
  fixed,
  readOnly,
  refused,
  type Refused,
  RESULT,
} from "./cosem-object.ts";
import { type Named, nameOf, object } from "./simple.ts";

/** One column of a profile. */
export interface Column {
  readonly classId: number;
  readonly name: Obis;
  readonly attribute: number;
  readonly index: number;
}

export interface Row {
  readonly at: WallMs;
  readonly values: readonly DlmsData[];
}

/** Where the rows of a profile come from. */
export interface RowSource {
  /** Oldest first, never more than the profile holds. */
  readonly rows: (call: Call, columns: readonly Column[]) => readonly Row[];
  readonly clear: (call: Call) => void;
  /** Captured now; refused where nothing can be captured by hand. */
  readonly capture?: (call: Call) => void;
}

export interface ProfileParts {
  readonly named: Named;
  readonly columns: readonly Column[];
  /** Tells which columns a client may set; none where absent. */
  readonly selectable?: (column: Column) => boolean;
  /** Seconds; 0 for what is not periodic. */
  readonly period: number;
  readonly entries: number;
  readonly source: RowSource;
}

export const CLOCK: Obis = toObis("0.0.1.0.0.255");
const COLUMNS_MAX = 24;

/** Class 7: a buffer of rows, read whole, by a range of one column or by entry numbers. */
export function profileGeneric(parts: ProfileParts): CosemObject {
  let columns = parts.columns;
  let period = parts.period;
  const { source, selectable } = parts;
  return object(
    7,
    { version: 1, ...parts.named },
    {
      2: {
        get: (call) =>
          selected(source.rows(call, columns), columns, call, call.meter.oddities.leavesOutRepeats && period > 0),
        selectors: [1, 2],
      },
      3: {
        get: () => array(columns.map(columnData)),
        ...(selectable === undefined
          ? {}
          : {
              set: (value, call) => {
                const wanted = elementsOf(value)?.map(columnOf);
                if (wanted === undefined || wanted.some((one) => one === undefined)) return RESULT.typeUnmatched;
                const next = wanted.filter((one) => one !== undefined);
                if (next.length > COLUMNS_MAX || !next.every((one) => selectable(one))) return RESULT.otherReason;
                columns = next;
                source.clear(call);
                return RESULT.success;
              },
            }),
      },
      4: {
        get: () => number("double-long-unsigned", period),
        ...(selectable === undefined
          ? {}
          : {
              set: (value, call) => {
                const next = value.kind === "double-long-unsigned" ? value.value : undefined;
                if (next === undefined) return RESULT.typeUnmatched;
                period = next;
                source.clear(call);
                return RESULT.success;
              },
            }),
      },
      5: fixed({ kind: "enum", value: 1 }),
      6: readOnly(() => columnData(columns[0] ?? { classId: 8, name: CLOCK, attribute: 2, index: 0 })),
      7: readOnly((call) => number("double-long-unsigned", source.rows(call, columns).length)),
      8: fixed(number("double-long-unsigned", parts.entries)),
    },
    {
      1: (_parameters, call) => {
        source.clear(call);
        return undefined;
      },
      2: (_parameters, call) => {
        if (source.capture === undefined) return refused(RESULT.readWriteDenied);
        source.capture(call);
        return undefined;
      },
    },
  );
}

/** The values of the columns at a moment; null-data for what the meter does not have. */
export function rowAt(call: Call, columns: readonly Column[], at: WallMs): Row {
  let values: readonly DlmsData[] | undefined;
  return {
    at,
    // A range is chosen by the moment alone: what nobody asked for is not computed.
    get values() {
      values ??= cells({ ...call, at, selection: undefined }, columns);
      return values;
    },
  };
}

export function column(classId: number, obis: string, attribute: number = 2): Column {
  return { classId, name: nameOf(obis), attribute, index: 0 };
}

export function hasColumn(meter: MeterState, one: Column): boolean {
  return meter.objects.find(one.classId, one.name) !== undefined;
}

function cells(call: Call, columns: readonly Column[]): DlmsData[] {
  return columns.map(({ classId, name, attribute, index }) => {
    const object = call.meter.objects.find(classId, name);
    const value = object === undefined ? undefined : attributeOf(object, attribute)?.get?.(call);
    if (value === undefined || value.kind === "refused") return NULL_DATA;
    // A data index names one element of a structure or array, from 1.
    return index === 0 ? value : (elementsOf(value)?.[index - 1] ?? NULL_DATA);
  });
}

function selected(rows: readonly Row[], columns: readonly Column[], call: Call, isSparse: boolean): DlmsData | Refused {
  const { selection } = call;
  if (selection === undefined)
    return table(
      rows.map(({ values }) => values),
      isSparse,
    );
  const parameters = elementsOf(selection.parameters);
  if (parameters?.length !== 4) return refused(RESULT.typeUnmatched);
  if (selection.selector === 1) return byRange(rows, columns, parameters, call, isSparse);
  if (selection.selector === 2) return byEntry(rows, columns, parameters, isSparse);
  return refused(RESULT.scopeOfAccessViolated);
}

/** range_descriptor {restricting_object, from_value, to_value, selected_values}. */
function byRange(
  rows: readonly Row[],
  columns: readonly Column[],
  parameters: readonly DlmsData[],
  call: Call,
  isSparse: boolean,
): DlmsData | Refused {
  const [restricting, from, to, wanted] = parameters;
  const by = restricting === undefined ? undefined : columnOf(restricting);
  const at = by === undefined ? -1 : columns.findIndex((one) => same(one, by));
  if (by === undefined || from === undefined || to === undefined || at < 0) return refused(RESULT.typeUnmatched);
  const low = order(from, call);
  const high = order(to, call);
  if (low === undefined || high === undefined) return refused(RESULT.typeUnmatched);
  const byMoment = same(by, { classId: 8, name: CLOCK, attribute: 2, index: 0 });
  const within = rows.filter((row) => {
    const value = byMoment ? row.at : order(row.values[at], call);
    return value !== undefined && value >= low && value <= high;
  });
  const shown = elementsOf(wanted ?? array([])) ?? [];
  const picked = shown.length === 0 ? columns.map((_, i) => i) : shown.map((one) => indexOf(columns, columnOf(one)));
  if (picked.includes(-1)) return refused(RESULT.typeUnmatched);
  return table(
    within.map(({ values }) => picked.map((i) => values[i] ?? NULL_DATA)),
    isSparse,
  );
}

/** entry_descriptor {from_entry, to_entry, from_selected_value, to_selected_value}; all count from 1, 0 means the last. */
function byEntry(
  rows: readonly Row[],
  columns: readonly Column[],
  parameters: readonly DlmsData[],
  isSparse: boolean,
): DlmsData | Refused {
  const [fromEntry, toEntry, fromColumn, toColumn] = parameters.map(numberOf);
  if (fromEntry === undefined || toEntry === undefined || fromColumn === undefined || toColumn === undefined) {
    return refused(RESULT.typeUnmatched);
  }
  const entries = rows.slice(Math.max(0, fromEntry - 1), toEntry === 0 ? rows.length : toEntry);
  const last = toColumn === 0 ? columns.length : toColumn;
  return table(
    entries.map(({ values }) => values.slice(Math.max(0, fromColumn - 1), last)),
    isSparse,
  );
}

/** Rows as the buffer gives them; a meter that saves octets leaves out what is as in the row before. */
function table(rows: readonly (readonly DlmsData[])[], isSparse: boolean): DlmsData {
  if (!isSparse) return array(rows.map((values) => structure(...values)));
  return array(
    rows.map((values, at) => {
      const before = rows[at - 1];
      return structure(...values.map((value, i) => (isLeftOut(value, before?.[i]) ? NULL_DATA : value)));
    }),
  );
}

/** A time is left out in every row but the first: it is one capture period later. */
function isLeftOut(value: DlmsData, before: DlmsData | undefined): boolean {
  if (before === undefined) return false;
  const octets = octetsOf(value);
  if (octets?.length === 12 && octetsOf(before)?.length === 12) return true;
  return "value" in value && "value" in before && value.kind === before.kind && value.value === before.value;
}

/** What values are compared by: times as moments, all else as numbers. */
function order(value: DlmsData | undefined, call: Call): number | undefined {
  const octets = value === undefined ? undefined : octetsOf(value);
  if (octets?.length === 12) return call.meter.clock.read(octets);
  return value === undefined ? undefined : numberOf(value);
}

function indexOf(columns: readonly Column[], wanted: Column | undefined): number {
  return wanted === undefined ? -1 : columns.findIndex((one) => same(one, wanted));
}

function same(a: Column, b: Column): boolean {
  return a.classId === b.classId && a.name === b.name && a.attribute === b.attribute && a.index === b.index;
}

export function columnData({ classId, name, attribute, index }: Column): DlmsData {
  return structure(
    number("long-unsigned", classId),
    octetString(obisOctets(name)),
    number("integer", attribute),
    number("long-unsigned", index),
  );
}

export function columnOf(value: DlmsData): Column | undefined {
  const [classId, name, attribute, index] = elementsOf(value) ?? [];
  const octets = name === undefined ? undefined : octetsOf(name);
  const [a, b, c] = [classId, attribute, index].map((one) => (one === undefined ? undefined : numberOf(one)));
  if (octets?.length !== 6 || a === undefined || b === undefined || c === undefined) return undefined;
  return { classId: a, name: obisFromOctets(octets), attribute: b, index: c };
}
