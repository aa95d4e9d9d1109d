import type { SclPlace } from "./place.ts";

/** An SCL file (ICD, CID, SCD, IID) as far as a client or a simulated server needs it. IEC 61850-6, clause 9. */
export interface SclDocument {
  readonly file: string;
  readonly header: { readonly id: string; readonly version: string; readonly revision: string };
  /** `2007B4`, as the root says; `2003` where it says nothing (edition 1). */
  readonly edition: string;
  readonly accessPoints: readonly SclConnectedAp[];
  readonly ieds: readonly SclIed[];
  readonly templates: SclTemplates;
}

/** Communication/SubNetwork/ConnectedAP. */
export interface SclConnectedAp {
  readonly iedName: string;
  readonly apName: string;
  readonly subNetwork: string;
  /** By `type`: `IP`, `OSI-TSEL`, `OSI-AP-Title`, `MMS-Port` … */
  readonly address: Readonly<Record<string, string>>;
  readonly place: SclPlace;
}

export interface SclIed {
  readonly name: string;
  readonly desc: string;
  readonly manufacturer: string;
  readonly type: string;
  readonly configVersion: string;
  readonly accessPoints: readonly SclAccessPoint[];
  readonly place: SclPlace;
}

export interface SclAccessPoint {
  readonly name: string;
  /** Absent: a client, or a server described at another access point. */
  readonly server: SclServer | undefined;
  readonly place: SclPlace;
}

export interface SclServer {
  /** Authentication/@password: the server wants one. */
  readonly wantsPassword: boolean;
  readonly lDevices: readonly SclLDevice[];
}

export interface SclLDevice {
  readonly inst: string;
  /** Names the MMS domain instead of IED name and `inst`. */
  readonly ldName: string | undefined;
  readonly desc: string;
  /** LN0 first. */
  readonly lns: readonly SclLn[];
  readonly place: SclPlace;
}

export interface SclLn {
  readonly prefix: string;
  readonly lnClass: string;
  /** Empty for LN0, and for some devices elsewhere. */
  readonly inst: string;
  readonly lnType: string;
  readonly desc: string;
  readonly dataSets: readonly SclDataSet[];
  readonly reports: readonly SclReportControl[];
  readonly logControls: readonly SclLogControl[];
  readonly logs: readonly string[];
  readonly settingControl: SclSettingControl | undefined;
  readonly instances: readonly SclInstance[];
  readonly place: SclPlace;
}

export interface SclDataSet {
  readonly name: string;
  readonly members: readonly SclFcda[];
  readonly place: SclPlace;
}

/** `doName` and `daName` with dots; an index in `daName` as `(7)`. */
export interface SclFcda {
  readonly ldInst: string;
  readonly prefix: string;
  readonly lnClass: string;
  readonly lnInst: string;
  readonly doName: string;
  readonly daName: string;
  readonly fc: string;
  readonly place: SclPlace;
}

export interface SclTrgOps {
  readonly dchg: boolean;
  readonly qchg: boolean;
  readonly dupd: boolean;
  readonly period: boolean;
  readonly gi: boolean;
}

export interface SclOptFields {
  readonly seqNum: boolean;
  readonly timeStamp: boolean;
  readonly dataSet: boolean;
  readonly reasonCode: boolean;
  readonly dataRef: boolean;
  readonly entryID: boolean;
  readonly configRef: boolean;
  readonly bufOvfl: boolean;
}

export interface SclReportControl {
  readonly name: string;
  readonly rptID: string | undefined;
  readonly datSet: string;
  readonly confRev: number;
  readonly buffered: boolean;
  /** Milliseconds. */
  readonly bufTime: number;
  /** Milliseconds. */
  readonly intgPd: number;
  readonly indexed: boolean;
  /** RptEnabled/@max: how many clients at once. */
  readonly max: number;
  readonly trgOps: SclTrgOps;
  readonly optFields: SclOptFields;
  readonly place: SclPlace;
}

export interface SclLogControl {
  readonly name: string;
  readonly datSet: string;
  readonly logName: string;
  readonly logEna: boolean;
  readonly intgPd: number;
  readonly trgOps: SclTrgOps;
  readonly place: SclPlace;
}

export interface SclSettingControl {
  readonly numOfSGs: number;
  readonly actSG: number;
  readonly place: SclPlace;
}

/** DOI, SDI or DAI: a value, or a way to it. */
export interface SclInstance {
  readonly name: string;
  readonly ix: number | undefined;
  readonly values: readonly SclVal[];
  readonly inner: readonly SclInstance[];
  readonly place: SclPlace;
}

export interface SclVal {
  readonly text: string;
  /** The setting group it belongs to. */
  readonly sGroup: number | undefined;
}

export interface SclTemplates {
  readonly lNodeTypes: ReadonlyMap<string, SclLNodeType>;
  readonly doTypes: ReadonlyMap<string, SclDoType>;
  readonly daTypes: ReadonlyMap<string, SclDaType>;
  readonly enumTypes: ReadonlyMap<string, SclEnumType>;
}

export interface SclLNodeType {
  readonly id: string;
  readonly lnClass: string;
  readonly objects: readonly SclDo[];
  readonly place: SclPlace;
}

/** DO of an LNodeType, SDO of a DOType. */
export interface SclDo {
  readonly name: string;
  readonly type: string;
  readonly count: number;
  readonly place: SclPlace;
}

export interface SclDoType {
  readonly id: string;
  readonly cdc: string;
  /** SDO and DA in the order of the file: it is the order on the wire. */
  readonly parts: readonly (
    | ({ readonly kind: "SDO" } & SclDo)
    | ({ readonly kind: "DA"; readonly fc: string } & SclDa)
  )[];
  readonly place: SclPlace;
}

/** DA of a DOType, BDA of a DAType. */
export interface SclDa {
  readonly name: string;
  readonly bType: string;
  /** Of a DAType where `bType` is `Struct`, of an EnumType where it is `Enum`; otherwise empty. */
  readonly type: string;
  /** Elements of an array; 0: no array. A file may name another attribute instead of giving a number: see `unfold`. */
  readonly count: string;
  readonly dchg: boolean;
  readonly qchg: boolean;
  readonly dupd: boolean;
  readonly values: readonly SclVal[];
  readonly place: SclPlace;
}

export interface SclDaType {
  readonly id: string;
  readonly attributes: readonly SclDa[];
  readonly place: SclPlace;
}

export interface SclEnumType {
  readonly id: string;
  readonly ordinals: ReadonlyMap<string, number>;
  readonly place: SclPlace;
}
