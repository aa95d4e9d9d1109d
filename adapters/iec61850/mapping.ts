import type { Cause, EventData, ReadingData } from "../../edge-agent/model/data.ts";
import type { MessageDraft } from "../../edge-agent/model/draft.ts";
import { bufferedReportId, unbufferedReportId } from "../../edge-agent/model/ids.ts";
import { MESSAGE_POINTS } from "../../edge-agent/model/limits.ts";
import type { Point } from "../../edge-agent/model/point.ts";
import { toRfc3339, type WallMs } from "../kit/time.ts";
import type { IedDevice } from "./device.ts";
import type { MmsData } from "./mms/data.ts";
import { entryTimeText } from "./model/time.ts";
import { toPoints, type Told } from "./points.ts";
import { controlText } from "./report/candidates.ts";
import type { EnabledReport } from "./report/enable.ts";
import type { Trigger } from "./report/fields.ts";
import type { Report } from "./report/report.ts";

/** A whole report of a block we have, and when it came. */
export interface Received {
  readonly device: IedDevice;
  readonly enabled: EnabledReport;
  readonly report: Report;
  readonly receivedAt: WallMs;
}

/** JSON of a point besides its reference and a text it may have: keys, a number, quality, time with its own quality. */
const POINT_BYTES = 420;
/** JSON of the points of one message: with the rest of it under the model's `MESSAGE_BYTES`. */
const POINTS_BYTES = 48_000;

/** One reading for every report, or several where its points do not fit into one message. */
export function reportReadings(received: Received): readonly MessageDraft[] {
  const points = toPoints(toldOf(received));
  const identity = identityOf(received.device);
  return portions(points).map((portion, segment): MessageDraft<"busbar.reading.v1"> => {
    const data: ReadingData = {
      cause: causeOf(received),
      historical: isHistorical(received),
      device: identity,
      points: portion,
    };
    return { ...draftOf(received), id: reportId(received, segment), type: "busbar.reading.v1", data };
  });
}

/** The values of a report with what their members are. */
export function toldOf({ enabled, report }: Received): readonly Told[] {
  const told: Told[] = [];
  for (const { member: at, value } of report.entries) {
    const member = enabled.members[at];
    // A member beyond the data set we read: the device changed it, and the configuration revision tells.
    if (member === undefined) continue;
    told.push({ reference: member.reference, type: member.type, units: member.units, value });
  }
  return told;
}

/** Something the reports themselves tell: a buffer that overflowed, a number that was left out. */
export function reportEvent(
  received: Received,
  code: "report.buffer-overflow" | "report.sequence-gap" | "report.resynchronized" | "report.configuration-changed",
  text: string,
): MessageDraft {
  const data: EventData = {
    cause: "spontaneous",
    historical: isHistorical(received),
    device: identityOf(received.device),
    code,
    nativeCode: controlText(received.enabled.control),
    category: "comms",
    severity: code === "report.configuration-changed" ? "info" : "warning",
    text,
  };
  return { ...draftOf(received), id: `${reportId(received, 0)}-${code.slice(7)}`, type: "busbar.event.v1", data };
}

/**
 * The same report has the same id, whoever receives it and how often. Without an EntryID and without a time nothing tells
 * two reports apart but when they came.
 */
export function reportId({ device, enabled, report, receivedAt }: Received, segment: number): string {
  const rptId = controlText(enabled.control);
  const at = report.timeOfEntry;
  if (report.entryId !== undefined)
    return bufferedReportId({
      device: device.uid,
      rptId,
      entryId: report.entryId,
      timeOfEntry: at === undefined ? undefined : rawTime(at),
      segment,
    });
  const timestamp = at === undefined ? toRfc3339(receivedAt) : rawTime(at);
  return unbufferedReportId({ device: device.uid, rptId, sqNum: report.sqNum, timestamp, segment });
}

/** Buffered while nobody listened: it must not raise live alarms. */
export function isHistorical({ enabled, report }: Received): boolean {
  const until = enabled.bufferedUntil;
  const at = report.timeOfEntry;
  if (enabled.control.fc !== "BR" || until === undefined || at === undefined) return false;
  const days = (at.days ?? 0) - (until.days ?? 0);
  return days < 0 || (days === 0 && at.ms <= until.ms);
}

export function causeOf(received: Received): Cause {
  if (isHistorical(received)) return "replay";
  const { entries } = received.report;
  const says = (reason: Trigger): boolean => entries.some((entry) => entry.reasons.includes(reason));
  if (says("dataChange") || says("qualityChange") || says("dataUpdate")) return "spontaneous";
  if (says("interrogation")) return "interrogation";
  return says("integrity") ? "integrity" : "spontaneous";
}

export function identityOf(device: IedDevice): { readonly protocolId: string; readonly address?: string } {
  return { protocolId: device.protocolId, ...(device.address !== undefined && { address: device.address }) };
}

export function draftOf({ device, report }: Received): Omit<MessageDraft, "id" | "type" | "data"> {
  const time = report.timeOfEntry === undefined ? undefined : entryTimeText(report.timeOfEntry);
  return {
    subject: device.uid,
    protocol: "iec61850",
    devicetype: device.deviceType,
    time,
    timesource: time === undefined ? "ingest" : "device",
  };
}

export function portions(points: readonly Point[]): readonly (readonly Point[])[] {
  const all: Point[][] = [];
  let bytes = 0;
  for (const point of points) {
    const size = POINT_BYTES + point.ref.value.length + (typeof point.value === "string" ? 2 * point.value.length : 0);
    const last = all.at(-1);
    if (last === undefined || bytes + size > POINTS_BYTES || last.length >= MESSAGE_POINTS) {
      all.push([point]);
      bytes = size;
    } else {
      last.push(point);
      bytes += size;
    }
  }
  return all;
}

function rawTime(at: Extract<MmsData, { type: "binary-time" }>): string {
  return `${at.days ?? "-"}.${at.ms}`;
}
