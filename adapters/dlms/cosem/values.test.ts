import { describe, expect, it } from "vitest";
import { UNITS } from "../../../edge-agent/model/units.ts";
import { pointField } from "../../../edge-agent/model/point.ts";
import type { DlmsData } from "../data/data.ts";
import { toObis } from "../obis.ts";
import { scaledNumber, scaledText } from "./decimal.ts";
import { obisTitle, pointName } from "./obis-name.ts";
import { cosemUnit } from "./units.ts";
import { pointOf, scaledValue } from "./values.ts";

describe("scaled integers", () => {
  it("are exact", () => {
    expect(scaledText(123, -2)).toBe("1.23");
    expect(scaledText(-5, -3)).toBe("-0.005");
    expect(scaledText(0, -3)).toBe("0");
    expect(scaledText(1200, -2)).toBe("12");
    expect(scaledText(7, 3)).toBe("7000");
    expect(scaledText(18446744073709551615n, -3)).toBe("18446744073709551.615");
    expect(scaledNumber(1005, -3)).toBe(1.005);
  });

  it("take the model's unit, and its factor where the meter counts in another", () => {
    const u32: DlmsData = { kind: "double-long-unsigned", value: 2305 };
    expect(scaledValue(u32, { scaler: -1, unit: cosemUnit(35) })).toEqual({
      type: "u32",
      value: 230.5,
      unit: "V",
      raw: { value: 2305, scaler: -1 },
    });
    expect(scaledValue(u32, { scaler: 0, unit: cosemUnit(6) })).toEqual({ type: "f64", value: 138_300, unit: "s" });
    expect(
      scaledValue({ kind: "long64-unsigned", value: 9007199254740993n }, { scaler: -3, unit: cosemUnit(30) }),
    ).toEqual({
      type: "u64",
      value: "9007199254740.993",
      unit: "Wh",
      raw: { value: "9007199254740993", scaler: -3 },
    });
  });

  it("make points the model takes, for every kind of data", () => {
    const octets = new Uint8Array([1, 2]);
    const all: DlmsData[] = [
      { kind: "null-data" },
      { kind: "boolean", value: true },
      { kind: "bit-string", octets, length: 9 },
      { kind: "double-long", value: -5 },
      { kind: "octet-string", octets },
      { kind: "visible-string", text: "x" },
      { kind: "utf8-string", octets: new Uint8Array([0xff]) },
      { kind: "bcd", value: 9 },
      { kind: "long64", value: -1n },
      { kind: "enum", value: 3 },
      { kind: "float32", value: Number.POSITIVE_INFINITY },
      { kind: "array", elements: [{ kind: "unsigned", value: 1 }] },
    ];
    for (const data of all) {
      const point = pointOf({ classId: 3, instance: toObis("1.0.1.8.0.255"), attribute: 2, data });
      expect(pointField.safeParse(point).error).toBeUndefined();
    }
  });

  it("name units of the model only", () => {
    for (let code = 0; code < 256; code++) {
      const { unit } = cosemUnit(code);
      if (unit !== undefined) expect(UNITS).toHaveProperty([unit]);
    }
  });
});

describe("names of OBIS codes", () => {
  it.each([
    ["1.0.1.8.0.255", "energy.active.import.total"],
    ["1.0.2.8.1.255", "energy.active.export.t1"],
    ["1.0.21.7.0.255", "power.active.import.l1"],
    ["1.0.41.24.0.255", "power.active.import.l2.average"],
    ["1.0.64.4.0.255", "power.reactive.export.l3.average"],
    ["1.0.32.7.0.255", "voltage.l1"],
    ["1.0.72.32.0.255", "voltage.l3.sags"],
    ["1.0.51.7.0.255", "current.l2"],
    ["1.0.14.7.0.255", "frequency"],
    ["1.0.13.7.0.255", "power-factor"],
    ["0.2.24.2.1.255", "mbus.2.value.1"],
    ["1.0.99.1.0.255", undefined],
  ])("%s is %s", (code, name) => {
    expect(pointName(toObis(code))).toBe(name);
  });

  it("are words for people too", () => {
    expect(obisTitle(toObis("0.0.97.98.11.255"))).toBe("alarm filter 2");
    expect(obisTitle(toObis("0.3.24.1.0.255"))).toBe("M-Bus client");
  });
});
