import { describe, expect, it } from "vitest";
import type { Json } from "../../../edge-agent/model/bounded-json.ts";
import { dataSchemas } from "../../../edge-agent/model/message.ts";
import type { ProfileName } from "../config/object-profile.ts";
import { dateTimeData } from "../cosem/date-time.ts";
import { toWall } from "../../kit/time.ts";
import { dataText } from "../cosem/data-text.ts";
import { ACTION_NAMES } from "./action-names.ts";
import { actionNamed } from "./actions.ts";
import type { ActionResult } from "./action.ts";
import { type TableMeter, TableMeter as Meter, tableContext } from "./table-meter.testing.ts";

const CLOCK = "octet-string:07ea0b15060d000000ffc400";
const zone = { zone: "Europe/Amsterdam" };
const at = (iso: string) => dataText(dateTimeData(toWall(Date.parse(iso)), zone));

function run(
  meter: TableMeter,
  action: string,
  value?: Json,
  { profile = "smr-5.5", object }: { readonly profile?: ProfileName; readonly object?: string } = {},
): ActionResult {
  const found = actionNamed(action);
  if (found === undefined) throw new Error(`no action ${action}`);
  const target = object === undefined ? undefined : { scheme: "obis" as const, value: object };
  const request = { action, ...(target === undefined ? {} : { target }), ...(value === undefined ? {} : { value }) };
  const done = meter.run(found.prepare(request, tableContext(profile)));
  for (const draft of done.drafts ?? []) {
    expect(dataSchemas[draft.type].safeParse(draft.data).error).toBeUndefined();
    expect(draft.id).toMatch(/^dlms-meter-1-/);
  }
  return done;
}

describe("reading", () => {
  it("actual registers in one list, with the meter's own time", () => {
    const meter = new Meter({
      "8/0.0.1.0.0.255/2": CLOCK,
      "3/1.0.1.8.0.255/2": "double-long-unsigned:123456",
      "3/1.0.2.8.0.255/2": "double-long-unsigned:7",
    });
    const { result, drafts } = run(meter, "readings.actual");
    expect(result).toMatchObject({
      time: "2026-11-21T12:00:00.000Z",
      values: { "energy.active.import.total": 123456, "energy.active.import.t1": null },
    });
    expect(drafts?.[0]).toMatchObject({ time: "2026-11-21T12:00:00.000Z", timesource: "device" });
    // Told twice it is one message.
    expect(run(meter, "readings.actual").drafts?.[0]?.id).toBe(drafts?.[0]?.id);
  });

  it("an unknown meter by its object list, scalers from the meter", () => {
    const meter = new Meter({
      "8/0.0.1.0.0.255/2": CLOCK,
      "15/0.0.40.0.0.255/2":
        "array[structure{long-unsigned:3, unsigned:0, octet-string:0100010800ff, structure{array[], array[]}}]",
      "3/1.0.1.8.0.255/2": "long64-unsigned:123456",
      "3/1.0.1.8.0.255/3": "structure{integer:-2, enum:30}",
    });
    const { drafts } = run(meter, "readings.actual", undefined, { profile: "generic" });
    expect(drafts?.[0]?.data).toMatchObject({
      points: [
        { name: "energy.active.import.total", value: "1234.56", unit: "Wh", raw: { value: "123456", scaler: -2 } },
      ],
    });
  });

  it("gas, by the time the gas meter gave", () => {
    const meter = new Meter({
      "4/0.1.24.2.1.255/2": "double-long-unsigned:98765",
      "4/0.1.24.2.1.255/3": "structure{integer:-3, enum:13}",
      "4/0.1.24.2.1.255/5": CLOCK,
      "72/0.1.24.1.0.255/9": "unsigned:3",
      "4/0.2.24.2.1.255/2": "double-long-unsigned:0",
      "72/0.2.24.1.0.255/9": "unsigned:0",
    });
    expect(run(meter, "readings.actual-mbus").drafts?.[0]?.data).toMatchObject({
      points: [{ name: "gas.value", value: 98.765, unit: "m3", t: { time: "2026-11-21T12:00:00.000Z" } }],
    });
  });

  it("profiles, as messages of one day each", () => {
    const column = (id: number, obis: string) =>
      `structure{long-unsigned:${id}, octet-string:${obis}, integer:2, long-unsigned:0}`;
    const meter = new Meter({
      "7/1.0.99.1.0.255/3": `array[${column(8, "0000010000ff")}, ${column(1, "0000600a02ff")}, ${column(3, "0100010800ff")}]`,
      "7/1.0.99.1.0.255/4": "double-long-unsigned:900",
      "7/1.0.99.1.0.255/2": `array[structure{${at("2026-11-20T23:30:00Z")}, unsigned:0, double-long-unsigned:5}, structure{null-data, unsigned:4, double-long-unsigned:6}, structure{null-data, unsigned:0, double-long-unsigned:7}]`,
    });
    const range = { from: "2026-11-20T00:00:00Z", to: "2026-11-21T12:00:00Z" };
    const { drafts, result } = run(meter, "readings.periodic", { period: "interval", ...range });
    expect(result).toMatchObject({ rows: 3, periodSeconds: 900 });
    expect(drafts?.map((draft) => draft.id)).toEqual([
      "dlms-meter-1-1.0.99.1.0.255-20261120T233000Z-20261120T234500Z",
      "dlms-meter-1-1.0.99.1.0.255-20261121T000000Z",
    ]);
    expect(drafts?.[0]?.data).toMatchObject({
      interval: "PT900S",
      columns: [{ name: "energy.active.import.total", unit: "Wh", type: "u32" }],
      rows: [
        { q: { validity: "good" }, values: [5] },
        { q: { validity: "invalid" }, values: [6] },
      ],
    });
    expect(meter.asked).toContain("get 7/1.0.99.1.0.255/2?1");
  });

  it("events, each with a name of its log; alike ones are two", () => {
    const column = (id: number, obis: string) =>
      `structure{long-unsigned:${id}, octet-string:${obis}, integer:2, long-unsigned:0}`;
    const meter = new Meter({
      "7/0.0.99.98.1.255/3": `array[${column(8, "0000010000ff")}, ${column(1, "0000600b01ff")}]`,
      "7/0.0.99.98.1.255/4": "double-long-unsigned:0",
      "7/0.0.99.98.1.255/2": `array[structure{${at("2026-11-21T01:00:00Z")}, unsigned:40}, structure{${at("2026-11-21T01:00:00Z")}, unsigned:40}]`,
    });
    const { drafts, result } = run(meter, "events.read", { logs: ["fraud"] });
    expect(result).toEqual({ events: { fraud: 2 } });
    expect(drafts?.[0]?.data).toMatchObject({
      code: "tamper.terminal-cover-removed",
      historical: true,
      severity: "alarm",
    });
    expect(new Set(drafts?.map((draft) => draft.id)).size).toBe(2);
  });

  it("any attribute by name, any value as text that can be written back", () => {
    const meter = new Meter({ "8/0.0.1.0.0.255/3": "long:60", "70/0.0.96.3.10.255/3": "enum:1" });
    expect(run(meter, "attribute.read", { attribute: "time-zone" }, { object: "0-0:1.0.0*255" }).result).toMatchObject({
      object: "0-0:1.0.0*255",
      attribute: "time-zone",
      value: 60,
      data: "long:60",
    });
    run(meter, "attribute.write", { attribute: 3, data: "long:120" }, { object: "0-0:1.0.0*255" });
    expect(meter.values.get("8/0.0.1.0.0.255/3")).toEqual({ kind: "long", value: 120 });
    const many = { attributes: [{ object: "0-0:96.3.10*255", class: 70, attribute: 3 }, { object: "0-0:1.0.0*255" }] };
    expect(run(meter, "attribute.read", many).result).toMatchObject({
      values: [{ value: 1 }, { refused: "object-undefined" }],
    });
  });
});

describe("configuring", () => {
  it("an alarm filter: only what changes is written", () => {
    const meter = new Meter({
      "1/0.0.97.98.10.255/2": "double-long-unsigned:1",
      "1/0.0.97.98.11.255/2": "double-long-unsigned:0",
      "1/0.0.97.98.12.255/2": "double-long-unsigned:0",
    });
    const change = { enable: ["phase-outage-test-indication", "clock-invalid"], disable: ["last-gasp"] };
    expect(run(meter, "alarm-filter.set", change).result).toMatchObject({ written: 1, register1: 0x8000_0001 });
    expect(meter.asked.filter((one) => one.startsWith("set"))).toEqual(["set 1/0.0.97.98.10.255/2"]);
    expect(() => run(meter, "alarm-filter.set", { enable: ["last-gasp"] }, { profile: "smr-5.0" })).toThrow(
      /SMR 5.0 has no alarm last-gasp/,
    );
  });

  it("the configuration object in the form of its standard", () => {
    const old = new Meter({ "1/0.1.94.31.3.255/2": "structure{enum:1, bit-string:0001001001000000}" });
    expect(
      run(
        old,
        "configuration.set",
        { flags: { "hls-5-on-p3": false }, gprsMode: "triggered" },
        { profile: "dsmr-4.2.2" },
      ).result,
    ).toMatchObject({ gprsMode: "triggered", flags: { "po-enable": true, "hls-5-on-p3": false, "hls-5-on-p0": true } });
    expect(dataText(old.values.get("1/0.1.94.31.3.255/2") ?? { kind: "null-data" })).toBe(
      "structure{enum:2, bit-string:0001000001000000}",
    );
    const smr = new Meter({ "1/0.1.94.31.3.255/2": "bit-string:0000000000000000" });
    run(smr, "configuration.set", { flags: { "direct-attach-at-power-on": true } });
    expect(smr.values.get("1/0.1.94.31.3.255/2")).toMatchObject({ length: 16, octets: new Uint8Array([0, 0x20]) });
  });

  it("a calendar goes in and out the same, and a wrong one never leaves", () => {
    const calendar = {
      name: "TARIFF",
      seasons: [{ name: "1", start: "*-01-01", week: "1" }],
      weeks: [{ name: "1", days: [1, 1, 1, 1, 1, 2, 2] }],
      days: [
        {
          id: 1,
          actions: [
            { time: "07:00", selector: 2 },
            { time: "23:00", selector: 1 },
          ],
        },
        { id: 2, actions: [{ time: "00:00", selector: 1 }] },
      ],
    };
    const meter = new Meter(
      Object.fromEntries([2, 3, 4, 5, 6, 7, 8, 9].map((index) => [`20/0.0.13.0.0.255/${index}`, "null-data"])),
    );
    meter.methods.set("20/0.0.13.0.0.255/1", () => {
      for (const index of [2, 3, 4, 5]) {
        meter.values.set(
          `20/0.0.13.0.0.255/${index}`,
          meter.values.get(`20/0.0.13.0.0.255/${index + 4}`) ?? { kind: "null-data" },
        );
      }
      return 0;
    });
    expect(run(meter, "calendar.set", calendar).result).toEqual({
      name: "TARIFF",
      seasons: [{ name: "1", start: "*-01-01", week: "1" }],
      weeks: [{ name: "1", days: "1 1 1 1 1 2 2" }],
      days: [
        { id: 1, actions: ["07:00 0-0:10.0.100*255 2", "23:00 0-0:10.0.100*255 1"] },
        { id: 2, actions: ["00:00 0-0:10.0.100*255 1"] },
      ],
    });
    const before = meter.asked.length;
    expect(() =>
      run(meter, "calendar.set", { ...calendar, weeks: [{ name: "1", days: [1, 1, 1, 1, 1, 1, 9] }] }),
    ).toThrow(/no day has the id 9/);
    expect(meter.asked).toHaveLength(before);
  });

  it("special days with every kind of date", () => {
    const meter = new Meter({ "11/0.0.11.0.0.255/2": "array[]" });
    const days = [
      { date: "*-12-25", day: 2 },
      { date: "2026-04-06", day: 2 },
      { date: "*-*-last", day: 3 },
    ];
    expect(run(meter, "special-days.set", { days }).result).toEqual({ days });
    expect(() => run(meter, "special-days.set", { days: [{ date: "2026-02-30", day: 2 }] })).toThrow(/is no date/);
  });

  it("the clock, unless it is right already", () => {
    const meter = new Meter({ "8/0.0.1.0.0.255/2": at("2026-11-21T12:00:05Z") });
    expect(run(meter, "clock.synchronize", { toleranceSeconds: 10 }).result).toMatchObject({ changed: false });
    expect(run(meter, "clock.synchronize").result).toMatchObject({
      changed: true,
      wasOffSeconds: 5,
      differenceSeconds: 0,
    });
  });

  it("M-Bus devices: found, coupled to a free channel, freed again", () => {
    const meter = new Meter();
    for (const channel of [1, 2, 3, 4]) {
      const taken = channel === 1;
      const cells = [taken ? 1 : 0, taken ? 0x11223344 : 0, taken ? 17_836 : 0, taken ? 5 : 0, taken ? 3 : 0];
      const kinds = ["unsigned", "double-long-unsigned", "long-unsigned", "unsigned", "unsigned"] as const;
      for (const [index, value] of cells.entries()) {
        meter.values.set(`72/0.${channel}.24.1.0.255/${5 + index}`, { kind: kinds[index] ?? "unsigned", value });
      }
    }
    const old = { profile: "dsmr-4.2.2" } as const;
    expect(run(meter, "mbus.scan", { channel: 1 }, old).result).toMatchObject({
      channels: [{ channel: 1, identification: "11223344", manufacturer: "QML", medium: "gas" }],
    });
    const device = { identification: "87654321", manufacturer: "ELS", version: 1, deviceType: 7 };
    expect(run(meter, "mbus.couple", device, old).result).toMatchObject({ channel: 2, wasCoupled: false });
    expect(run(meter, "mbus.couple", device, old).result).toMatchObject({ channel: 2, wasCoupled: true });
    expect(meter.values.get("72/0.2.24.1.0.255/6")).toEqual({ kind: "double-long-unsigned", value: 0x87654321 });
    meter.methods.set("72/0.2.24.1.0.255/2", () => 0);
    expect(run(meter, "mbus.decouple", { channel: 2 }, old).result).toMatchObject({ identification: "87654321" });
    expect(run(meter, "mbus.scan", { channel: 2 }, old).result).toMatchObject({ channels: [{ coupled: false }] });
  });
});

describe("a bundle", () => {
  it("carries all actions out in one association, and says which the meter refused", () => {
    const meter = new Meter({ "8/0.0.1.0.0.255/2": CLOCK, "1/0.1.94.31.0.255/2": "enum:2" });
    const { result } = run(meter, "bundle", {
      actions: [
        { action: "administrative-status.get" },
        {
          action: "attribute.write",
          target: { scheme: "obis", value: "1-0:1.8.0*255" },
          value: { data: "unsigned:1" },
        },
        { action: "readings.actual" },
      ],
    });
    expect(result).toMatchObject({
      refused: 1,
      actions: [{ end: "succeeded", result: { status: "on" } }, { end: "failed", native: 4 }, { end: "succeeded" }],
    });
  });

  it("is refused as a whole before anything is sent", () => {
    const meter = new Meter();
    const wrong = { actions: [{ action: "clock.read" }, { action: "clock.sync" }] };
    expect(() => run(meter, "bundle", wrong)).toThrow(/no action clock.sync/);
    expect(() => run(meter, "bundle", { actions: [{ action: "bundle", value: { actions: [] } }] })).toThrow(
      /no action bundle/,
    );
    expect(meter.asked).toEqual([]);
  });
});

describe("every action", () => {
  it("refuses what it does not know, before anything is sent", () => {
    for (const name of ACTION_NAMES) {
      const meter = new Meter();
      expect(() => run(meter, name, { nonsense: true, period: "daily", channel: 1 }), name).toThrow();
      expect(() => run(meter, name, "text"), name).toThrow();
      expect(meter.asked, name).toEqual([]);
    }
  });
});
