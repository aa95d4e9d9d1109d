import { toWall } from "../../kit/time.ts";
import { mmsBits, type AccessResult, type MmsData } from "../mms/data.ts";
import type { InformationReport } from "../mms/pdu.ts";
import { toBinaryTime } from "../model/time.ts";
import { type OptionalField, optionalFields } from "../report/fields.ts";
import type { Library, Pointer } from "./library.ts";
import { elementsOf, fromLibrary } from "./library-values.ts";

/** `ReasonForInclusion` of the library, with the bit of a report's ReasonCode each is. */
const REASONS: readonly (readonly [native: number, bit: number])[] = [
  [1, 1],
  [2, 2],
  [4, 3],
  [8, 4],
  [16, 5],
];
const REASON_BITS = 6;

/** A `ClientReport`, put together again as it was on the wire: what reads reports then reads it like any other. */
export function reportFromLibrary(library: Library, report: Pointer): InformationReport {
  const says = (name: Parameters<Library["call"]>[0]): unknown => library.call(name, report);
  const fields: OptionalField[] = [];
  const results: AccessResult[] = [];
  const field = (name: OptionalField, isThere: boolean, data: () => MmsData): void => {
    if (!isThere) return;
    fields.push(name);
    results.push(data());
  };
  field("sequenceNumber", says("ClientReport_hasSeqNum") === true, () => ({
    type: "unsigned",
    value: Number(says("ClientReport_getSeqNum")),
  }));
  field("timeStamp", says("ClientReport_hasTimestamp") === true, () =>
    toBinaryTime(toWall(Number(says("ClientReport_getTimestamp")))),
  );
  field("dataSet", says("ClientReport_hasDataSetName") === true, () => ({
    type: "visible-string",
    value: String(says("ClientReport_getDataSetName")),
  }));
  field("bufferOverflow", says("ClientReport_hasBufOvfl") === true, () => ({
    type: "boolean",
    value: says("ClientReport_getBufOvfl") === true,
  }));
  const entryId = says("ClientReport_getEntryId") as Pointer;
  if (entryId !== null) {
    const id = fromLibrary(library, entryId);
    if (id.type === "octet-string") field("entryId", true, () => id);
  }
  field("confRev", says("ClientReport_hasConfRev") === true, () => ({
    type: "unsigned",
    value: Number(says("ClientReport_getConfRev")),
  }));
  const values = elementsOf(library, says("ClientReport_getDataSetValues") as Pointer);
  const reasons = values.map((_, at) => Number(library.call("ClientReport_getReasonForInclusion", report, at)));
  const included = reasons.map((reason) => reason !== 0);
  const hasReasons = says("ClientReport_hasReasonForInclusion") === true;
  results.push(mmsBits(included.map((one) => (one ? "1" : "0")).join("")));
  for (const [at, value] of values.entries()) if (included[at] === true) results.push(value);
  if (hasReasons) {
    fields.push("reason");
    for (const reason of reasons) if (reason !== 0) results.push(reasonBits(reason));
  }
  return {
    specification: { kind: "list", list: { scope: "vmd", item: "RPT" } },
    results: [
      { type: "visible-string", value: String(says("ClientReport_getRptId")) },
      optionalFields(...fields),
      ...results,
    ],
  };
}

function reasonBits(reason: number): MmsData {
  const bits = Array.from({ length: REASON_BITS }, (_, bit) =>
    REASONS.some(([native, of]) => of === bit && (reason & native) !== 0) ? "1" : "0",
  );
  return mmsBits(bits.join(""));
}
