import { toEdgeError } from "../kit/edge-error.ts";
import type { EventData, ReadingData } from "../../edge-agent/model/data.ts";
import type { MessageDraft } from "../../edge-agent/model/draft.ts";
import { mqttMessageId } from "../../edge-agent/model/ids.ts";
import { NAME_LENGTH, TEXT_LENGTH } from "../../edge-agent/model/limits.ts";
import type { Point } from "../../edge-agent/model/point.ts";
import { type Extract, extract } from "./extraction.ts";
import { readMsr } from "./gxf-msr.ts";
import { DRAFT_BYTES, DRAFTS_PER_PUBLISH, INFLATED_BYTES } from "./limits.ts";
import type { Mapping, MappingRule, Place, PointRule } from "./mapping-rule.ts";
import { mqttFault } from "./mqtt-fault.ts";
import { toValue } from "./point-value.ts";
import type { MappedDevice, MappingSeams, Publish } from "./publish.ts";
import { readTime } from "./time-form.ts";

/** Points × this is a cautious guess of their JSON bytes; only drafts that may be too long are written out to be sure. */
const POINT_BYTES = 400;

type Variables = Readonly<Record<string, string>>;

/** A rule that matched, with what the topic said. */
export interface Match {
  readonly rule: MappingRule;
  readonly variables: Variables;
}

/** The first rule of a mapping for a topic; with `device` only where `{device}` is that one. */
export function matchRule(mapping: Mapping, topic: string, device?: string): Match | undefined {
  const levels = topic.split("/");
  for (const rule of mapping.rules) {
    const variables = rule.topic.match(levels);
    if (variables === undefined) continue;
    const named = variables["device"];
    if (device === undefined || named === undefined || named === device) return { rule, variables };
  }
  return undefined;
}

/**
 * The drafts of a PUBLISH that matched a rule. Throws an EdgeError that says why it cannot be one: the caller makes a dead
 * letter of it.
 */
export function mapPublish(
  match: Match,
  device: MappedDevice,
  publish: Publish,
  seams: MappingSeams,
): readonly MessageDraft[] {
  try {
    return map(match, device, publish, seams);
  } catch (thrown) {
    throw toEdgeError(thrown, "mqtt.payload.not-json");
  }
}

interface Acquisition {
  readonly time: string | undefined;
  readonly id: string | undefined;
  readonly data: ReadingData | EventData;
}

function map(
  { rule, variables }: Match,
  device: MappedDevice,
  publish: Publish,
  seams: MappingSeams,
): readonly MessageDraft[] {
  const payload = inflated(rule, publish.payload, seams);
  const acquisitions =
    rule.payload.kind === "gxf-msr"
      ? msr(rule, device, publish.topic, payload)
      : ruled(rule, rule.payload, variables, device, publish, payload);
  if (acquisitions.length > DRAFTS_PER_PUBLISH) {
    throw mqttFault(
      "mqtt.payload.overfull",
      `the payload holds ${acquisitions.length} acquisitions, at most ${DRAFTS_PER_PUBLISH} are taken`,
    );
  }
  const nonce =
    acquisitions.some((one) => one.time === undefined && one.id === undefined) && publish.id === undefined
      ? seams.nonce()
      : "";
  return acquisitions.map((one, index) =>
    draft(one, { rule, device, publish, payload, nonce, index, of: acquisitions.length }),
  );
}

function draft(
  one: Acquisition,
  of: {
    readonly rule: MappingRule;
    readonly device: MappedDevice;
    readonly publish: Publish;
    readonly payload: Uint8Array;
    readonly nonce: string;
    readonly index: number;
    readonly of: number;
  },
): MessageDraft {
  const { rule, device, publish, payload, nonce, index } = of;
  checkSize(one);
  const id = one.id ?? publish.id;
  // Several acquisitions of one payload are several messages: their place tells them apart.
  const topic = of.of === 1 ? publish.topic : `${publish.topic}#${index}`;
  const by =
    id !== undefined
      ? ({ kind: "named", id: one.id !== undefined || of.of === 1 ? id : `${id}#${index}` } as const)
      : one.time !== undefined
        ? ({ kind: "timed", payload, time: one.time } as const)
        : ({ kind: "arrival", payload, nonce } as const);
  return {
    id: mqttMessageId({ device: device.uid, topic, by }),
    type: rule.kind.type === "reading" ? "busbar.reading.v1" : "busbar.event.v1",
    subject: device.uid,
    time: one.time,
    timesource: one.time === undefined ? "ingest" : "device",
    protocol: "mqtt",
    traceparent: publish.traceparent,
    data: one.data,
  };
}

function inflated(rule: MappingRule, payload: Uint8Array, seams: MappingSeams): Uint8Array {
  const isGzip = payload[0] === 0x1f && payload[1] === 0x8b;
  if (rule.compression === "none" || (rule.compression === "auto" && !isGzip)) return payload;
  try {
    return seams.gunzip(payload, INFLATED_BYTES);
  } catch (cause) {
    throw mqttFault("mqtt.payload.inflate", `the payload is not gzip of at most ${INFLATED_BYTES} bytes`, { cause });
  }
}

function msr(rule: MappingRule, device: MappedDevice, topic: string, payload: Uint8Array): readonly Acquisition[] {
  return readMsr(topic, payload).map((reading) => {
    if (reading.device !== device.identification) {
      throw mqttFault("mqtt.device.foreign", `the payload names another device than its topic`);
    }
    return { time: reading.time, id: undefined, data: shape(rule, device, topic, reading.points, undefined) };
  });
}

function ruled(
  rule: MappingRule,
  form: Exclude<MappingRule["payload"], { kind: "gxf-msr" }>,
  variables: Variables,
  device: MappedDevice,
  publish: Publish,
  payload: Uint8Array,
): readonly Acquisition[] {
  return extract(form, payload, variables).map((found) => {
    const points: Point[] = [];
    for (const one of rule.points) {
      const point = toPoint(one, found, variables, publish.topic);
      if (point !== undefined) points.push(point);
    }
    if (points.length === 0 && rule.kind.type === "reading")
      throw mqttFault("mqtt.point.missing", "the payload has none of the declared points");
    const time = rule.time === undefined ? undefined : present(found, rule.time.at);
    const id = rule.id === undefined ? undefined : present(found, rule.id);
    if (id !== undefined && typeof id !== "string" && typeof id !== "number")
      throw mqttFault("mqtt.point.type", "the message's id is neither text nor number");
    return {
      time: time === undefined || rule.time === undefined ? undefined : readTime(time, rule.time.form),
      id: id === undefined ? undefined : String(id).slice(0, NAME_LENGTH),
      data: shape(rule, device, publish.topic, points, found),
    };
  });
}

function present(found: Extract, place: Place): unknown {
  const value = found.at(place);
  if (value === undefined || value === null)
    throw mqttFault("mqtt.point.missing", `there is nothing at ${where(place)}, which was declared`);
  return value;
}

function toPoint(rule: PointRule, found: Extract, variables: Variables, topic: string): Point | undefined {
  const given = found.at(rule.at);
  if (given === undefined) {
    if (rule.optional) return undefined;
    throw mqttFault("mqtt.point.missing", `there is nothing at ${where(rule.at)}, which was declared`);
  }
  const { value, type, raw, q } = toValue(given, rule, where(rule.at));
  return {
    ref: { scheme: "mqtt", value: topic, pointer: found.pointerOf(rule.at) },
    name: rule.name === undefined ? undefined : filled(rule.name, variables),
    value,
    type,
    raw,
    q,
    unit: rule.unit,
  };
}

function shape(
  rule: MappingRule,
  device: MappedDevice,
  topic: string,
  points: readonly Point[],
  found: Extract | undefined,
): ReadingData | EventData {
  const from = { cause: rule.cause, historical: false, device: { protocolId: device.identification } } as const;
  const { kind } = rule;
  if (kind.type === "reading") return { ...from, points };
  const text = kind.text === undefined ? undefined : found?.at(kind.text);
  const said =
    text === undefined || text === null ? topic : typeof text === "object" ? JSON.stringify(text) : String(text);
  return {
    ...from,
    code: kind.code,
    category: kind.category,
    severity: kind.severity,
    nativeCode: said.slice(0, NAME_LENGTH) || topic.slice(0, NAME_LENGTH),
    text: said.slice(0, TEXT_LENGTH),
    points: points.length === 0 ? undefined : points,
  };
}

function filled(name: string, variables: Variables): string {
  if (!name.includes("{")) return name;
  return name
    .replace(/\{([a-z][A-Za-z0-9]*)\}/g, (_all, variable: string) => variables[variable] ?? "")
    .slice(0, NAME_LENGTH);
}

function where(place: Place): string {
  switch (place.kind) {
    case "pointer":
      return place.pointer === "" ? "the top" : place.pointer;
    case "field":
      return `field ${place.field}`;
    case "whole":
      return "the payload";
    case "variable":
      return `{${place.variable}}`;
  }
}

function checkSize(one: Acquisition): void {
  const points = one.data.points ?? [];
  let guess = points.length * POINT_BYTES;
  for (const point of points) guess += typeof point.value === "string" ? point.value.length * 3 : 0;
  if (guess <= DRAFT_BYTES) return;
  if (new TextEncoder().encode(JSON.stringify(one.data)).length <= DRAFT_BYTES) return;
  throw mqttFault("mqtt.payload.overfull", `one acquisition is longer than ${DRAFT_BYTES} bytes in our model`);
}
