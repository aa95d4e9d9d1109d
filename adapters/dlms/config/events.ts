import type { EventCategory, Severity } from "../../../edge-agent/model/data.ts";
import type { AlarmFamily } from "./object-profile.ts";
import events from "./profiles/events.json" with { type: "json" };

/** The event logs of the Dutch companion standards. */
export const EVENT_LOGS = [
  "standard",
  "fraud",
  "m-bus",
  "communication",
  "power-quality",
  "auxiliary",
  "power-quality-extended",
  "thd",
] as const;
export type EventLog = (typeof EVENT_LOGS)[number];

export interface EventFacts {
  readonly code: number;
  /** Ours: `power-failure`. */
  readonly name: string;
  readonly category: EventCategory;
  readonly severity: Severity;
  /** M-Bus channel it is about. */
  readonly channel?: number | undefined;
}

interface EventRow extends EventFacts {
  readonly log: EventLog | "any";
  /** The family that calls it so; missing: both. */
  readonly family?: AlarmFamily;
}

export const EVENT_ROWS: readonly EventRow[] = events as readonly EventRow[];

/** The profile generic object of each log. */
export const EVENT_LOG_TAGS: Readonly<Record<EventLog, string>> = {
  standard: "standard-event-log",
  fraud: "fraud-detection-event-log",
  "m-bus": "mbus-event-log",
  communication: "communication-session-event-log",
  "power-quality": "power-quality-event-log",
  auxiliary: "auxiliary-event-log",
  "power-quality-extended": "power-quality-extended-event-log",
  thd: "power-quality-thd-event-log",
};

const CODES = new Map<number, EventRow[]>();
for (const row of EVENT_ROWS) {
  const rows = CODES.get(row.code);
  if (rows === undefined) CODES.set(row.code, [row]);
  else rows.push(row);
}

/**
 * What a code in a log means. The log counts: the same code may mean another thing elsewhere, and codes appear in logs
 * they were not defined for (25 in the power quality log), so a code no row of its log has is looked up in all of them.
 * Unknown codes are data: they get a name made of their number.
 */
export function eventFacts(log: EventLog, code: number, family: AlarmFamily): EventFacts {
  const rows = (CODES.get(code) ?? []).filter((row) => row.family === undefined || row.family === family);
  const row = rows.find((one) => one.log === log) ?? rows.find((one) => one.log === "any") ?? rows[0];
  return row ?? { code, name: `unknown-${log}-${code}`, category: "diag", severity: "info" };
}
