import { type DigestPart, digest } from "./digest.ts";
import { isId } from "./fields.ts";
import { DEVICE_UID_LENGTH } from "./limits.ts";
import { ModelFault } from "./model-fault.ts";

/**
 * The deterministic ids of messages, per protocol. Their material is what the device said and nothing of ours (no agent
 * counter, no time of arrival, unless there is nothing else), so that a device which repeats itself to the other agent
 * gets the same id. Readable where the material is short and regular, a digest where it is free.
 */

/** One OSLP EventNotification. A device without a clock (no timestamp) is told apart by the envelope's sequence number. */
export function oslpEventId(event: {
  readonly device: string;
  /** Event number, OSLP `enum Event`. */
  readonly code: number;
  readonly index: number;
  /** As sent, `yyyyMMddHHmmss`; `undefined` where the device sent none. */
  readonly timestamp: string | undefined;
  readonly description: string;
  readonly sequenceNumber: number;
  /** Position of the notification in its request; counts only without a timestamp. */
  readonly position?: number;
}): string {
  const { device, code, index, timestamp, description } = event;
  const material: DigestPart[] = [device, "event", code, index, timestamp, description];
  if (timestamp === undefined) material.push(event.sequenceNumber, event.position ?? 0);
  return digested("oslp", device, material);
}

/** A report of a buffered report control block. EntryID restarts with some IEDs, hence TimeOfEntry (IEC 61850-8-1 17.2). */
export function bufferedReportId(report: {
  readonly device: string;
  readonly rptId: string;
  readonly entryId: Uint8Array;
  readonly timeOfEntry: string | number | undefined;
  /** SubSqNum of a segmented report, 0 for a whole one. */
  readonly segment: number;
}): string {
  return hashed("61850", report.device, ["brcb", report.rptId, report.entryId, report.timeOfEntry, report.segment]);
}

export function unbufferedReportId(report: {
  readonly device: string;
  readonly rptId: string;
  readonly sqNum: number | undefined;
  readonly timestamp: string | number | undefined;
  readonly segment: number;
}): string {
  return hashed("61850", report.device, ["urcb", report.rptId, report.sqNum, report.timestamp, report.segment]);
}

/** A value we read on a timetable. A second read in the slot is a correction: pass `value` where it differs from the first. */
export function slotReadId(read: {
  readonly protocol: "oslp" | "dlms" | "iec61850" | "mqtt";
  readonly device: string;
  /** The native reference, or all of them joined. */
  readonly ref: string;
  /** Start of the read slot, RFC 3339 UTC. */
  readonly slot: string;
  readonly value?: string;
}): string {
  return hashed(read.protocol, read.device, ["slot", read.ref, read.slot, read.value]);
}

/** Rows of a DLMS profile generic by OBIS and capture times: `dlms-dev_7Q2-1.0.99.1.0.255-20261121T001500Z`. */
export function dlmsProfileId(profile: {
  readonly device: string;
  /** `1-0:99.1.0*255` or its six octets dotted. */
  readonly obis: string;
  /** Capture times of the first and the last row, RFC 3339 UTC. */
  readonly from: string;
  readonly to: string;
}): string {
  const obis = profile.obis.replace(/[-:*]/g, ".");
  const from = compact(profile.from);
  const to = compact(profile.to);
  return readable("dlms", profile.device, from === to ? [obis, from] : [obis, from, to]);
}

/** A DLMS DataNotification: by its invocation counter where it came ciphered, else by its bytes and the minute. */
export function dlmsPushId(push: {
  readonly device: string;
  readonly by:
    | { readonly kind: "ciphered"; readonly systemTitle: Uint8Array; readonly invocationCounter: number }
    | { readonly kind: "plain"; readonly pdu: Uint8Array /** RFC 3339 UTC */; readonly receivedAt: string };
}): string {
  const by = push.by;
  const material: DigestPart[] =
    by.kind === "ciphered"
      ? ["push", by.systemTitle, by.invocationCounter]
      : ["push-plain", by.pdu, by.receivedAt.slice(0, 16)];
  return hashed("dlms", push.device, material);
}

/**
 * An MQTT PUBLISH. `named`: the publisher gave an id (MQTT 5 user property `id`). `timed`: the payload has the device's own
 * time. `arrival`: neither; two equal payloads are then two events, told apart by what the caller counts.
 */
export function mqttMessageId(message: {
  readonly device: string;
  readonly topic: string;
  readonly by:
    | { readonly kind: "named"; readonly id: string }
    | { readonly kind: "timed"; readonly payload: Uint8Array; readonly time: string }
    | { readonly kind: "arrival"; readonly payload: Uint8Array; readonly nonce: string };
}): string {
  const by = message.by;
  switch (by.kind) {
    case "named":
      return hashed("mqtt", message.device, ["named", by.id]);
    case "timed":
      return hashed("mqtt", message.device, ["timed", message.topic, by.payload, by.time]);
    case "arrival":
      return hashed("mqtt", message.device, ["arrival", message.topic, by.payload, by.nonce]);
  }
}

/** A step of a command: each state is said once, `sent` and the like once per attempt. */
export function commandResultId(step: {
  readonly uid: string;
  readonly state: string;
  readonly attempt: number;
}): string {
  return checked(`result-${step.uid}-${step.state}-${step.attempt}`);
}

/** Points a command returned. */
export function commandReadingId(reading: {
  readonly uid: string;
  readonly attempt: number;
  readonly part?: number;
}): string {
  return checked(`reading-${reading.uid}-${reading.attempt}-${reading.part ?? 0}`);
}

/** A device's state as one epoch saw it begin: a new active says it again under its own epoch. */
export function stateId(state: {
  readonly device: string;
  readonly state: string;
  readonly since: string;
  readonly epoch: number;
}): string {
  return hashed("state", state.device, [state.state, state.since, state.epoch]);
}

/** An event of the gateway itself; `material` is whatever tells two of a kind apart (agent, epoch, time). */
export function gatewayEventId(gateway: string, code: string, material: readonly DigestPart[]): string {
  return hashed("gw", gateway, [code, ...material]);
}

function hashed(prefix: string, device: string, material: readonly DigestPart[]): string {
  return digested(prefix, device, [device, ...material]);
}

/** @param material begins with the device */
function digested(prefix: string, device: string, material: readonly DigestPart[]): string {
  return checked(`${prefix}-${checkedDevice(device)}-${digest(material)}`);
}

/** Unambiguous although joined by a dash: the material is made of dots, digits and letters, so the id splits from its end. */
function readable(prefix: string, device: string, material: readonly string[]): string {
  const id = `${prefix}-${checkedDevice(device)}-${material.join("-")}`;
  return isId(id) ? id : hashed(prefix, device, material);
}

function compact(time: string): string {
  return time.replace(/\.0+Z$/, "Z").replace(/[-:]/g, "");
}

function checkedDevice(device: string): string {
  if (isId(device, DEVICE_UID_LENGTH)) return device;
  throw new ModelFault(
    "model.id.invalid",
    `a device uid is 1 to ${DEVICE_UID_LENGTH} of A-Z a-z 0-9 _ . ~ - and not all digits`,
  );
}

function checked(id: string): string {
  if (isId(id)) return id;
  throw new ModelFault("model.id.invalid", "an id is 1 to 128 of A-Z a-z 0-9 _ . ~ - and not all digits");
}
