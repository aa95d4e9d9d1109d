import type { Cause, EventCategory, Severity } from "../../edge-agent/model/data.ts";
import type { Unit } from "../../edge-agent/model/units.ts";
import type { ValueType } from "../../edge-agent/model/value.ts";
import type { TimeForm } from "./time-form.ts";
import type { TopicTemplate } from "./topic-template.ts";

/**
 * Where a value is: a JSON pointer for `json`, the number of a field from 0 for `csv`, nothing for `plain`, a variable of
 * the topic for any of them.
 */
export type Place =
  | { readonly kind: "pointer"; readonly pointer: string }
  | { readonly kind: "field"; readonly field: number }
  | { readonly kind: "whole" }
  | { readonly kind: "variable"; readonly variable: string };

/** One value of a payload and what it is called. */
export interface PointRule {
  /** Canonical name; `{point}` and the like are filled from the topic. */
  readonly name: string | undefined;
  readonly at: Place;
  readonly type: ValueType;
  readonly unit: Unit | undefined;
  readonly scaler: number | undefined;
  /** A payload without it is still a reading. */
  readonly optional: boolean;
}

export type PayloadForm =
  | {
      readonly kind: "json" /** A pointer to an array: every element is a message of its own. */;
      readonly each: string | undefined;
    }
  | {
      readonly kind: "csv";
      readonly separator: string /** Lines at the beginning that name columns. */;
      readonly skipLines: number;
    }
  | { readonly kind: "plain" }
  | { readonly kind: "gxf-msr" };

export type MessageKind =
  | { readonly type: "reading" }
  | {
      readonly type: "event";
      readonly code: string;
      readonly category: EventCategory;
      readonly severity: Severity;
      /** Where the device's own code or text is; absent: the topic. */
      readonly text: Place | undefined;
    };

/** What the messages of one topic template are. */
export interface MappingRule {
  readonly topic: TopicTemplate;
  readonly payload: PayloadForm;
  readonly compression: "none" | "gzip" | "auto";
  readonly kind: MessageKind;
  readonly points: readonly PointRule[];
  readonly time: { readonly at: Place; readonly form: TimeForm } | undefined;
  /** Where the publisher's own id of the message is: a repeat is then recognised whatever else it holds. */
  readonly id: Place | undefined;
  readonly cause: Cause;
}

/** What devices of one kind say. The first rule whose topic matches decides. */
export interface Mapping {
  readonly name: string;
  readonly rules: readonly MappingRule[];
}
