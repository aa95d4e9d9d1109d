import type { Cause, EventCategory, Severity } from "../../edge-agent/model/data.ts";
import type { Unit } from "../../edge-agent/model/units.ts";
import type { ValueType } from "../../edge-agent/model/value.ts";
import { pointerFlaw } from "./json-payload.ts";
import type { Mapping, MappingRule, PayloadForm, Place, PointRule } from "./mapping-rule.ts";
import { mqttFault } from "./mqtt-fault.ts";
import type { TimeForm } from "./time-form.ts";
import { TopicTemplate } from "./topic-template.ts";

/** `/json/pointer`, the number of a CSV field from 0, or `{variable}` of the topic; absent: the whole payload. */
export type WrittenPlace = string | number | undefined;

export interface WrittenPoint {
  readonly name: string | undefined;
  readonly at: WrittenPlace;
  readonly type: ValueType;
  readonly unit: Unit | undefined;
  readonly scaler: number | undefined;
  readonly optional: boolean;
}

/** A rule as an operator writes it. */
export interface WrittenRule {
  readonly topic: string;
  readonly payload: PayloadForm["kind"];
  readonly each: string | undefined;
  readonly separator: string;
  readonly skipLines: number;
  readonly compression: MappingRule["compression"];
  readonly event:
    | {
        readonly code: string;
        readonly category: EventCategory;
        readonly severity: Severity;
        readonly text: WrittenPlace;
      }
    | undefined;
  readonly points: readonly WrittenPoint[];
  readonly time: { readonly at: WrittenPlace; readonly form: TimeForm } | undefined;
  readonly id: WrittenPlace;
  readonly cause: Cause;
}

/** Throws `mqtt.template.invalid`, blaming the operator, with the sentence to show. */
export function compileRule(written: WrittenRule): MappingRule {
  const topic = new TopicTemplate(written.topic);
  if (!topic.variables.includes("device"))
    throw wrong(`${JSON.stringify(written.topic)} does not say where the device stands: {device}`);
  const place = (at: WrittenPlace): Place => compilePlace(at, written.payload, topic);
  if (written.payload === "gxf-msr") {
    if (written.points.length > 0) throw wrong("gxf-msr has points of its own");
  } else if (written.points.length === 0 && written.event === undefined)
    throw wrong("a rule without points says nothing");
  return {
    topic,
    payload: formOf(written),
    compression: written.compression,
    kind:
      written.event === undefined
        ? { type: "reading" }
        : {
            type: "event",
            ...written.event,
            text: written.event.text === undefined ? undefined : place(written.event.text),
          },
    points: written.points.map(
      (point): PointRule => ({ ...point, name: checkedName(point.name, topic), at: place(point.at) }),
    ),
    time: written.time && { at: place(written.time.at), form: written.time.form },
    id: written.id === undefined ? undefined : place(written.id),
    cause: written.cause,
  };
}

/** The mappings that are there without being written. */
export const SHIPPED: readonly Mapping[] = [
  {
    name: "gxf-msr",
    rules: ["msr/{device}/data", "msr/{device}/congestion"].map((topic) => compileRule(shipped(topic))),
  },
];

function shipped(topic: string): WrittenRule {
  return {
    topic,
    payload: "gxf-msr",
    each: undefined,
    separator: ";",
    skipLines: 0,
    compression: "auto",
    event: undefined,
    points: [],
    time: undefined,
    id: undefined,
    cause: "periodic",
  };
}

function formOf(written: WrittenRule): PayloadForm {
  switch (written.payload) {
    case "json": {
      const flaw = written.each === undefined ? undefined : pointerFlaw(written.each);
      if (flaw !== undefined) throw wrong(`${JSON.stringify(written.each)}: ${flaw}`);
      return { kind: "json", each: written.each };
    }
    case "csv":
      return { kind: "csv", separator: written.separator, skipLines: written.skipLines };
    case "plain":
      return { kind: "plain" };
    case "gxf-msr":
      return { kind: "gxf-msr" };
  }
}

function compilePlace(at: WrittenPlace, payload: PayloadForm["kind"], topic: TopicTemplate): Place {
  if (at === undefined) return { kind: "whole" };
  const variable = typeof at === "string" ? /^\{([a-z][A-Za-z0-9]*)\}$/.exec(at)?.[1] : undefined;
  if (variable !== undefined) return { kind: "variable", variable: known(variable, topic) };
  if (payload === "csv") {
    const field = typeof at === "number" ? at : Number.parseInt(at, 10);
    if (!Number.isInteger(field) || field < 0 || String(field) !== String(at))
      throw wrong(`${JSON.stringify(at)}: in CSV a place is the number of a field, from 0`);
    return { kind: "field", field };
  }
  if (payload !== "json" || typeof at !== "string")
    throw wrong(`${JSON.stringify(at)}: in ${payload} there is no such place`);
  const flaw = pointerFlaw(at);
  if (flaw !== undefined) throw wrong(`${JSON.stringify(at)}: ${flaw}`);
  return { kind: "pointer", pointer: at };
}

function checkedName(name: string | undefined, topic: TopicTemplate): string | undefined {
  for (const [, variable = ""] of name?.matchAll(/\{([^{}]*)\}/g) ?? []) known(variable, topic);
  return name;
}

function known(variable: string, topic: TopicTemplate): string {
  if (topic.variables.includes(variable)) return variable;
  throw wrong(`the topic ${JSON.stringify(topic.text)} has no {${variable}}`);
}

function wrong(message: string): Error {
  return mqttFault("mqtt.template.invalid", message, { blame: "operator" });
}
