/**
 * The street-light device SWDevice-010805 of GXF installations, as its platform's adapter uses it: relays on XSWC1 to XSWC4 (the
 * first the tariff's), events of the one data set, configuration of CSLC. Its controls say status-only and are operated.
 */
const RELAYS = 4;
const SCHEDULES = 64;
const EVENTS = 120;

function repeated(count: number, make: (n: number) => string): string {
  return Array.from({ length: count }, (_, index) => make(index + 1)).join("");
}

function leaves(fc: string, list: Readonly<Record<string, string>>, more: string = ""): string {
  return Object.entries(list)
    .map(([name, bType]) => `<DA name="${name}" bType="${bType}" fc="${fc}"${more}/>`)
    .join("");
}

function doType(id: string, inside: string): string {
  return `<DOType id="${id}" cdc="UNKNOWN">${inside}</DOType>`;
}

const FIRMWARE = doType(
  "Firmware",
  leaves("ST", { curVer: "VisString64", status: "INT8" }) + leaves("CF", { url: "VisString255", startT: "Timestamp" }),
);

const CONFIGURATION: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  Clock: {
    ...{
      curT: "Timestamp",
      tZ: "INT32",
      dstBegT: "VisString32",
      dstEndT: "VisString32",
      dvt: "INT16",
      enbDst: "BOOLEAN",
    },
    ...{
      enbNtpC: "BOOLEAN",
      ntpSvrA: "VisString64",
      syncPer: "INT16U",
      minOst: "INT16U",
      almOst: "INT16U",
      maxOst: "INT16U",
    },
  },
  SWCf: { LT: "VisString32", adSetOft: "INT32", adRiseOft: "INT32" },
  Reg: { svrAddr: "VisString64", svrPort: "INT32", ntfEnb: "BOOLEAN" },
  IPCf: {
    mac: "VisString32",
    enbDHCP: "BOOLEAN",
    ipAddr: "VisString32",
    netmask: "VisString32",
    gateway: "VisString32",
  },
  Atnm: { sunset: "VisString32", sunrise: "VisString32", lon: "FLOAT32", lat: "FLOAT32", zenith: "FLOAT32" },
  TlsCf: { enbTls: "BOOLEAN", port: "INT32", comName: "VisString64" },
  Log: { enb: "BOOLEAN" },
};

const SCHEDULE: Readonly<Record<string, string>> = {
  ...{ enable: "BOOLEAN", day: "INT32", tOn: "INT32", tOnT: "INT8", tOff: "INT32", tOffT: "INT8", minOnPer: "INT16U" },
  ...{ minOffPer: "INT16U", srBefWd: "INT16U", srAftWd: "INT16U", igBefWd: "INT16U", igAftWd: "INT16U" },
  Descr: "VisString64",
};

const EVENT: Readonly<Record<string, string>> = {
  ...{
    evnType: "INT8U",
    swNum: "INT8U",
    trgType: "INT8U",
    swVal: "BOOLEAN",
    trgTime: "Timestamp",
    remark: "VisString64",
  },
};

function daType(id: string, list: Readonly<Record<string, string>>): string {
  const inside = Object.entries(list).map(([name, bType]) => `<BDA name="${name}" bType="${bType}"/>`);
  return `<DAType id="${id}">${inside.join("")}</DAType>`;
}

function struct(name: string, type: string, fc: string): string {
  return `<DA name="${name}" bType="Struct" type="${type}" fc="${fc}"/>`;
}

const OPER: Readonly<Record<string, string>> = { ctlNum: "INT8U", T: "Timestamp", Test: "BOOLEAN", Check: "Check" };

function oper(id: string, bType: string): string {
  const rest = Object.entries(OPER).map(([name, one]) => `<BDA name="${name}" bType="${one}"/>`);
  return `<DAType id="${id}"><BDA name="ctlVal" bType="${bType}"/><BDA name="origin" bType="Struct" type="Origin"/>${rest.join("")}</DAType>`;
}

const STATUS_ONLY = `<DA name="ctlModel" bType="Enum" type="CtlModels" fc="CF"><Val>status-only</Val></DA>`;
const QT = leaves("ST", { q: "Quality", t: "Timestamp" });

const TYPES = `<DataTypeTemplates>
<LNodeType id="LLN0" lnClass="LLN0"><DO name="Mod" type="Mode"/><DO name="Beh" type="Mode"/><DO name="Health" type="Mode"/>
  <DO name="NamPlt" type="NamPlt"/></LNodeType>
<LNodeType id="LPHD" lnClass="LPHD"><DO name="PhyNam" type="NamPlt"/><DO name="PhyHealth" type="Mode"/><DO name="Proxy" type="Bool"/></LNodeType>
<LNodeType id="CSLC" lnClass="CSLC"><DO name="EvnRpn" type="EvnRpn"/><DO name="EvnBuf" type="EvnBuf"/><DO name="Sensor" type="Spc"/>
  <DO name="RbOper" type="Spc"/><DO name="FuncFwDw" type="Firmware"/><DO name="ScyFwDw" type="Firmware"/><DO name="CARepl" type="Firmware"/>
  ${Object.keys(CONFIGURATION)
    .map((name) => `<DO name="${name}" type="${name}"/>`)
    .join("")}</LNodeType>
<LNodeType id="XSWC" lnClass="XSWC"><DO name="Pos" type="Spc"/><DO name="SwType" type="SwType"/><DO name="CfSt" type="CfSt"/>
  <DO name="Sche" type="Sche"/><DO name="OnItvB" type="OnItvB"/><DO name="OpCnt" type="Count"/></LNodeType>
${doType("Mode", leaves("ST", { stVal: "INT8" }) + QT)}
${doType("Bool", leaves("ST", { stVal: "BOOLEAN" }) + QT)}
${doType("Count", leaves("ST", { stVal: "INT32" }) + QT)}
${doType("NamPlt", leaves("DC", { vendor: "VisString255", swRev: "VisString255", d: "VisString255" }))}
${doType("Spc", `${leaves("ST", { stVal: "BOOLEAN" }, ` dchg="true"`)}${QT}${struct("Oper", "OperBool", "CO")}${STATUS_ONLY}`)}
${doType("SwType", `${leaves("ST", { stVal: "INT8" })}${QT}${struct("Oper", "OperInt", "CO")}${STATUS_ONLY}`)}
${doType("CfSt", leaves("CF", { enbOper: "BOOLEAN" }))}
${doType(
  "Sche",
  repeated(SCHEDULES, (n) => struct(`sche${n}`, "Schedule", "CF")),
)}
${doType("OnItvB", leaves("ST", { lastIdx: "INT16U" }) + repeated(60, (n) => struct(`itv${n}`, "Interval", "ST")))}
${doType("EvnRpn", leaves("ST", EVENT, ` dchg="true"`))}
${doType("EvnBuf", `${leaves("ST", { lastIdx: "INT16U" })}${repeated(EVENTS, (n) => struct(`evn${n}`, "Event", "ST"))}${leaves("CF", { enbEvnType: "VisString32" })}`)}
${FIRMWARE}
${Object.entries(CONFIGURATION)
  .map(([name, list]) => doType(name, leaves("CF", list)))
  .join("\n")}
${daType("Schedule", SCHEDULE)}${daType("Event", EVENT)}${daType("Interval", { itv: "INT32", day: "INT32" })}
<DAType id="Origin"><BDA name="orCat" bType="Enum" type="OrCat"/><BDA name="orIdent" bType="Octet64"/></DAType>
${oper("OperBool", "BOOLEAN")}${oper("OperInt", "INT8")}
<EnumType id="CtlModels"><EnumVal ord="0">status-only</EnumVal><EnumVal ord="1">direct-with-normal-security</EnumVal></EnumType>
<EnumType id="OrCat"><EnumVal ord="0">not-supported</EnumVal><EnumVal ord="3">remote-control</EnumVal></EnumType>
</DataTypeTemplates>`;

/** Values the device comes with, by attribute of a data object. */
function given(name: string, values: Readonly<Record<string, string>>): string {
  const inside = Object.entries(values).map(([key, value]) => `<DAI name="${key}"><Val>${value}</Val></DAI>`);
  return `<DOI name="${name}">${inside.join("")}</DOI>`;
}

const CSLC_VALUES: string =
  given("EvnBuf", { enbEvnType: "1FFFFFF" }) +
  given("FuncFwDw", { curVer: "0.9.1" }) +
  given("ScyFwDw", { curVer: "0.9.1" }) +
  given("Clock", { tZ: "60", dstBegT: "M3.5.0/2", dstEndT: "M10.5.0/3", enbDst: "true", syncPer: "24" }) +
  given("Reg", { svrAddr: "127.0.0.1", svrPort: "50000", ntfEnb: "true" }) +
  given("IPCf", { mac: "00:00:5E:00:53:01", enbDHCP: "true", ipAddr: "127.0.0.1" });

export function streetLightIcd(iedName: string = "SWDeviceGeneric"): string {
  const relays = repeated(
    RELAYS,
    (n) => `<LN lnClass="XSWC" inst="${n}" lnType="XSWC">${given("SwType", { stVal: n === 1 ? "0" : "1" })}
    ${given("CfSt", { enbOper: n <= 2 ? "true" : "false" })}</LN>`,
  );
  return `<?xml version="1.0" encoding="UTF-8"?>
<SCL xmlns="http://www.iec.ch/61850/2003/SCL" version="2007" revision="B">
<Header id="SWDevice-010805"/>
<Communication><SubNetwork name="street"><ConnectedAP iedName="${iedName}" apName="AP"><Address><P type="IP">127.0.0.1</P>
<P type="OSI-TSEL">0001</P><P type="OSI-SSEL">0001</P><P type="OSI-PSEL">00000001</P><P type="OSI-AP-Title">1,1,1,999,1</P>
<P type="OSI-AE-Qualifier">12</P></Address></ConnectedAP></SubNetwork></Communication>
<IED name="${iedName}" manufacturer="Busbar" type="SWDevice-010805"><AccessPoint name="AP"><Server><Authentication/><LDevice inst="IO">
<LN0 lnClass="LLN0" inst="" lnType="LLN0">
  <DataSet name="evn_rpn"><FCDA ldInst="IO" lnClass="CSLC" lnInst="" doName="EvnRpn" fc="ST"/></DataSet>
  <ReportControl name="evn_rpn" buffered="true" bufTime="50" confRev="1" datSet="evn_rpn"><TrgOps dchg="true" gi="true"/>
    <OptFields seqNum="true" timeStamp="true" dataSet="true" reasonCode="true" entryID="true"/><RptEnabled max="1"/></ReportControl>
</LN0><LN lnClass="LPHD" inst="1" lnType="LPHD"/><LN lnClass="CSLC" inst="" lnType="CSLC">${CSLC_VALUES}</LN>
${relays}</LDevice></Server></AccessPoint></IED>
${TYPES}</SCL>
`;
}
