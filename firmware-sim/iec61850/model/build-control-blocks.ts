import { type MmsData, mmsBits, mmsOctets, mmsUnsigned, mmsVisible } from "../../../adapters/iec61850/mms/data.ts";
import type { TypeDescription } from "../../../adapters/iec61850/mms/types.ts";
import type {
  SclLogControl,
  SclOptFields,
  SclReportControl,
  SclSettingControl,
  SclTrgOps,
} from "../../../adapters/iec61850/scl/document.ts";
import { type Branch, branch, leaf } from "./node.ts";

/** Control blocks as variables, with their components in the order of IEC 61850-8-1, tables 35 to 47. */

const BOOLEAN: TypeDescription = { type: "boolean" };
const UINT8: TypeDescription = { type: "unsigned", size: 8 };
const UINT16: TypeDescription = { type: "unsigned", size: 16 };
const UINT32: TypeDescription = { type: "unsigned", size: 32 };
const REFERENCE: TypeDescription = { type: "visible-string", size: -129 };
const BITS_6: TypeDescription = { type: "bit-string", size: -6 };
const BITS_10: TypeDescription = { type: "bit-string", size: -10 };
const ENTRY: TypeDescription = { type: "octet-string", size: 8 };
const ENTRY_TIME: TypeDescription = { type: "binary-time", days: true };

type Component = readonly [name: string, type: TypeDescription, value: MmsData];

const NO: MmsData = { type: "boolean", value: false };
const MIDNIGHT: MmsData = { type: "binary-time", ms: 0, days: 0 };
export const NO_ENTRY: MmsData = mmsOctets(new Uint8Array(8));

export function reportTree(under: Branch, name: string, control: SclReportControl, datSet: string): Branch {
  const { buffered, confRev, bufTime, intgPd } = control;
  const common: readonly Component[] = [
    ["DatSet", REFERENCE, mmsVisible(datSet)],
    ["ConfRev", UINT32, mmsUnsigned(confRev)],
    ["OptFlds", BITS_10, optFldsOf(control.optFields, buffered)],
    ["BufTm", UINT32, mmsUnsigned(bufTime)],
    ["SqNum", buffered ? UINT16 : UINT8, mmsUnsigned(0)],
    ["TrgOps", BITS_6, trgOpsOf(control.trgOps)],
    ["IntgPd", UINT32, mmsUnsigned(intgPd)],
    ["GI", BOOLEAN, NO],
  ];
  const first: readonly Component[] = [
    ["RptID", REFERENCE, mmsVisible(control.rptID ?? "")],
    ["RptEna", BOOLEAN, NO],
  ];
  const last: readonly Component[] = [
    ["PurgeBuf", BOOLEAN, NO],
    ["EntryID", ENTRY, NO_ENTRY],
    ["TimeOfEntry", ENTRY_TIME, MIDNIGHT],
    ["ResvTms", { type: "integer", size: 16 }, { type: "integer", value: 0 }],
  ];
  return components(
    branch(name, under),
    buffered ? [...first, ...common, ...last] : [...first, ["Resv", BOOLEAN, NO], ...common],
  );
}

export function logTree(under: Branch, control: SclLogControl, logRef: string, datSet: string): Branch {
  return components(branch(control.name, under), [
    ["LogEna", BOOLEAN, { type: "boolean", value: control.logEna }],
    ["LogRef", REFERENCE, mmsVisible(logRef)],
    ["DatSet", REFERENCE, mmsVisible(datSet)],
    ["OldEntrTm", ENTRY_TIME, MIDNIGHT],
    ["NewEntrTm", ENTRY_TIME, MIDNIGHT],
    ["OldEntr", ENTRY, NO_ENTRY],
    ["NewEntr", ENTRY, NO_ENTRY],
    ["TrgOps", BITS_6, trgOpsOf(control.trgOps)],
    ["IntgPd", UINT32, mmsUnsigned(control.intgPd)],
  ]);
}

export function settingGroupTree(under: Branch, control: SclSettingControl): Branch {
  return components(branch("SGCB", under), [
    ["NumOfSG", UINT8, mmsUnsigned(control.numOfSGs)],
    ["ActSG", UINT8, mmsUnsigned(Math.min(control.actSG, control.numOfSGs))],
    ["EditSG", UINT8, mmsUnsigned(0)],
    ["CnfEdit", BOOLEAN, NO],
    ["LActTm", { type: "utc-time" }, { type: "utc-time", seconds: 0, fraction: 0, quality: 0x20 }],
    ["ResvTms", UINT16, mmsUnsigned(0)],
  ]);
}

function components(node: Branch, list: readonly Component[]): Branch {
  for (const [name, type, value] of list) leaf(node, { name, type, value });
  return node;
}

/** Bit 0 is reserved; then data change, quality change, data update, integrity, general interrogation. */
export function trgOpsOf({ dchg, qchg, dupd, period, gi }: SclTrgOps): MmsData {
  return mmsBits(bits(false, dchg, qchg, dupd, period, gi));
}

/** An unbuffered block has neither buffer overflow nor EntryID to tell; segmentation is the server's to set. */
export function optFldsOf(fields: SclOptFields, buffered: boolean): MmsData {
  const { seqNum, timeStamp, reasonCode, dataSet, dataRef, bufOvfl, entryID, configRef } = fields;
  const kept = [seqNum, timeStamp, reasonCode, dataSet, dataRef, buffered && bufOvfl, buffered && entryID];
  return mmsBits(bits(false, ...kept, configRef, false));
}

function bits(...flags: readonly boolean[]): string {
  return flags.map((flag) => (flag ? "1" : "0")).join("");
}
