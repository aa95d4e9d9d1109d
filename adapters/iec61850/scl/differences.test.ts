import { describe, expect, it } from "vitest";
import { bayIcd } from "../../../firmware-sim/iec61850/models/bay.ts";
import { streetLightIcd } from "../../../firmware-sim/iec61850/models/street-light.ts";
import { utf8 } from "../../kit/bytes.ts";
import type { IedModel } from "../model/tree.ts";
import { differences } from "./differences.ts";
import { proposals } from "./proposal.ts";
import { readScl } from "./read.ts";
import { toModel } from "./to-model.ts";
import { discovered } from "./differences.testing.ts";

const fileModel = (icd: string) => {
  const document = readScl(utf8(icd), "a.icd");
  const [ied] = document.ieds;
  if (ied === undefined) throw new Error("no IED");
  return toModel(document, ied);
};

describe("an IED and its file", () => {
  it.each([
    ["a bay", bayIcd()],
    ["a street light", streetLightIcd()],
  ])("%s that was made of the file has nothing otherwise", (_name, icd) => {
    expect(differences(fileModel(icd), discovered(icd))).toEqual([]);
  });

  it("differ in what is missing, what is more, and what is of another type, order or membership", () => {
    const said = (change: (icd: string) => string): string[] => {
      const online: IedModel = discovered(change(bayIcd()));
      return differences(fileModel(bayIcd()), online).map(({ at, kind }) => `${kind} ${at}`);
    };
    expect(
      said((icd) =>
        icd
          .replace('<LN lnClass="CILO"', '<LN prefix="x" lnClass="CILO"')
          .replaceAll('prefix="" lnClass="CILO"', 'prefix="x" lnClass="CILO"'),
      ),
    ).toEqual(["members BAY1LD0/LLN0$Positions", "missing BAY1CTRL/CILO1", "unexpected BAY1CTRL/xCILO1"]);
    expect(
      said((icd) =>
        icd.replace(
          '<DO name="Loc" type="SPS"/><DO name="Pos" type="DPC-se"/>',
          '<DO name="Pos" type="DPC-se"/><DO name="Loc" type="INS"/>',
        ),
      ),
    ).toEqual(["type BAY1CTRL/CSWI1$ST$Loc$stVal", "order BAY1CTRL/CSWI1$ST", "order BAY1CTRL/CSWI1$DC"]);
    expect(said((icd) => icd.replace('name="brcbEnergy"', 'name="brcbOther"'))).toEqual([
      "missing BAY1LD0/LLN0$BR$brcbEnergy01",
    ]);
    expect(said((icd) => icd.replaceAll("BAY1", "BAY2"))).toHaveLength(8);
  });
});

describe("devices proposed from a file", () => {
  it("have the address, the selectors and the report control blocks it names", () => {
    expect(proposals(readScl(utf8(bayIcd()), "bay.icd"))).toEqual([
      {
        ...{ iedName: "BAY1", desc: "", address: "127.0.0.1", port: undefined, wantsPassword: false },
        remote: {
          transport: "0001",
          session: "0001",
          presentation: "00000001",
          apTitle: "1.1.1.999.1",
          aeQualifier: 12,
        },
        reports: ["BAY1LD0/LLN0.brcbPositions", "BAY1LD0/LLN0.brcbEnergy", "BAY1LD0/LLN0.urcbMeasurements"],
        remarks: [],
      },
    ]);
  });

  it("say what cannot be taken, and leave clients out", () => {
    const [one, ...others] = proposals(
      readScl(
        utf8(`<SCL><Communication><SubNetwork name="s"><ConnectedAP iedName="A" apName="P"><Address><P type="IP">not known</P>
        <P type="OSI-TSEL">zz</P><P type="OSI-AP-Title">9,9</P></Address></ConnectedAP></SubNetwork></Communication>
        <IED name="A"><AccessPoint name="P"><Server><Authentication password="true"/><LDevice inst="L"/></Server></AccessPoint></IED>
        <IED name="CLIENT"><AccessPoint name="P"/></IED></SCL>`),
        "a.scd",
      ),
    );
    expect(others).toEqual([]);
    expect(one).toMatchObject({ iedName: "A", address: undefined, wantsPassword: true, remote: {}, reports: [] });
    expect(one?.remarks).toEqual([
      'OSI-AP-Title is "9,9", which is no AP title',
      'IP is "notknown", which is no IP address',
      'OSI-TSEL is "zz", which is not in hex',
    ]);
  });
});
