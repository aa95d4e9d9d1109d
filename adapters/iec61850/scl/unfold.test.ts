import { describe, expect, it } from "vitest";
import { EdgeError } from "../../kit/edge-error.ts";
import { SCL_LIMITS, type SclLimits } from "./limits.ts";
import { memberName, reportNames } from "./names.ts";
import { readScl } from "./read.ts";
import { type UnfoldedObject, Unfolder } from "./unfold.ts";

function unfold(types: string, instances: string = "", limits: SclLimits = SCL_LIMITS): readonly UnfoldedObject[] {
  const text = `<SCL><IED name="A"><AccessPoint name="P"><Server><LDevice inst="LD0"><LN lnClass="GGIO" inst="1" lnType="G">
    ${instances}</LN></LDevice></Server></AccessPoint></IED><DataTypeTemplates>
    <LNodeType id="G" lnClass="GGIO"><DO name="X" type="X"/></LNodeType>${types}</DataTypeTemplates></SCL>`;
  const document = readScl(new TextEncoder().encode(text), "a.icd");
  const ln = document.ieds[0]?.accessPoints[0]?.server?.lDevices[0]?.lns[0];
  if (ln === undefined) throw new Error("no LN");
  return new Unfolder(document, limits).objectsOf(ln);
}

function refused(types: string, limits: SclLimits = SCL_LIMITS): EdgeError {
  try {
    unfold(types, "", limits);
  } catch (thrown) {
    if (thrown instanceof EdgeError) return thrown;
    throw thrown;
  }
  throw new Error("it was accepted");
}

describe("types", () => {
  it("are followed down to their basic types, triggers and values on the way", () => {
    const [object] = unfold(
      `<DOType id="X" cdc="CMV"><DA name="cVal" bType="Struct" type="V" fc="MX" dchg="true"/><SDO name="in" type="Y"/></DOType>
       <DOType id="Y" cdc="ENS"><DA name="stVal" bType="Enum" type="E" fc="ST"><Val>on</Val></DA></DOType>
       <DAType id="V"><BDA name="mag" bType="FLOAT32"/></DAType><EnumType id="E"><EnumVal ord="-1">on</EnumVal></EnumType>`,
      `<DOI name="X"><SDI name="cVal"><DAI name="mag"><Val>2.5</Val></DAI></SDI></DOI>`,
    );
    expect(object).toMatchObject({
      ...{ name: "X", cdc: "CMV" },
      parts: [
        {
          ...{ kind: "attribute", name: "cVal", fc: "MX", wire: undefined },
          parts: [{ name: "mag", fc: "MX", dchg: true, wire: { type: "float" }, values: [{ text: "2.5" }] }],
        },
        {
          kind: "object",
          name: "in",
          parts: [{ name: "stVal", wire: { type: "integer", size: 8 }, values: [{ text: "on" }] }],
        },
      ],
    });
  });

  it("make arrays of a number, or of what a sibling says", () => {
    const har = (
      count: string,
    ): string => `<DOType id="X" cdc="HMV"><DA name="har" bType="INT8" fc="MX" count="${count}"/>
      <DA name="num" bType="INT16U" fc="CF"><Val>3</Val></DA></DOType>`;
    const countOf = (count: string, instances?: string): unknown => {
      const part = unfold(har(count), instances)[0]?.parts[0];
      return part?.count;
    };
    expect([countOf("7"), countOf("num")]).toEqual([7, 3]);
    expect(countOf("num", `<DOI name="X"><DAI name="num"><Val>9</Val></DAI></DOI>`)).toBe(9);
    for (const count of ["none", "10001", "-1"]) expect(refused(har(count)).message).toContain(`count="${count}"`);
  });

  it("are refused where one is missing, or is inside itself", () => {
    expect(refused("")).toMatchObject({
      code: "iec61850.scl.reference",
      message: expect.stringContaining('DOType "X"'),
    });
    expect(refused(`<DOType id="X" cdc=""><SDO name="s" type="X"/></DOType>`).message).toContain("contain itself");
    const da = `<DOType id="X" cdc=""><DA name="a" bType="Struct" type="S" fc="ST"/></DOType>`;
    expect(refused(da).message).toContain('DAType "S"');
    expect(refused(`${da}<DAType id="S"><BDA name="b" bType="Struct" type="S"/></DAType>`).code).toBe(
      "iec61850.scl.reference",
    );
    expect(refused(`<DOType id="X" cdc=""><DA name="a" bType="INT7" fc="ST"/></DOType>`).message).toContain('"INT7"');
    expect(refused(`<DOType id="X" cdc=""><DA name="a" bType="Enum" type="E" fc="ST"/></DOType>`).message).toContain(
      'EnumType "E"',
    );
  });

  it("do not unfold to more than there is room for", () => {
    const level = (n: number): string =>
      `<DAType id="T${n}">${Array.from({ length: 9 }, (_, i) => `<BDA name="b${i}" bType="${n === 8 ? "INT8" : "Struct"}" type="T${n + 1}"/>`).join("")}</DAType>`;
    const bomb = `<DOType id="X" cdc=""><DA name="a" bType="Struct" type="T0" fc="ST"/></DOType>${Array.from({ length: 9 }, (_, n) => level(n)).join("")}`;
    expect(refused(bomb, { ...SCL_LIMITS, unfolded: 20_000 })).toMatchObject({ code: "iec61850.scl.too-large" });
    const four = `<DOType id="X" cdc="">${["a", "b", "c"].map((name) => `<DA name="${name}" bType="INT8" fc="ST"/>`).join("")}</DOType>`;
    expect(unfold(four, "", { ...SCL_LIMITS, unfolded: 4 })[0]?.parts).toHaveLength(3);
    expect(refused(four, { ...SCL_LIMITS, unfolded: 3 }).code).toBe("iec61850.scl.too-large");
  });
});

describe("names", () => {
  const fcda = (doName: string, daName: string) =>
    memberName({
      ...{ ldInst: "LD0", prefix: "p", lnClass: "MHAI", lnInst: "1", fc: "MX", doName, daName },
      place: { file: "", line: 1, column: 1, element: "FCDA" },
    });

  it("of data set members have dollars for dots, and an index apart", () => {
    expect(fcda("A.phsA", "cVal.mag.f")).toMatchObject({ item: "pMHAI1$MX$A$phsA$cVal$mag$f", index: undefined });
    expect(fcda("HA", "")).toMatchObject({ item: "pMHAI1$MX$HA", index: undefined });
    expect(fcda("HA", "har(7).f")).toMatchObject({ item: "pMHAI1$MX$HA$har", index: 7, below: ["f"] });
  });

  it("of report control blocks have two digits where they are indexed", () => {
    expect(reportNames({ name: "rcb_A", indexed: false, max: 1 })).toEqual(["rcb_A"]);
    expect(reportNames({ name: "brcb", indexed: true, max: 2 })).toEqual(["brcb01", "brcb02"]);
  });
});
