import { z } from "zod";
import { type JsonRecord, jsonRecordField } from "./bounded-json.ts";
import { COMMAND_STATES, type CommandState } from "./command-state.ts";
import { commandUidField, durationField, nameField, textField, timeField } from "./fields.ts";
import { COMMAND_ATTEMPTS, MESSAGE_POINTS, PROFILE_COLUMNS, PROFILE_ROWS } from "./limits.ts";
import { type Point, pointField, type Ref, refField, valueField, valueTypeField } from "./point.ts";
import { type Quality, qualityField, type Timestamp, timestampField } from "./quality.ts";
import { type Unit, unitField } from "./units.ts";
import type { Value, ValueType } from "./value.ts";

/** Why a device said it: IEC 61850 reason-for-inclusion, IEC 60870-5-104 cause of transmission, DLMS push. */
export const CAUSES = ["periodic", "spontaneous", "interrogation", "request", "push", "integrity", "replay"] as const;
export type Cause = (typeof CAUSES)[number];

/** How the device names itself, to join with the customer's asset list. */
export interface DeviceIdentity {
  readonly protocolId: string;
  readonly serial?: string | undefined;
  readonly logicalName?: string | undefined;
  readonly address?: string | undefined;
}

interface FromDevice {
  readonly cause: Cause;
  /** A replayed buffer or profile: must not raise live alarms. */
  readonly historical: boolean;
  readonly device?: DeviceIdentity | undefined;
}

/** What one device said in one acquisition. */
export interface ReadingData extends FromDevice {
  readonly points: readonly Point[];
  /** ISO 8601 duration the values cover, where they cover one. */
  readonly interval?: string | undefined;
  /** IEC 61968-9 ReadingType, for customers with a meter data management. */
  readonly readingType?: string | undefined;
  /** Where the raw frame was captured, when capturing is on. */
  readonly rawFrame?: string | undefined;
}

export const EVENT_CATEGORIES = [
  "light",
  "tariff",
  "firmware",
  "security",
  "comms",
  "clock",
  "tamper",
  "hardware",
  "power",
  "control",
  "diag",
  "gateway",
] as const;
export type EventCategory = (typeof EVENT_CATEGORIES)[number];

export const SEVERITIES = ["info", "warning", "alarm", "critical"] as const;
export type Severity = (typeof SEVERITIES)[number];

/** Something happened at the device. */
export interface EventData extends FromDevice {
  /** Ours, canonical: `light.on`. */
  readonly code: string;
  readonly category: EventCategory;
  readonly severity: Severity;
  /** The device's own name or number of it: `LIGHT_EVENTS_LIGHT_ON`. */
  readonly nativeCode: string;
  readonly text: string;
  /** The relay, channel or phase it is about. */
  readonly index?: number | undefined;
  readonly points?: readonly Point[] | undefined;
}

/** Whether data flows, not whether a socket is open. */
export const DEVICE_STATES = ["online", "degraded", "stalled", "offline", "unknown"] as const;
export type DeviceState = (typeof DEVICE_STATES)[number];

/** What we think of a device's reachability. A new active says it again for all of them. */
export interface StateData {
  readonly state: DeviceState;
  readonly since: string;
  /** Fault code or word: `transport.reset`, `registered`. */
  readonly reason?: string | undefined;
  readonly lastMessageAt?: string | undefined;
  readonly device?: DeviceIdentity | undefined;
}

export interface ProfileColumn {
  readonly ref: Ref;
  readonly name?: string | undefined;
  readonly type: ValueType;
  readonly unit?: Unit | undefined;
  /** Power of ten already applied to the column's values. */
  readonly scaler?: number | undefined;
  readonly readingType?: string | undefined;
}

export interface ProfileRow {
  readonly t: Timestamp;
  readonly q?: Quality | undefined;
  /** One per column. */
  readonly values: readonly Value[];
}

/** Rows of a load profile, log or other capture buffer of the device. */
export interface ProfileData extends FromDevice {
  /** The profile object itself. */
  readonly profile: Ref;
  readonly name?: string | undefined;
  /** Capture period; missing where the device captures on events. */
  readonly interval?: string | undefined;
  readonly columns: readonly ProfileColumn[];
  readonly rows: readonly ProfileRow[];
}

/** A step in the life of a command. `correlationid` of the envelope is the command's uid. */
export interface CommandResultData {
  readonly uid: string;
  readonly state: CommandState;
  readonly action: string;
  readonly target?: Ref | undefined;
  /** 0 before the first attempt. */
  readonly attempt: number;
  /** Fault code of a state that is not a success. */
  readonly reason?: string | undefined;
  /** The device's own answer: OSLP Status, DataAccessResult, AddCause. */
  readonly nativeCode?: string | undefined;
  readonly text?: string | undefined;
  readonly points?: readonly Point[] | undefined;
  readonly result?: JsonRecord | undefined;
  readonly issuedBy?: string | undefined;
}

export const GATEWAY_EVENTS = [
  "started",
  "stopping",
  "takeover",
  "handover",
  "stepped-down",
  "peer-lost",
  "peer-back",
  "config-applied",
  "config-rejected",
  "buffer-overflow",
  "dropped",
  "salvaged",
  "redis-away",
  "redis-back",
  "cert-expiring",
  "auth-failed",
  "device-refused",
  "login",
  "adapter-restarted",
  "hook-failed",
] as const;
export type GatewayEventCode = (typeof GATEWAY_EVENTS)[number];

/** Something happened at the gateway itself. */
export interface GatewayEventData {
  readonly code: GatewayEventCode;
  readonly severity: Severity;
  readonly text: string;
  /** Counts, names and codes: `{ dropped: 12, reason: "quota" }`. No secrets. */
  readonly facts?: JsonRecord | undefined;
}

const deviceIdentity = z
  .object({
    protocolId: nameField.describe("the protocol's own identification of the device"),
    serial: nameField.optional().describe("serial number"),
    logicalName: nameField.optional().describe("COSEM logical device name, IED name"),
    address: nameField.optional().describe("where it was reached or came from"),
  })
  .meta({ id: "DeviceIdentity", description: "How the device names itself" });

const fromDevice = {
  cause: z.enum(CAUSES).describe("why the device said it"),
  historical: z.boolean().describe("replayed buffer or profile: must not raise live alarms"),
  device: deviceIdentity.optional().describe("to join with an asset list"),
};
const points = z.array(pointField).min(1).max(MESSAGE_POINTS);
const interval = durationField.optional();

export const readingSchema: z.ZodType<ReadingData> = z.object({
  ...fromDevice,
  points: points.describe("one acquisition"),
  interval: interval.describe("ISO 8601 duration the values cover"),
  readingType: nameField.optional().describe("IEC 61968-9 ReadingType"),
  rawFrame: textField.optional().describe("reference to a captured frame, when capturing is on"),
});

export const eventSchema: z.ZodType<EventData> = z.object({
  ...fromDevice,
  code: nameField.describe("canonical code, `light.on`"),
  category: z.enum(EVENT_CATEGORIES).describe("what it is about"),
  severity: z.enum(SEVERITIES).describe("how bad"),
  nativeCode: nameField.describe("the device's own name or number of it"),
  text: textField.describe("for people"),
  index: z.number().int().min(0).max(65_535).optional().describe("relay, channel or phase"),
  points: points.optional().describe("values that came with it"),
});

export const stateSchema: z.ZodType<StateData> = z.object({
  state: z.enum(DEVICE_STATES).describe("reachability"),
  since: timeField.describe("when this state began"),
  reason: nameField.optional().describe("fault code or word"),
  lastMessageAt: timeField.optional().describe("when the device was last heard"),
  device: deviceIdentity.optional().describe("to join with an asset list"),
});

const column = z
  .object({
    ref: refField.describe("native reference"),
    name: nameField.optional().describe("canonical name"),
    type: valueTypeField.describe("native type before the scale"),
    unit: unitField.optional().describe("base unit"),
    scaler: z.number().int().min(-128).max(127).optional().describe("power of ten, already applied"),
    readingType: nameField.optional().describe("IEC 61968-9 ReadingType"),
  })
  .meta({ id: "ProfileColumn", description: "One column of a profile" });

const row = z
  .object({
    t: timestampField.describe("capture time"),
    q: qualityField.optional().describe("status of the row"),
    values: z.array(valueField).min(1).max(PROFILE_COLUMNS).describe("one per column"),
  })
  .meta({ id: "ProfileRow", description: "One row of a profile" });

export const profileSchema: z.ZodType<ProfileData> = z
  .object({
    ...fromDevice,
    profile: refField.describe("the profile object itself"),
    name: nameField.optional().describe("canonical name"),
    interval: interval.describe("capture period"),
    columns: z.array(column).min(1).max(PROFILE_COLUMNS).describe("what the rows hold"),
    rows: z.array(row).min(1).max(PROFILE_ROWS).describe("oldest first"),
  })
  .superRefine((profile, context) => {
    const uneven = profile.rows.findIndex((one) => one.values.length !== profile.columns.length);
    if (uneven >= 0) context.addIssue({ code: "custom", path: ["rows", uneven], message: "not one value per column" });
  });

export const commandResultSchema: z.ZodType<CommandResultData> = z.object({
  uid: commandUidField.describe("the command"),
  state: z.enum(COMMAND_STATES).describe("where its life has got to"),
  action: nameField.describe("what was asked"),
  target: refField.optional().describe("of what"),
  attempt: z.number().int().min(0).max(COMMAND_ATTEMPTS).describe("0 before the first attempt"),
  reason: nameField.optional().describe("fault code of a state that is not a success"),
  nativeCode: nameField.optional().describe("the device's own answer"),
  text: textField.optional().describe("for people"),
  points: points.optional().describe("values that were read back"),
  result: jsonRecordField.optional().describe("the typed result of the action"),
  issuedBy: nameField.optional().describe("who asked"),
});

export const gatewayEventSchema: z.ZodType<GatewayEventData> = z.object({
  code: z.enum(GATEWAY_EVENTS).describe("what happened"),
  severity: z.enum(SEVERITIES).describe("how bad"),
  text: textField.describe("for people"),
  facts: jsonRecordField.optional().describe("counts, names and codes; no secrets"),
});
