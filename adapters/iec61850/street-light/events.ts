import type { EventCategory, EventData, Severity } from "../../../edge-agent/model/data.ts";
import type { MessageDraft } from "../../../edge-agent/model/draft.ts";
import { draftOf, identityOf, isHistorical, type Received, reportId, reportReadings } from "../mapping.ts";
import type { AccessResult, MmsData } from "../mms/data.ts";
import type { TypeDescription } from "../mms/types.ts";
import { isSet, utcText } from "../model/time.ts";
import type { ReportEntry } from "../report/report.ts";
import { externalIndex } from "./relays.ts";

type Facts = readonly [code: string, category: EventCategory, severity: Severity];

/** The event types of SWDevice-010805, from 1. The codes are those of OSLP where the two have the same event. */
const EVENTS: readonly Facts[] = [
  ["diag.general", "diag", "info"],
  ["light.on", "light", "info"],
  ["light.off", "light", "info"],
  ["tariff.on", "tariff", "info"],
  ["tariff.off", "tariff", "info"],
  ["power.lost", "power", "alarm"],
  ...softwareEvents("firmware"),
  ...softwareEvents("security-firmware"),
  ...softwareEvents("ca-file"),
  ["clock.ntp-not-reached", "comms", "warning"],
  ["clock.ntp-offset-alarm", "comms", "alarm"],
  ["clock.ntp-offset-maximum", "comms", "alarm"],
  ["security.authentication-failed", "security", "alarm"],
  ["clock.ntp-synchronized", "comms", "info"],
];
const TRIGGERS = ["", "light sensor", "ad hoc", "fixed time", "autonomous"] as const;
/** The places of the event's parts where the data set's type is not known. */
const ORDER = ["evnType", "swNum", "trgType", "swVal", "trgTime", "remark"] as const;

function softwareEvents(what: string): readonly Facts[] {
  return [
    [`${what}.activating`, "firmware", "info"],
    [`${what}.not-found`, "firmware", "alarm"],
    [`${what}.authentication-failed`, "firmware", "alarm"],
    [`${what}.download-failed`, "firmware", "alarm"],
    [`${what}.downloaded`, "firmware", "info"],
  ];
}

/** Facts of any number: unknown ones are data too. */
export function eventFacts(number: number): {
  readonly code: string;
  readonly category: EventCategory;
  readonly severity: Severity;
} {
  const [code, category, severity] = EVENTS[number - 1] ?? [`iec61850.event-${number}`, "diag", "warning"];
  return { code, category, severity };
}

/** One event for every `CSLC.EvnRpn` in the report; whatever else is in its data set is a reading. */
export function streetLightMessages(received: Received): readonly MessageDraft[] {
  const { report, enabled } = received;
  const isEvent = (entry: ReportEntry): boolean =>
    enabled.members[entry.member]?.reference.path[0] === "EvnRpn" && entry.value.type === "structure";
  const events = report.entries.filter(isEvent);
  const others = report.entries.filter((entry) => !isEvent(entry));
  const drafts = events.map((entry, at) => eventDraft(received, entry, at));
  if (others.length === 0) return drafts;
  return [...drafts, ...reportReadings({ ...received, report: { ...report, entries: others } })];
}

function eventDraft(received: Received, entry: ReportEntry, at: number): MessageDraft<"busbar.event.v1"> {
  const { device, enabled } = received;
  const parts = partsOf(entry.value, enabled.members[entry.member]?.type);
  const number = wholeOf(parts.get("evnType")) ?? 0;
  const internal = wholeOf(parts.get("swNum")) ?? 0;
  const trgTime = parts.get("trgTime");
  const time = trgTime?.type === "utc-time" && isSet(trgTime) ? utcText(trgTime) : undefined;
  const base = draftOf(received);
  const index = externalIndex(device, internal);
  const data: EventData = {
    cause: isHistorical(received) ? "replay" : "spontaneous",
    historical: isHistorical(received),
    device: identityOf(device),
    ...eventFacts(number),
    nativeCode: String(number),
    text: textOf(parts),
    index,
    points: switchPoint(number, index, parts.get("swVal")),
  };
  return {
    ...base,
    id: `${reportId(received, at)}-event`,
    type: "busbar.event.v1",
    time: time ?? base.time,
    timesource: time === undefined ? base.timesource : "device",
    data,
  };
}

/** What the switch is now, where the event is about a switch. */
function switchPoint(number: number, index: number, value: MmsData | undefined): EventData["points"] {
  if (number < 2 || number > 5 || value?.type !== "boolean") return undefined;
  const kind = number <= 3 ? "light" : "tariff";
  return [{ ref: { scheme: "iec61850", value: `${kind}[${index}].on` }, value: value.value, type: "bool" }];
}

function textOf(parts: ReadonlyMap<string, MmsData>): string {
  const trigger = TRIGGERS[wholeOf(parts.get("trgType")) ?? 0] ?? "";
  const given = parts.get("remark");
  const remark = given?.type === "visible-string" || given?.type === "mms-string" ? given.value : "";
  // What the firmware leaves there when it has nothing to say.
  return [trigger, remark === "remark" ? "" : remark].filter((one) => one !== "").join("; ");
}

function partsOf(value: AccessResult, type: TypeDescription | undefined): ReadonlyMap<string, MmsData> {
  if (value.type !== "structure") return new Map();
  const names = type?.type === "structure" ? type.components.map((one) => one.name ?? "") : ORDER;
  return new Map(value.items.map((item, at) => [names[at] ?? "", item]));
}

function wholeOf(data: MmsData | undefined): number | undefined {
  return data?.type === "integer" || data?.type === "unsigned" ? Number(data.value) : undefined;
}
