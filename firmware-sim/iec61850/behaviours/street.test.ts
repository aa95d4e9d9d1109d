import { describe, expect, it } from "vitest";
import { type MmsData, mmsBoolean, mmsVisible } from "../../../adapters/iec61850/mms/data.ts";
import { toWall } from "../../../adapters/kit/time.ts";
import { Bench, textOf, WALL_START } from "../client.testing.ts";
import { lightSensorIcd } from "../models/light-sensor.ts";
import { streetLightIcd } from "../models/street-light.ts";
import { utcTime } from "../times.ts";
import { lightsStreets } from "./lights-streets.ts";
import { seesDaylight } from "./sees-daylight.ts";

const YES = mmsBoolean(true);
const IO = "SWDeviceGenericIO";
const BRCB = `${IO}/LLN0$BR$evn_rpn01`;

/** As the platform does it: reads Oper, changes ctlVal, writes it back. */
function switchRelay(client: ReturnType<Bench["client"]>, relay: number, on: boolean): number {
  const position = client.read(`${IO}/XSWC${relay}$CO$Pos`) as MmsData;
  const [oper] = position.type === "structure" ? position.items : [];
  if (oper?.type !== "structure") throw new Error("no Oper");
  return client.write(`${IO}/XSWC${relay}$CO$Pos$Oper`, {
    type: "structure",
    items: [mmsBoolean(on), ...oper.items.slice(1)],
  });
}

describe("a street light", () => {
  const street = (): Bench => new Bench({ icd: streetLightIcd(), behaviours: [lightsStreets()] });

  it("is switched although it says status-only, where switching is enabled, and reports the event", () => {
    const bench = street();
    const client = bench.client();
    client.write(`${BRCB}$RptEna`, YES);
    expect(switchRelay(client, 2, true)).toBe(0);
    bench.pass(50);
    expect(textOf(client.read(`${IO}/XSWC2$ST$Pos$stVal`) as MmsData)).toBe("true");
    const [report] = client.reports();
    // evnType 2: light on; relay 2; ad hoc.
    expect(report && textOf(report.results.at(-2) ?? YES)).toBe("{2,2,2,true,t,switched}");
    expect(switchRelay(client, 3, true)).toBe(9);
    client.write(`${IO}/XSWC3$CF$CfSt$enbOper`, YES);
    expect(switchRelay(client, 3, true)).toBe(0);
    expect(switchRelay(client, 1, false)).toBe(0);
    bench.pass(50);
    expect(client.reports().map(({ results }) => textOf(results.at(-2) ?? YES).slice(0, 4))).toContain("{5,1");
    expect(textOf(client.read(`${IO}/CSLC$ST$EvnBuf$lastIdx`) as MmsData)).toBe("3");
  });

  it("raises what its mask wants", () => {
    const bench = street();
    const client = bench.client();
    expect(client.write(`${IO}/CSLC$CF$EvnBuf$enbEvnType`, mmsVisible("4"))).toBe(0);
    switchRelay(client, 2, true);
    switchRelay(client, 2, false);
    bench.pass(100);
    expect(bench.lines("entry")).toHaveLength(1);
  });

  it("downloads firmware when it is told when, and says so", () => {
    const bench = street();
    const client = bench.client();
    client.write(`${BRCB}$RptEna`, YES);
    client.write(`${IO}/CSLC$CF$FuncFwDw$url`, mmsVisible("https://localhost:443/firmware/x.tgz"));
    expect(client.write(`${IO}/CSLC$CF$FuncFwDw$startT`, utcTime(toWall(WALL_START)))).toBe(0);
    bench.pass(3_100);
    expect(client.reports().map(({ results }) => textOf(results.at(-2) ?? YES).slice(0, 3))).toEqual(["{11", "{7,"]);
  });

  it("reboots: the association is gone a second later", () => {
    const bench = street();
    const client = bench.client();
    const reboot = client.read(`${IO}/CSLC$CO$RbOper`) as MmsData;
    const [oper] = reboot.type === "structure" ? reboot.items : [];
    if (oper?.type !== "structure") throw new Error("no Oper");
    expect(client.write(`${IO}/CSLC$CO$RbOper$Oper`, { type: "structure", items: [YES, ...oper.items.slice(1)] })).toBe(
      0,
    );
    bench.pass(1_000);
    expect(client.ended).toBe("done");
  });
});

describe("a light sensor", () => {
  it("reports without any option: identifier, fields, inclusion, values", () => {
    const bench = new Bench({ icd: lightSensorIcd(), behaviours: [seesDaylight(1_000)] });
    const client = bench.client();
    expect(client.write("AA1TH01LD0/LLN0$RP$rcb_A$RptEna", YES)).toBe(0);
    bench.pass(1_000);
    const [report] = client.reports();
    expect(report?.results.map(textOf)).toEqual([
      "A",
      "0000000000",
      expect.stringMatching(/^0\d{16}$/),
      "{true,0000000000000,t}",
    ]);
  });
});
