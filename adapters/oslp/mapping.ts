import type { EventData, ReadingData } from "../../edge-agent/model/data.ts";
import type { MessageDraft } from "../../edge-agent/model/draft.ts";
import { commandReadingId, oslpEventId } from "../../edge-agent/model/ids.ts";
import { TEXT_LENGTH } from "../../edge-agent/model/limits.ts";
import type { Point } from "../../edge-agent/model/point.ts";
import { Event, type EventNotification, type GetStatusResponse } from "../../proto/oslp/gen/types.ts";
import { toRfc3339 } from "../kit/time.ts";
import type { OslpDevice } from "./device.ts";
import { eventFacts } from "./events.ts";
import type { Registration } from "./memory.ts";
import { readTime } from "./times.ts";

/** What a draft is about and where it came from. */
export interface Origin {
  readonly device: OslpDevice;
  /** The registration in force. */
  readonly registration: Registration;
  /** Of the envelope that carried it. */
  readonly sequenceNumber: number;
}

/**
 * One draft per event of a request, in its order. The same request gives the same ids. An event the device lists twice,
 * alike to the second, is one event.
 */
export function eventDrafts(notifications: readonly EventNotification[], origin: Origin): MessageDraft[] {
  const [only] = notifications;
  // Nearly always it is one.
  if (only !== undefined && notifications.length === 1) return [eventDraft(only, 0, origin)];
  const drafts = new Map<string, MessageDraft>();
  notifications.forEach((notification, position) => {
    const draft = eventDraft(notification, position, origin);
    if (!drafts.has(draft.id)) drafts.set(draft.id, draft);
  });
  return [...drafts.values()];
}

function eventDraft(
  notification: EventNotification,
  position: number,
  origin: Origin,
): MessageDraft<"busbar.event.v1"> {
  const { event, description = "" } = notification;
  const index = notification.index?.[0];
  // A time that is not one, or of a clock that was never set, is no time: the event is told apart by its envelope.
  const time = readTime(notification.timestamp);
  const id = oslpEventId({
    device: origin.device.uid,
    code: event,
    index: index ?? 0,
    timestamp: time.kind === "given" ? notification.timestamp : undefined,
    description,
    sequenceNumber: origin.sequenceNumber,
    position,
  });
  const { code, nativeCode, category, severity } = eventFacts(event);
  const point = switchedPoint(event, index ?? 0);
  // Every event passes here: a literal is made in a hundredth of the time that a spread with more behind it takes.
  const data: EventData = {
    cause: "spontaneous",
    historical: false,
    device: identityOf(origin),
    code,
    nativeCode,
    category,
    severity,
    text: shortened(description),
    index,
    points: point === undefined ? undefined : [point],
  };
  return {
    subject: origin.device.uid,
    protocol: "oslp",
    devicetype: origin.device.deviceType,
    id,
    type: "busbar.event.v1",
    time: time.kind === "given" ? toRfc3339(time.at) : undefined,
    timesource: time.kind === "given" ? "device" : "ingest",
    data,
  };
}

/** A registration that was confirmed: the device has booted, or synchronized its clock. */
export function registrationDraft(origin: Origin): MessageDraft<"busbar.event.v1"> {
  const { deviceId, randomDevice, randomPlatform, address, hasSchedule } = origin.registration;
  return {
    ...draftOf(origin),
    id: oslpEventId({
      device: origin.device.uid,
      // No event number: registrations are not events of the contract.
      code: -1,
      index: 0,
      timestamp: undefined,
      description: `${deviceId} ${randomDevice} ${randomPlatform}`,
      sequenceNumber: origin.sequenceNumber,
    }),
    type: "busbar.event.v1",
    time: undefined,
    timesource: "ingest",
    data: {
      ...saidBy(origin, "spontaneous"),
      code: "device.registered",
      nativeCode: "CONFIRM_REGISTER_DEVICE",
      category: "comms",
      severity: "info",
      text: `registered from ${address}, ${hasSchedule ? "with" : "without"} a schedule`,
    },
  };
}

/**
 * The lights of a GetStatusResponse as a reading; `undefined` where it names none. The response's number tells the
 * attempts of one command apart.
 */
export function lightReading(status: GetStatusResponse, uid: string, origin: Origin): MessageDraft | undefined {
  const points = [...status.value.flatMap(lightPoints), ...outputPoints(status)];
  if (points.length === 0) return undefined;
  const data: ReadingData = { ...saidBy(origin, "request"), points };
  return {
    ...draftOf(origin),
    id: commandReadingId({ uid, attempt: origin.sequenceNumber }),
    type: "busbar.reading.v1",
    // currentTime of the response is local time without a zone: not a time to trust.
    time: undefined,
    timesource: "ingest",
    correlationid: uid,
    data,
  };
}

function lightPoints(value: GetStatusResponse["value"][number]): Point[] {
  const index = value.index?.[0] ?? 0;
  const q = { validity: "good" } as const;
  const on: Point = { ref: { scheme: "oslp", value: `light[${index}].on` }, value: value.on, type: "bool", q };
  const dim = value.dimValue?.[0];
  // Devices report any dim value for a light that is off.
  if (!value.on || dim === undefined) return [on];
  return [on, { ref: { scheme: "oslp", value: `light[${index}].dimValue` }, value: dim, type: "u8", unit: "%", q }];
}

function outputPoints(status: GetStatusResponse): Point[] {
  const points: Point[] = [];
  const add = (field: keyof GetStatusResponse, unit: "V" | "W", thousandths: number | undefined): void => {
    if (thousandths === undefined) return;
    const raw = { value: thousandths, scaler: -3 };
    points.push({ ref: { scheme: "oslp", value: field }, value: thousandths / 1_000, type: "u32", unit, raw });
  };
  add("dcOutputVoltageMaximum", "V", status.dcOutputVoltageMaximum);
  add("dcOutputVoltageCurrent", "V", status.dcOutputVoltageCurrent);
  add("maximumOutputPowerOnDcOutput", "W", status.maximumOutputPowerOnDcOutput);
  return points;
}

/** The state a switching event tells; index 0 are all light relays. */
function switchedPoint(event: number, index: number): Point | undefined {
  switch (event) {
    case Event.LIGHT_EVENTS_LIGHT_ON:
    case Event.LIGHT_EVENTS_LIGHT_OFF:
      return relayPoint(`light[${index}].on`, event === Event.LIGHT_EVENTS_LIGHT_ON);
    case Event.TARIFF_EVENTS_TARIFF_ON:
    case Event.TARIFF_EVENTS_TARIFF_OFF:
      return relayPoint(`tariff[${index}].on`, event === Event.TARIFF_EVENTS_TARIFF_ON);
    default:
      return undefined;
  }
}

function relayPoint(ref: string, on: boolean): Point {
  return { ref: { scheme: "oslp", value: ref }, value: on, type: "bool" };
}

function draftOf({ device }: Origin) {
  return { subject: device.uid, protocol: "oslp", devicetype: device.deviceType } as const;
}

function saidBy(origin: Origin, cause: "spontaneous" | "request") {
  return { cause, historical: false, device: identityOf(origin) } as const;
}

function identityOf({ device, registration }: Origin) {
  return { protocolId: device.deviceIdentification, address: registration.address };
}

/** At most the model's length of text, never half a character. */
function shortened(text: string): string {
  if (text.length <= TEXT_LENGTH) return text;
  const cut = text.slice(0, TEXT_LENGTH);
  return /[\ud800-\udbff]$/.test(cut) ? cut.slice(0, -1) : cut;
}
