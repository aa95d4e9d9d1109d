import { describe, expect, it } from "vitest";
import { bayIcd } from "../../firmware-sim/iec61850/models/bay.ts";
import { utcTime } from "../../firmware-sim/iec61850/times.ts";
import { type MmsData, mmsInteger, mmsVisible } from "./mms/data.ts";
import { command, ied, Pair, plan } from "./pair.testing.ts";

/**
 * A bay with a logical node that tracks services (IEC 61850-7-2 Edition 2): objects of functional constraint SR whose every
 * update is reported, whether a value changed by it or not (trigger `dupd`). Which attributes they have and what is in them
 * are examples of this file; nothing of ours knows them by name.
 */
const ICD = bayIcd("BAY1")
  .replace(
    `<DataSet name="Energy">`,
    `<DataSet name="Tracked">
      <FCDA ldInst="LD0" prefix="" lnClass="LTRK" lnInst="1" doName="SpcTrk" fc="SR"/>
      <FCDA ldInst="LD0" prefix="" lnClass="LTRK" lnInst="1" doName="BrcbTrk" fc="SR"/></DataSet>$&`,
  )
  .replace(
    `<ReportControl name="brcbEnergy"`,
    `<ReportControl name="brcbTracked" rptID="Tracked" buffered="true" bufTime="0" confRev="1" datSet="Tracked">
      <TrgOps dupd="true" gi="false"/>
      <OptFields seqNum="true" timeStamp="true" reasonCode="true" entryID="true"/><RptEnabled max="1"/></ReportControl>$&`,
  )
  .replace(`<LN lnClass="LPHD" inst="1" lnType="LPHD">`, `<LN lnClass="LTRK" inst="1" lnType="LTRK"/>$&`)
  .replace(
    `<DataTypeTemplates>`,
    `$&<LNodeType id="LTRK" lnClass="LTRK"><DO name="SpcTrk" type="TrackedControl"/><DO name="BrcbTrk" type="TrackedBlock"/>
      </LNodeType>`,
  )
  .replace(
    `<DOType id="SPS"`,
    `${tracked("TrackedControl", "CTS", `<DA name="respAddCause" bType="INT8" fc="SR"/>`)}
     ${tracked("TrackedBlock", "BTS", `<DA name="rptID" bType="VisString129" fc="SR"/>`)}$&`,
  );

function tracked(id: string, cdc: string, own: string): string {
  return `<DOType id="${id}" cdc="${cdc}"><DA name="objRef" bType="VisString129" fc="SR" dupd="true"/>
    <DA name="serviceType" bType="INT8" fc="SR"/><DA name="errorCode" bType="INT8" fc="SR"/>
    <DA name="t" bType="Timestamp" fc="SR"/>${own}</DOType>`;
}

/** What the device did for somebody, as it tells it: all of the object in one update. */
function track(pair: Pair, object: string, values: Readonly<Record<string, MmsData>>): void {
  const { ied: device } = pair;
  const all = { ...values, t: utcTime(device.wall) };
  const changes = Object.entries(all).map(([name, value]) => {
    const leaf = device.find("BAY1LD0", `LTRK1$SR$${object}$${name}`);
    if (leaf === undefined) throw new Error(`${object} has no ${name}`);
    return [leaf, value] as const;
  });
  // The attribute that triggers comes last: a report has what the object has become.
  device.changeAll(changes.reverse());
}

const OPERATED = {
  objRef: mmsVisible("BAY1CTRL/GGIO1.SPCSO1"),
  serviceType: mmsInteger(47),
  errorCode: mmsInteger(0),
  respAddCause: mmsInteger(0),
};
const ENABLED = {
  objRef: mmsVisible("BAY1LD0/LLN0.brcbPositions01"),
  serviceType: mmsInteger(24),
  errorCode: mmsInteger(0),
  rptID: mmsVisible("Positions"),
};

const watched = (): Pair => new Pair({ icd: ICD, device: ied({ reports: [plan("BAY1LD0/LLN0.brcbTracked")] }) });
const ref = (rest: string) => ({ scheme: "iec61850", value: `BAY1LD0/LTRK1.${rest}[SR]` }) as const;

describe("the services a device tracks (LTRK)", () => {
  it("are discovered and read like everything else", () => {
    const pair = watched().open();
    track(pair, "SpcTrk", OPERATED);
    const target = { scheme: "iec61850", value: "BAY1LD0/LTRK1.SpcTrk[SR]" } as const;
    const { result } = pair.run(command("read", { target }));
    expect(result).toMatchObject({
      values: { [target.value]: { objRef: "BAY1CTRL/GGIO1.SPCSO1", serviceType: 47, errorCode: 0, respAddCause: 0 } },
    });
    const node = pair.run(command("model.get", { target: { scheme: "iec61850", value: "BAY1LD0/LTRK1" } })).result;
    expect(Object.keys(node)).toEqual(expect.arrayContaining(["SpcTrk[SR]", "BrcbTrk[SR]"]));
  });

  it("are reported one by one, the same service twice too, each with the time the device gave it", () => {
    const pair = watched().open().pass(1_000);
    track(pair, "SpcTrk", OPERATED);
    pair.pass(1_500);
    track(pair, "SpcTrk", OPERATED);
    pair.pass(1_000);
    track(pair, "BrcbTrk", ENABLED);
    pair.pass(1_000);
    const told = pair.messages("busbar.reading.v1");
    expect(told.map(({ data }) => data.cause)).toEqual(["spontaneous", "spontaneous", "spontaneous"]);
    expect(new Set(told.map(({ id }) => id)).size).toBe(3);
    const times = told.map(({ data }) => data.points[0]?.t?.time.slice(17, 21));
    expect(times).toEqual(["01.0", "02.5", "03.5"]);
    expect(told[0]?.data.points).toEqual([
      expect.objectContaining({ ref: ref("SpcTrk.objRef"), type: "string", value: "BAY1CTRL/GGIO1.SPCSO1" }),
      expect.objectContaining({ ref: ref("SpcTrk.serviceType"), type: "i8", value: 47 }),
      expect.objectContaining({ ref: ref("SpcTrk.errorCode"), value: 0 }),
      expect.objectContaining({ ref: ref("SpcTrk.respAddCause"), value: 0 }),
    ]);
    expect(told[2]?.data.points).toContainEqual(
      expect.objectContaining({ ref: ref("BrcbTrk.rptID"), value: "Positions" }),
    );
  });

  it("are told of later where nobody listened, once", () => {
    const pair = watched().open().pass(1_000);
    track(pair, "SpcTrk", OPERATED);
    pair.pass(1_000).cut();
    track(pair, "SpcTrk", OPERATED);
    pair.pass(1_000).open().pass(1_000);
    const told = pair.messages("busbar.reading.v1");
    expect(told.map(({ data }) => data.historical)).toEqual([false, true]);
    expect(new Set(told.map(({ id }) => id)).size).toBe(2);
  });
});
