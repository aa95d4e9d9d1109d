import { describe, expect, it } from "vitest";
import { toRfc3339, toWall } from "../../kit/time.ts";
import type { DlmsData } from "../data/data.ts";
import { toObis } from "../obis.ts";
import type { ServiceAnswer, ServiceRequest } from "../association/services.ts";
import { dateTimeData } from "./date-time.ts";
import {
  type CaptureObject,
  captureObjectData,
  placeRows,
  type ProfileLayout,
  readProfile,
} from "./profile-generic.ts";

const meter = { zone: "Europe/Amsterdam" };
const clock: CaptureObject = { classId: 8, instance: toObis("0.0.1.0.0.255"), attribute: 2, dataIndex: 0 };
const status: CaptureObject = { classId: 1, instance: toObis("0.0.96.10.2.255"), attribute: 2, dataIndex: 0 };
const energy: CaptureObject = { classId: 3, instance: toObis("1.0.1.8.0.255"), attribute: 2, dataIndex: 0 };
const captured: CaptureObject = { classId: 4, instance: toObis("0.1.24.2.2.255"), attribute: 5, dataIndex: 0 };

const nothing: DlmsData = { kind: "null-data" };
const u8 = (value: number): DlmsData => ({ kind: "unsigned", value });
const u32 = (value: number): DlmsData => ({ kind: "double-long-unsigned", value });
const row = (...elements: DlmsData[]): DlmsData => ({ kind: "structure", elements });
const buffer = (...elements: DlmsData[]): DlmsData => ({ kind: "array", elements });
const at = (iso: string) => dateTimeData(toWall(Date.parse(iso)), meter);

function layoutOf(
  columns: readonly CaptureObject[],
  periodS: number,
  step: "period" | "month" = "period",
): ProfileLayout {
  return { instance: toObis("1.0.99.1.0.255"), columns, periodS, step };
}

function placed(layout: ProfileLayout, ...elements: DlmsData[]) {
  const { columns } = layout;
  return placeRows({ buffer: buffer(...elements), sent: columns, columns, layout, meter });
}

describe("null-data in a profile", () => {
  it("is the time before and the capture period, and the value before", () => {
    const layout = layoutOf([clock, status, energy], 900);
    const { rows, unplaced } = placed(
      layout,
      row(at("2026-11-20T22:00:00Z"), u8(8), u32(100)),
      row(nothing, nothing, u32(101)),
      row(nothing, nothing, nothing),
    );
    expect(unplaced).toBe(0);
    expect(rows.map((one) => toRfc3339(one.at))).toEqual([
      "2026-11-20T22:00:00.000Z",
      "2026-11-20T22:15:00.000Z",
      "2026-11-20T22:30:00.000Z",
    ]);
    expect(rows[2]?.values[2]).toEqual(u32(101));
    expect(rows[2]?.timeData).toBeUndefined();
    expect(rows[2]?.values[0]).toEqual(at("2026-11-20T22:30:00Z"));
  });

  it("steps a day and a month by the calendar of the meter", () => {
    const days = placed(
      layoutOf([clock, energy], 86_400),
      row(at("2026-10-23T22:00:00Z"), u32(1)),
      row(nothing, u32(2)),
      row(nothing, u32(3)),
    );
    // Midnight in Amsterdam: 25 October has 25 hours.
    expect(days.rows.map((one) => toRfc3339(one.at))).toEqual([
      "2026-10-23T22:00:00.000Z",
      "2026-10-24T22:00:00.000Z",
      "2026-10-25T23:00:00.000Z",
    ]);
    const months = placed(
      layoutOf([clock, energy], 0, "month"),
      row(at("2026-10-31T23:00:00Z"), u32(1)),
      row(nothing, u32(2)),
      row(nothing, u32(3)),
    );
    expect(months.rows.map((one) => toRfc3339(one.at))).toEqual([
      "2026-10-31T23:00:00.000Z",
      "2026-11-30T23:00:00.000Z",
      "2026-12-31T23:00:00.000Z",
    ]);
  });

  it("moves the capture time of an M-Bus value on", () => {
    const { rows } = placed(
      layoutOf([clock, captured], 3_600),
      row(at("2026-11-20T22:00:00Z"), at("2026-11-20T21:55:00Z")),
      row(nothing, nothing),
    );
    expect(rows[1]?.values[1]).toEqual(at("2026-11-20T22:55:00Z"));
  });

  it("cannot be known in the first row, nor where rows have no period: such rows are counted", () => {
    const first = placed(layoutOf([clock, energy], 900), row(nothing, u32(1)), row(at("2026-11-20T22:00:00Z"), u32(2)));
    expect(first).toMatchObject({ unplaced: 1, rows: [{ values: [{}, u32(2)] }] });
    const events = placed(layoutOf([clock, energy], 0), row(at("2026-11-20T22:00:00Z"), u32(1)), row(nothing, u32(2)));
    expect(events.unplaced).toBe(1);
    expect(placed(layoutOf([clock, energy], 900), row(u32(1)), u32(7)).unplaced).toBe(2);
  });

  it("gives rows oldest first whatever the meter's order", () => {
    const { rows } = placed(
      layoutOf([clock, energy], 0),
      row(at("2026-11-20T23:00:00Z"), u32(2)),
      row(at("2026-11-20T22:00:00Z"), u32(1)),
    );
    expect(rows.map((one) => one.values[1])).toEqual([u32(1), u32(2)]);
  });
});

describe("reading a profile", () => {
  it("asks for the layout, the scalers it does not know, then a range of the wanted columns", () => {
    const asked: ServiceRequest[] = [];
    const reading = readProfile({
      instance: toObis("1.0.99.1.0.255"),
      selection: {
        kind: "range",
        from: toWall(Date.parse("2026-11-20T22:00:00Z")),
        to: toWall(Date.parse("2026-11-20T22:15:00Z")),
      },
      meter,
      wanted: (column) => column.classId === 3,
      selectsColumns: true,
    });
    const answers: ServiceAnswer[] = [
      {
        kind: "get",
        results: [
          {
            kind: "data",
            data: buffer(captureObjectData(clock), captureObjectData(status), captureObjectData(energy)),
          },
          { kind: "data", data: u32(900) },
        ],
      },
      {
        kind: "get",
        results: [{ kind: "data", data: row({ kind: "integer", value: 0 }, { kind: "enum", value: 30 }) }],
      },
      {
        kind: "get",
        results: [
          {
            kind: "data",
            data: buffer(row(at("2026-11-20T22:00:00Z"), u32(5)), row(nothing, u32(6)), row(nothing, u32(7))),
          },
        ],
      },
    ];
    let step = reading.next();
    while (step.done !== true) {
      asked.push(step.value);
      const answer = answers.shift();
      if (answer === undefined) throw new Error("asked too often");
      step = reading.next(answer);
    }
    expect(asked).toMatchObject([
      { references: [{ attribute: 3 }, { attribute: 4 }] },
      { references: [{ classId: 3, attribute: 3 }] },
      { references: [{ attribute: 2, selection: { selector: 1 } }] },
    ]);
    const { columns, scales, rows } = step.value;
    expect(columns).toEqual([clock, energy]);
    expect(scales[1]).toMatchObject({ scaler: 0, unit: { symbol: "Wh" } });
    // The third row is beyond what was asked for.
    expect(rows.map((one) => one.values[1])).toEqual([u32(5), u32(6)]);
  });
});
