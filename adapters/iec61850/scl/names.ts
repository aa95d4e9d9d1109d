import type { SclFcda, SclIed, SclLDevice, SclLn, SclReportControl } from "./document.ts";

/** IEC 61850-6 names as MMS has them (8-1, clause 7.3). */

/** The MMS domain of a logical device. */
export function domainOf(ied: Pick<SclIed, "name">, lDevice: Pick<SclLDevice, "inst" | "ldName">): string {
  return lDevice.ldName ?? ied.name + lDevice.inst;
}

export function lnName(ln: Pick<SclLn, "prefix" | "lnClass" | "inst">): string {
  return ln.prefix + ln.lnClass + ln.inst;
}

/** The names of a report control block's instances: with two digits where it is indexed. */
export function reportNames(control: Pick<SclReportControl, "name" | "indexed" | "max">): readonly string[] {
  if (!control.indexed) return [control.name];
  return Array.from({ length: control.max }, (_, index) => control.name + String(index + 1).padStart(2, "0"));
}

/** One member of a data set: the MMS item, and the element of an array where the member is one. */
export interface MemberName {
  readonly ldInst: string;
  readonly item: string;
  readonly index: number | undefined;
  /** Components below that element. */
  readonly below: readonly string[];
}

/** `Pos` and `stVal` of FC ST in CSWI1 is `CSWI1$ST$Pos$stVal`; `HarTbl(3).mag` has an index in it. */
export function memberName(fcda: SclFcda): MemberName {
  const ln = fcda.prefix + fcda.lnClass + fcda.lnInst;
  const path = [...fcda.doName.split("."), ...(fcda.daName === "" ? [] : fcda.daName.split("."))];
  const at = path.findIndex((one) => one.endsWith(")"));
  if (at < 0) return { ldInst: fcda.ldInst, item: [ln, fcda.fc, ...path].join("$"), index: undefined, below: [] };
  const [, name = "", index] = /^(.*)\((\d{1,6})\)$/.exec(path[at] ?? "") ?? [];
  return {
    ldInst: fcda.ldInst,
    item: [ln, fcda.fc, ...path.slice(0, at), name].join("$"),
    index: Number(index),
    below: path.slice(at + 1),
  };
}
