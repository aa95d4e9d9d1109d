import type * as scl from "./document.ts";
import { type Folded, type SclElement, shortened } from "./element.ts";

type Folds = { readonly [Name in keyof Folded]: (element: SclElement) => Folded[Name] };

/** IED, its access points and servers, IEC 61850-6 clause 9.3. */
export const SERVER_FOLDS: Pick<
  Folds,
  | ("IED" | "AccessPoint" | "Server" | "Authentication" | "LDevice" | "LN0" | "LN" | "DataSet" | "FCDA")
  | ("ReportControl" | "TrgOps" | "OptFields" | "RptEnabled" | "LogControl" | "Log" | "SettingControl")
  | ("DOI" | "SDI" | "DAI" | "Val")
> = {
  IED: (element) => ({
    name: element.required("name"),
    desc: element.text("desc"),
    manufacturer: element.text("manufacturer"),
    type: element.text("type"),
    configVersion: element.text("configVersion"),
    accessPoints: element.all("AccessPoint"),
    place: element.place,
  }),
  AccessPoint: (element) => ({ name: element.required("name"), server: element.first("Server"), place: element.place }),
  Server: (element) => ({
    wantsPassword: element.first("Authentication") ?? false,
    lDevices: element.all("LDevice"),
  }),
  Authentication: (element) => element.flag("password", false),
  LDevice: (element) => ({
    inst: element.required("inst"),
    ldName: element.attribute("ldName"),
    desc: element.text("desc"),
    lns: [...element.all("LN0"), ...element.all("LN")],
    place: element.place,
  }),
  LN0: (element) => logicalNode(element, "LLN0"),
  LN: (element) => logicalNode(element, undefined),
  DataSet: (element) => ({ name: element.required("name"), members: element.all("FCDA"), place: element.place }),
  FCDA: (element) => ({
    ldInst: element.text("ldInst"),
    prefix: element.text("prefix"),
    lnClass: element.required("lnClass"),
    lnInst: element.text("lnInst"),
    doName: element.required("doName"),
    daName: element.text("daName"),
    fc: element.required("fc"),
    place: element.place,
  }),
  ReportControl: (element) => ({
    name: element.required("name"),
    rptID: element.attribute("rptID"),
    datSet: element.text("datSet"),
    confRev: element.count("confRev", 0),
    buffered: element.flag("buffered", false),
    bufTime: element.count("bufTime", 0),
    intgPd: element.count("intgPd", 0),
    indexed: element.flag("indexed", true),
    max: element.first("RptEnabled") ?? 1,
    trgOps: element.first("TrgOps") ?? NO_TRIGGERS,
    optFields: element.first("OptFields") ?? NO_FIELDS,
    place: element.place,
  }),
  TrgOps: (element) => ({
    dchg: element.flag("dchg", false),
    qchg: element.flag("qchg", false),
    dupd: element.flag("dupd", false),
    period: element.flag("period", false),
    gi: element.flag("gi", true),
  }),
  OptFields: (element) => ({
    seqNum: element.flag("seqNum", false),
    timeStamp: element.flag("timeStamp", false),
    dataSet: element.flag("dataSet", false),
    reasonCode: element.flag("reasonCode", false),
    dataRef: element.flag("dataRef", false),
    entryID: element.flag("entryID", false),
    configRef: element.flag("configRef", false),
    bufOvfl: element.flag("bufOvfl", true),
  }),
  RptEnabled: (element) => {
    const max = element.count("max", 1);
    if (max >= 1 && max <= REPORT_INSTANCES_MAX) return max;
    throw element.fault("iec61850.scl.attribute", `max="${max}": 1 to ${REPORT_INSTANCES_MAX} clients are possible`);
  },
  LogControl: (element) => ({
    name: element.required("name"),
    datSet: element.text("datSet"),
    logName: element.text("logName"),
    logEna: element.flag("logEna", true),
    intgPd: element.count("intgPd", 0),
    trgOps: element.first("TrgOps") ?? NO_TRIGGERS,
    place: element.place,
  }),
  Log: (element) => element.text("name"),
  SettingControl: (element) => ({
    numOfSGs: Math.max(1, element.count("numOfSGs", 1)),
    actSG: Math.max(1, element.count("actSG", 1)),
    place: element.place,
  }),
  DOI: instance,
  SDI: instance,
  DAI: instance,
  Val: (element) => {
    const sGroup = element.count("sGroup", 0);
    return { text: element.trimmed, sGroup: sGroup === 0 ? undefined : sGroup };
  },
};

/** The suffix has two digits. */
const REPORT_INSTANCES_MAX = 99;

/** As the schema has it where the element is missing. */
const NO_TRIGGERS: scl.SclTrgOps = { dchg: false, qchg: false, dupd: false, period: false, gi: true };
const NO_FIELDS: scl.SclOptFields = {
  seqNum: false,
  timeStamp: false,
  dataSet: false,
  reasonCode: false,
  dataRef: false,
  entryID: false,
  configRef: false,
  bufOvfl: true,
};

function logicalNode(element: SclElement, lnClass: string | undefined): scl.SclLn {
  const name = element.text("prefix") + (lnClass ?? element.text("lnClass")) + element.text("inst");
  if (!/^[A-Za-z][A-Za-z0-9_]*$/.test(name))
    throw element.fault(
      "iec61850.scl.attribute",
      `prefix, lnClass and inst make "${shortened(name)}", which is no name`,
    );
  return {
    prefix: element.text("prefix"),
    lnClass: lnClass ?? element.required("lnClass"),
    inst: element.text("inst"),
    lnType: element.required("lnType"),
    desc: element.text("desc"),
    dataSets: element.all("DataSet"),
    reports: element.all("ReportControl"),
    logControls: element.all("LogControl"),
    logs: element.all("Log"),
    settingControl: element.first("SettingControl"),
    instances: element.all("DOI"),
    place: element.place,
  };
}

function instance(element: SclElement): scl.SclInstance {
  const ix = element.attribute("ix");
  return {
    name: element.required("name"),
    ix: ix === undefined || ix === "" ? undefined : element.count("ix", 0),
    values: element.all("Val"),
    inner: element.all("SDI", "DAI"),
    place: element.place,
  };
}
