import { describe, expect, it } from "vitest";
import { EdgeError } from "../../../adapters/kit/edge-error.ts";
import { bitsText } from "../../../adapters/iec61850/mms/data.ts";
import { readScl } from "../../../adapters/iec61850/scl/read.ts";
import { bayIcd } from "../models/bay.ts";
import { buildModel } from "./build.ts";
import { findNode, type IedModel } from "./ied-model.ts";
import { itemOf, leavesOf, typeOf, readNode } from "./node.ts";

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
const bay = (): IedModel => buildModel(readScl(encode(bayIcd("BAY1")), "bay.icd"));
const node = (model: IedModel, domain: string, item: string) => {
  const found = findNode(model, domain, item);
  if (found === undefined) throw new Error(`no ${item}`);
  return found;
};

describe("a model made of an SCL file", () => {
  it("has a domain for each logical device and a structure for each functional constraint", () => {
    const model = bay();
    expect([...model.domains.keys()]).toEqual(["BAY1LD0", "BAY1CTRL", "BAY1MEAS", "BAY1PROT"]);
    const type = typeOf(node(model, "BAY1CTRL", "CSWI1$ST$Pos"));
    expect(type.type === "structure" && type.components.map(({ name }) => name)).toEqual(["stVal", "q", "t", "stSeld"]);
    expect([...(model.domains.get("BAY1CTRL")?.lns.get("CSWI1")?.tree.children.keys() ?? [])]).toEqual(
      expect.arrayContaining(["ST", "CO", "CF", "DC"]),
    );
  });

  it("starts with the values of the file: enumerations by name, positions by word, settings by group", () => {
    const model = bay();
    expect(readNode(node(model, "BAY1LD0", "LLN0$ST$Mod$stVal"))).toEqual({ type: "integer", value: 1 });
    const pos = readNode(node(model, "BAY1CTRL", "CSWI1$ST$Pos$stVal"));
    expect(pos.type === "bit-string" && bitsText(pos)).toBe("10");
    expect(readNode(node(model, "BAY1CTRL", "CSWI1$CF$Pos$ctlModel"))).toEqual({ type: "integer", value: 4 });
    expect(readNode(node(model, "BAY1PROT", "PTOC1$SG$StrVal$setMag$f"))).toEqual({
      type: "float",
      value: 600,
      width: 32,
    });
    expect(readNode(node(model, "BAY1PROT", "PTOC1$SE$StrVal$setMag$f"))).toEqual({
      type: "float",
      value: 600,
      width: 32,
    });
  });

  it("has control blocks as variables, in the order of the standard", () => {
    const model = bay();
    const block = node(model, "BAY1LD0", "LLN0$BR$brcbPositions01");
    expect(leavesOf(block).map(({ name }) => name)).toEqual(
      "RptID RptEna DatSet ConfRev OptFlds BufTm SqNum TrgOps IntgPd GI PurgeBuf EntryID TimeOfEntry ResvTms".split(
        " ",
      ),
    );
    expect(readNode(node(model, "BAY1LD0", "LLN0$BR$brcbPositions02$DatSet"))).toEqual({
      type: "visible-string",
      value: "BAY1LD0/LLN0$Positions",
    });
    const trgOps = readNode(node(model, "BAY1LD0", "LLN0$RP$urcbMeasurements01$TrgOps"));
    expect(trgOps.type === "bit-string" && bitsText(trgOps)).toBe("011011");
    const optFlds = readNode(node(model, "BAY1LD0", "LLN0$RP$urcbMeasurements01$OptFlds"));
    expect(optFlds.type === "bit-string" && bitsText(optFlds)).toBe("0111110010");
    expect(leavesOf(node(model, "BAY1PROT", "LLN0$SP$SGCB")).map(({ name }) => name)).toEqual(
      "NumOfSG ActSG EditSG CnfEdit LActTm ResvTms".split(" "),
    );
    expect(model.domains.get("BAY1LD0")?.journals).toEqual(["LLN0$Events"]);
  });

  it("has data sets whose members are variables of any logical device, and arrays", () => {
    const model = bay();
    const positions = model.domains.get("BAY1LD0")?.dataSets.get("LLN0$Positions");
    expect(positions?.members).toHaveLength(11);
    expect(positions?.members[0]).toMatchObject({ domain: "BAY1CTRL", item: "CSWI1$ST$Pos" });
    const har = node(model, "BAY1MEAS", "MHAI1$MX$HA$har");
    expect(typeOf(har)).toMatchObject({ type: "array", count: 16, element: { type: "structure" } });
    expect(itemOf(har)).toBe("MHAI1$MX$HA$har");
  });

  it("says where a data set refers to what is not there, and which value cannot be", () => {
    const refused = (text: string): EdgeError => {
      try {
        buildModel(readScl(encode(text), "bay.icd"));
      } catch (thrown) {
        if (thrown instanceof EdgeError) return thrown;
      }
      throw new Error("it was accepted");
    };
    const lost = refused(bayIcd().replace('doName="EnaOpn"', 'doName="EnaNot"'));
    expect(lost).toMatchObject({
      code: "iec61850.scl.reference",
      message: expect.stringContaining("CTRL/CILO1$ST$EnaNot"),
    });
    const odd = refused(bayIcd().replace("<Val>Ok</Val>", "<Val>Fine</Val>"));
    expect(odd).toMatchObject({ code: "iec61850.scl.value", message: expect.stringContaining('"Fine"') });
  });
});
