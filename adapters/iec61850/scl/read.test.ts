import { describe, expect, it } from "vitest";
import { EdgeError } from "../../kit/edge-error.ts";
import { SCL_LIMITS, type SclLimits } from "./limits.ts";
import { readScl } from "./read.ts";

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);

const NS = `xmlns="http://www.iec.ch/61850/2003/SCL"`;
const scl = (inside: string, root: string = NS): string =>
  `<?xml version="1.0" encoding="UTF-8"?>\n<SCL ${root}>${inside}</SCL>`;
const ied = (inside: string): string =>
  scl(
    `<IED name="A"><AccessPoint name="P"><Server><LDevice inst="LD0">${inside}</LDevice></Server></AccessPoint></IED>`,
  );

function fault(text: string | Uint8Array, limits: SclLimits = SCL_LIMITS): EdgeError {
  try {
    readScl(typeof text === "string" ? encode(text) : text, "a.scd", limits);
  } catch (thrown) {
    if (thrown instanceof EdgeError) return thrown;
    throw thrown;
  }
  throw new Error("it was accepted");
}

function lnOf(inside: string) {
  const ln = readScl(encode(ied(inside)), "a.scd").ieds[0]?.accessPoints[0]?.server?.lDevices[0]?.lns[0];
  if (ln === undefined) throw new Error("no LN");
  return ln;
}

describe("an SCL file", () => {
  it("has a communication section with an address for each access point", () => {
    const address = `<P type="IP">192.0.2.7</P><P type="OSI-TSEL" xsi:type="tP_OSI-TSEL" xmlns:xsi="x">0001</P>`;
    const connected = `<ConnectedAP iedName="A" apName="P"><Address>${address}</Address></ConnectedAP>`;
    const text = scl(`<Communication><SubNetwork name="bus">${connected}</SubNetwork></Communication>`);
    expect(readScl(encode(text), "a.scd").accessPoints).toMatchObject([
      { iedName: "A", apName: "P", subNetwork: "bus", address: { IP: "192.0.2.7", "OSI-TSEL": "0001" } },
    ]);
  });

  it("has report control blocks with the schema's defaults where it says nothing", () => {
    const [said, silent] =
      lnOf(`<LN0 lnType="T"><ReportControl name="a" rptID="r" buffered="true" bufTime="50" intgPd="1000"
      confRev="3" datSet="d" indexed="false"><TrgOps dchg="1" gi="false"/><OptFields seqNum="true" bufOvfl="0"/>
      <RptEnabled max="5"><ClientLN iedName="c"/></RptEnabled></ReportControl><ReportControl name="b"/></LN0>`).reports;
    expect(said).toMatchObject({
      ...{ name: "a", rptID: "r", buffered: true, bufTime: 50, intgPd: 1000, confRev: 3, datSet: "d" },
      ...{ indexed: false, max: 5 },
      trgOps: { dchg: true, qchg: false, dupd: false, period: false, gi: false },
      optFields: { seqNum: true, entryID: false, bufOvfl: false },
    });
    expect(silent).toMatchObject({
      ...{ rptID: undefined, buffered: false, bufTime: 0, intgPd: 0, indexed: true, max: 1, datSet: "" },
      trgOps: { dchg: false, gi: true },
      optFields: { seqNum: false, bufOvfl: true },
    });
  });

  it("keeps values of instances by their way there, with their setting group", () => {
    const { instances } = lnOf(`<LN prefix="x" lnClass="PTOC" inst="1" lnType="T"><DOI name="StrVal"><SDI name="setMag">
      <DAI name="f"><Val sGroup="1"> 1.5 </Val><Val sGroup="2">2</Val></DAI></SDI></DOI></LN>`);
    expect(instances).toMatchObject([
      {
        name: "StrVal",
        inner: [
          {
            name: "setMag",
            inner: [
              {
                name: "f",
                values: [
                  { text: "1.5", sGroup: 1 },
                  { text: "2", sGroup: 2 },
                ],
              },
            ],
          },
        ],
      },
    ]);
  });

  it("passes over what is not of the schema, or not of use, with everything inside", () => {
    const text = scl(
      `<Private type="x"><IED name="no"><Unclosed/></IED></Private><v:IED name="vendor"/><Substation name="s"><IED name="no"/></Substation>
       <IED name="A" v:kind="1"><AccessPoint name="P"/></IED>`,
      `${NS} xmlns:v="urn:vendor" version="2007" revision="B" release="4"`,
    );
    const document = readScl(encode(text), "a.scd");
    expect(document.ieds.map(({ name }) => name)).toEqual(["A"]);
    expect(document.edition).toBe("2007B4");
  });

  it("may be of edition 1 without a namespace, in Latin-1 or in UTF-16", () => {
    const latin = `<?xml version="1.0" encoding="ISO-8859-1"?><SCL><IED name="A" desc="Trafo S\u00fcd"/></SCL>`;
    const bytes = Uint8Array.from(latin, (char) => char.charCodeAt(0));
    expect(readScl(bytes, "a.scd").ieds[0]?.desc).toBe("Trafo S\u00fcd");
    const wide = new Uint8Array(new Uint16Array([0xfeff, ...Array.from(latin, (char) => char.charCodeAt(0))]).buffer);
    expect(readScl(wide, "a.scd").ieds[0]?.desc).toBe("Trafo S\u00fcd");
    expect(readScl(bytes, "a.scd").edition).toBe("2003");
  });
});

describe("a file that is refused", () => {
  it("is named with line, column and element", () => {
    const error = fault(ied(`\n  <LN0 lnType="T">\n    <ReportControl confRev="x"/></LN0>`));
    expect(error).toMatchObject({ code: "iec61850.scl.attribute", blame: "operator", retry: "never", native: 4 });
    expect(error.message).toMatch(/^a\.scd:4:\d+: <ReportControl> has no attribute name$/);
    expect(fault(ied(`<LN0 lnType="T"><ReportControl name="a" confRev="-1"/></LN0>`)).message).toContain(
      'confRev="-1"',
    );
    expect(fault(ied(`<LN0 lnType="T"><ReportControl name="a" buffered="yes"/></LN0>`)).message).toContain(
      'buffered="yes"',
    );
    expect(fault(ied(`<LN lnClass="X$Y" inst="1" lnType="T"/>`)).message).toContain('"X$Y1", which is no name');
    expect(
      fault(ied(`<LN0 lnType="T"><ReportControl name="a"><RptEnabled max="0"/></ReportControl></LN0>`)).message,
    ).toContain('max="0"');
  });

  it("is not XML, or not this kind of XML", () => {
    for (const text of ["", "not xml", "<SCL", "<SCL></IED>", "<SCL>&nbsp;</SCL>", scl("<a:b/>"), "<SCL/>\n<SCL/>"])
      expect(fault(text).code, text).toBe("iec61850.scl.not-xml");
    expect(fault("<html/>")).toMatchObject({ code: "iec61850.scl.element" });
    expect(fault(Uint8Array.of(0x3c, 0xff, 0xfe, 0x80))).toMatchObject({ code: "iec61850.scl.not-xml" });
    const unknown = encode(`<?xml version="1.0" encoding="klingon"?><SCL/>`);
    expect(fault(unknown).message).toContain("klingon");
  });

  it("has a document type: no entity is ever declared, and nothing outside is fetched", () => {
    const laughs = `<!DOCTYPE SCL [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><SCL><Private>&b;</Private></SCL>`;
    const outside = `<!DOCTYPE SCL SYSTEM "file:///etc/passwd"><SCL/>`;
    for (const text of [laughs, outside])
      expect(fault(text)).toMatchObject({
        code: "iec61850.scl.not-xml",
        message: expect.stringContaining("document type"),
      });
  });

  it("is larger or deeper than what is read, at the limit exactly", () => {
    const deep = (levels: number): string => scl("<a>".repeat(levels) + "</a>".repeat(levels));
    const limits: SclLimits = { ...SCL_LIMITS, depth: 5, elements: 5, text: 3, attributes: 2, bytes: 200 };
    expect(readScl(encode(deep(4)), "a.scd", limits).ieds).toEqual([]);
    expect(fault(deep(5), limits).code).toBe("iec61850.scl.too-large");
    expect(fault(deep(5), { ...limits, elements: 6 }).code).toBe("iec61850.scl.too-deep");
    expect(fault(scl(`<Header id="1" version="2" revision="3"/>`), limits).message).toContain("more than 2 attributes");
    expect(fault(" ".repeat(201), limits).message).toContain("201 bytes");
    const val = (text: string): string => `<SCL><Val>${text}</Val></SCL>`;
    expect(readScl(encode(val("abc")), "a.scd", limits).ieds).toEqual([]);
    expect(fault(val("ab<!-- -->cd"), limits).message).toContain("3 characters");
  });

  it("names a type twice", () => {
    const types = `<DataTypeTemplates><DAType id="a"/><DAType id="a"/></DataTypeTemplates>`;
    expect(fault(scl(types)).message).toContain("two types a");
    const parts = `<DataTypeTemplates><DAType id="a"><BDA name="f" bType="INT8"/><BDA name="f" bType="INT8"/></DAType></DataTypeTemplates>`;
    expect(fault(scl(parts)).message).toContain("two parts f");
  });
});
