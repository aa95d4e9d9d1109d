import { DA_TYPES, DO_TYPES, ENUM_TYPES } from "./types.ts";

/**
 * A feeder bay, our own sample: a circuit-breaker with its control and interlocking, measurements, an energy meter, overcurrent
 * protection with two groups of settings, and one process output in each control model. Edition 2.
 */
const FCDA = (ld: string, ln: string, doName: string, fc: string, daName: string = ""): string => {
  const [, prefix = "", lnClass = "", inst = ""] = /^(.*?)(LLN0|[A-Z]{4})(\d*)$/.exec(ln) ?? [];
  const at = `ldInst="${ld}" prefix="${prefix}" lnClass="${lnClass}" lnInst="${inst}"`;
  return `<FCDA ${at} doName="${doName}" ${daName === "" ? "" : `daName="${daName}" `}fc="${fc}"/>`;
};

const LN_HEAD = `<DO name="Mod" type="Mod"/><DO name="Beh" type="Beh"/><DO name="Health" type="Health"/><DO name="NamPlt" type="LPL"/>`;

const EVERY_FIELD = `<OptFields seqNum="true" timeStamp="true" dataSet="true" reasonCode="true" dataRef="false" entryID="true" configRef="true" bufOvfl="true"/>`;

const ON: readonly string[] = ["Mod", "Beh"];
const HEAD_VALUES: string = `${ON.map((name) => `<DOI name="${name}"><DAI name="stVal"><Val>on</Val></DAI></DOI>`).join("")}<DOI name="Health"><DAI name="stVal"><Val>Ok</Val></DAI></DOI>`;

function units(name: string, unit: string, inner: string = ""): string {
  const value = `<SDI name="units"><DAI name="SIUnit"><Val>${unit}</Val></DAI></SDI>`;
  const phases = ["phsA", "phsB", "phsC"].map((phase) => `<SDI name="${phase}">${value}</SDI>`).join("");
  return `<DOI name="${name}">${inner === "phases" ? phases : value}</DOI>`;
}

function setting(name: string, values: readonly number[], path: readonly string[]): string {
  const vals = values.map((value, index) => `<Val sGroup="${index + 1}">${value}</Val>`).join("");
  const last = `<DAI name="${path.at(-1)}">${vals}</DAI>`;
  const wrapped = path.slice(0, -1).reduceRight((inner, one) => `<SDI name="${one}">${inner}</SDI>`, last);
  return `<DOI name="${name}">${wrapped}</DOI>`;
}

const LD0 = `<LDevice inst="LD0"><LN0 lnClass="LLN0" inst="" lnType="LLN0">
  <DataSet name="Positions">
    ${FCDA("CTRL", "CSWI1", "Pos", "ST")}${FCDA("CTRL", "XCBR1", "Pos", "ST")}${FCDA("CTRL", "CILO1", "EnaOpn", "ST")}
    ${FCDA("CTRL", "CILO1", "EnaCls", "ST")}${FCDA("PROT", "PTOC1", "Str", "ST")}${FCDA("PROT", "PTOC1", "Op", "ST")}
    ${["SPCSO1", "SPCSO2", "SPCSO3", "SPCSO4"].map((one) => FCDA("CTRL", "GGIO1", one, "ST")).join("")}
    ${FCDA("CTRL", "GGIO1", "Ind1", "ST")}
  </DataSet>
  <DataSet name="Measurements">
    ${FCDA("MEAS", "MMXU1", "TotW", "MX")}${FCDA("MEAS", "MMXU1", "TotVAr", "MX")}${FCDA("MEAS", "MMXU1", "Hz", "MX")}
    ${["phsA", "phsB", "phsC"].map((one) => FCDA("MEAS", "MMXU1", `PhV.${one}`, "MX", "cVal")).join("")}
    ${["phsA", "phsB", "phsC"].map((one) => FCDA("MEAS", "MMXU1", `A.${one}`, "MX", "cVal")).join("")}
  </DataSet>
  <DataSet name="Energy">${FCDA("MEAS", "MMTR1", "TotWh", "ST")}</DataSet>
  <ReportControl name="brcbPositions" rptID="Positions" buffered="true" bufTime="0" confRev="1" datSet="Positions">
    <TrgOps dchg="true" qchg="true" gi="true"/>${EVERY_FIELD}<RptEnabled max="2"/></ReportControl>
  <ReportControl name="brcbEnergy" buffered="true" bufTime="100" intgPd="60000" confRev="1" datSet="Energy">
    <TrgOps dchg="true" qchg="true" period="true" gi="true"/>${EVERY_FIELD}<RptEnabled max="1"/></ReportControl>
  <ReportControl name="urcbMeasurements" buffered="false" bufTime="200" intgPd="10000" confRev="1" datSet="Measurements">
    <TrgOps dchg="true" qchg="true" period="true" gi="true"/>
    <OptFields seqNum="true" timeStamp="true" dataSet="true" reasonCode="true" dataRef="true" configRef="true"/>
    <RptEnabled max="3"/></ReportControl>
  <LogControl name="Events" datSet="Positions" logName="Events" logEna="true" reasonCode="true"><TrgOps dchg="true" qchg="true"/></LogControl>
  ${HEAD_VALUES}<Log name="Events"/>
  </LN0><LN lnClass="LPHD" inst="1" lnType="LPHD"><DOI name="PhyHealth"><DAI name="stVal"><Val>Ok</Val></DAI></DOI></LN></LDevice>`;

const CTRL = `<LDevice inst="CTRL"><LN0 lnClass="LLN0" inst="" lnType="LLN0">${HEAD_VALUES}</LN0>
  <LN lnClass="CSWI" inst="1" lnType="CSWI">${HEAD_VALUES}<DOI name="Pos"><DAI name="stVal"><Val>on</Val></DAI></DOI></LN>
  <LN lnClass="XCBR" inst="1" lnType="XCBR">${HEAD_VALUES}<DOI name="Pos"><DAI name="stVal"><Val>on</Val></DAI></DOI></LN>
  <LN lnClass="CILO" inst="1" lnType="CILO">${HEAD_VALUES}<DOI name="EnaOpn"><DAI name="stVal"><Val>true</Val></DAI></DOI>
    <DOI name="EnaCls"><DAI name="stVal"><Val>true</Val></DAI></DOI></LN>
  <LN lnClass="GGIO" inst="1" lnType="GGIO">${HEAD_VALUES}</LN>
  <LN lnClass="ATCC" inst="1" lnType="ATCC">${HEAD_VALUES}</LN></LDevice>`;

const MEAS = `<LDevice inst="MEAS"><LN0 lnClass="LLN0" inst="" lnType="LLN0">${HEAD_VALUES}</LN0>
  <LN lnClass="MMXU" inst="1" lnType="MMXU">${HEAD_VALUES}${units("TotW", "W")}${units("TotVAr", "VAr")}${units("Hz", "Hz")}
    ${units("PhV", "V", "phases")}${units("A", "A", "phases")}</LN>
  <LN lnClass="MMTR" inst="1" lnType="MMTR">${HEAD_VALUES}${units("TotWh", "Wh")}</LN>
  <LN lnClass="MHAI" inst="1" lnType="MHAI">${HEAD_VALUES}</LN></LDevice>`;

const PROT = `<LDevice inst="PROT"><LN0 lnClass="LLN0" inst="" lnType="LLN0">${HEAD_VALUES}<SettingControl numOfSGs="2" actSG="1"/></LN0>
  <LN lnClass="PTOC" inst="1" lnType="PTOC">${HEAD_VALUES}
    ${setting("StrVal", [600, 400], ["setMag", "f"])}${setting("OpDlTmms", [500, 200], ["setVal"])}</LN></LDevice>`;

function ln(id: string, objects: Readonly<Record<string, string>>, head: string = LN_HEAD): string {
  const list = Object.entries(objects).map(([name, type]) => `<DO name="${name}" type="${type}"/>`);
  return `<LNodeType id="${id}" lnClass="${id}">${head}${list.join("")}</LNodeType>`;
}

const TEMPLATES = `<DataTypeTemplates>
${ln("LLN0", {})}
${ln("LPHD", { PhyNam: "DPL", PhyHealth: "Health", Proxy: "SPS" }, "")}
${ln("CSWI", { Loc: "SPS", Pos: "DPC-se" })}
${ln("XCBR", { Loc: "SPS", OpCnt: "INS", Pos: "DPC-so", BlkOpn: "SPC-dn", BlkCls: "SPC-dn" })}
${ln("CILO", { EnaOpn: "SPS", EnaCls: "SPS" })}
${ln("GGIO", {
  SPCSO1: "SPC-dn",
  SPCSO2: "SPC-sn",
  SPCSO3: "SPC-de",
  SPCSO4: "SPC-se",
  SPCSO5: "SPC-timed",
  SPCSO6: "SPC-so",
  DPCSO1: "DPC-dn",
  ISCSO1: "INC-dn",
  AnOut1: "APC-de",
  Ind1: "SPS",
  IntIn1: "INS",
})}
${ln("ATCC", { TapChg: "BSC-dn" })}
${ln("MMXU", { TotW: "MV", TotVAr: "MV", Hz: "MV", PhV: "WYE", A: "WYE" })}
${ln("MMTR", { TotWh: "BCR" })}
${ln("MHAI", { HA: "HMV" })}
${ln("PTOC", { Str: "ACD", Op: "ACT", StrVal: "ASG", OpDlTmms: "ING-sg", RsDlTmms: "ING" })}
${DO_TYPES}${DA_TYPES}${ENUM_TYPES}</DataTypeTemplates>`;

/** The file, for an IED of that name (letters, digits and underscores). */
export function bayIcd(iedName: string = "BAY1"): string {
  return `<?xml version="1.0" encoding="UTF-8"?>
<SCL xmlns="http://www.iec.ch/61850/2003/SCL" version="2007" revision="B" release="4">
<Header id="bay" version="1" revision="1"/>
<Communication><SubNetwork name="station" type="8-MMS"><ConnectedAP iedName="${iedName}" apName="P1"><Address>
  <P type="IP">127.0.0.1</P><P type="OSI-TSEL">0001</P><P type="OSI-SSEL">0001</P><P type="OSI-PSEL">00000001</P>
  <P type="OSI-AP-Title">1,1,1,999,1</P><P type="OSI-AE-Qualifier">12</P></Address></ConnectedAP></SubNetwork></Communication>
<IED name="${iedName}" manufacturer="Busbar" type="feeder bay" configVersion="1">
<AccessPoint name="P1"><Server><Authentication none="true"/>
${LD0}
${CTRL}
${MEAS}
${PROT}
</Server></AccessPoint></IED>
${TEMPLATES}
</SCL>
`;
}
