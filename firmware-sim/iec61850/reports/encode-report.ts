import {
  type AccessResult,
  bitAt,
  type MmsData,
  mmsBits,
  mmsOctets,
  mmsUnsigned,
  mmsVisible,
} from "../../../adapters/iec61850/mms/data.ts";
import { encodeMms } from "../../../adapters/iec61850/mms/encode.ts";
import type { InformationReport } from "../../../adapters/iec61850/mms/pdu.ts";
import type { WallMs } from "../../../adapters/kit/time.ts";
import { entryTime } from "../times.ts";
import type { Reason } from "./reason.ts";

/** One member of a report: its place in the data set, its name, its value then, and why it is in. */
export interface ReportedMember {
  readonly index: number;
  readonly reference: string;
  readonly value: MmsData;
  readonly reason: Reason;
}

/** What a report tells, before it is cut to the size of a PDU. */
export interface ReportContent {
  readonly rptId: string;
  /** As the control block has it; segmentation is set here. */
  readonly optFlds: MmsData & { readonly type: "bit-string" };
  readonly sqNum: number;
  readonly time: WallMs;
  readonly dataSet: string;
  readonly bufferOverflow: boolean;
  readonly entryId: Uint8Array | undefined;
  readonly confRev: number;
  /** Members of the data set. */
  readonly size: number;
  readonly members: readonly ReportedMember[];
}

/** Bits of OptFlds (IEC 61850-8-1, 8.1.3.9). */
export const OPT = {
  seqNum: 1,
  timeStamp: 2,
  reason: 3,
  dataSet: 4,
  dataRef: 5,
  bufOvfl: 6,
  entryId: 7,
  confRev: 8,
  segmentation: 9,
} as const;

/** The information report, or as many as the PDU size makes of it (8-1, 17.2.3.5); a member is never cut. */
export function encodeReport(content: ReportContent, pduBytes: number): readonly InformationReport[] {
  const whole = one(content, content.members, undefined);
  if (bytesOf(whole) <= pduBytes || content.members.length < 2) return [whole];
  const parts: ReportedMember[][] = [];
  let part: ReportedMember[] = [];
  for (const member of content.members) {
    const longer = [...part, member];
    if (part.length > 0 && bytesOf(one(content, longer, { number: 0xffff, more: true })) > pduBytes) {
      parts.push(part);
      part = [member];
    } else part = longer;
  }
  parts.push(part);
  return parts.map((members, number) => one(content, members, { number, more: number < parts.length - 1 }));
}

function one(
  content: ReportContent,
  members: readonly ReportedMember[],
  segment: { readonly number: number; readonly more: boolean } | undefined,
): InformationReport {
  const { optFlds } = content;
  const used = Array.from({ length: 10 }, (_, bit) =>
    bit === OPT.segmentation ? segment !== undefined : bitAt(optFlds, bit),
  );
  const has = (name: keyof typeof OPT): boolean => used[OPT[name]] === true;
  const included = new Set(members.map(({ index }) => index));
  const results: AccessResult[] = [mmsVisible(content.rptId), mmsBits(textOf(used))];
  if (has("seqNum")) results.push(mmsUnsigned(content.sqNum));
  if (has("timeStamp")) results.push(entryTime(content.time));
  if (has("dataSet")) results.push(mmsVisible(content.dataSet));
  if (has("bufOvfl")) results.push({ type: "boolean", value: content.bufferOverflow });
  if (has("entryId")) results.push(mmsOctets(content.entryId ?? new Uint8Array(8)));
  if (has("confRev")) results.push(mmsUnsigned(content.confRev));
  if (segment !== undefined) results.push(mmsUnsigned(segment.number), { type: "boolean", value: segment.more });
  results.push(mmsBits(textOf(Array.from({ length: content.size }, (_, index) => included.has(index)))));
  if (has("dataRef")) results.push(...members.map(({ reference }) => mmsVisible(reference)));
  results.push(...members.map(({ value }) => value));
  if (has("reason")) results.push(...members.map(({ reason }) => mmsBits(reason)));
  return { specification: { kind: "list", list: { scope: "vmd", item: "RPT" } }, results };
}

function textOf(bits: readonly boolean[]): string {
  return bits.map((bit) => (bit ? "1" : "0")).join("");
}

function bytesOf(report: InformationReport): number {
  return encodeMms({ kind: "information-report", report }).length;
}
