import { z } from "zod";
import { EdgeError } from "../../adapters/kit/edge-error.ts";
import { TIME_FORMS } from "../../adapters/mqtt/time-form.ts";
import {
  compileRule,
  type WrittenPlace,
  type WrittenPoint,
  type WrittenRule,
} from "../../adapters/mqtt/written-mapping.ts";
import { CAUSES, EVENT_CATEGORIES, SEVERITIES } from "../model/data.ts";
import { UNITS, type Unit } from "../model/units.ts";
import { VALUE_TYPES } from "../model/value.ts";
import { choice, flag, integer, text } from "./scalars.ts";

/** Points of one rule: a message of so many stays below the model's bound whatever they hold. */
const POINTS_MAX = 500;
export const RULES_MAX = 64;

const place: z.ZodType<WrittenPlace> = z.union([z.string().max(1_024), z.number().int().min(0).max(1_000)], {
  error: 'a JSON pointer such as "/u/0", the number of a CSV field, or "{variable}" of the topic',
});

const point: z.ZodType<WrittenPoint> = z
  .strictObject({
    name: text("a name such as voltage.l1", /\S/, 255).optional(),
    at: place.optional(),
    type: choice(VALUE_TYPES).prefault("f64"),
    unit: z
      .enum(Object.keys(UNITS) as [Unit, ...Unit[]], {
        error: "a base unit such as W, Wh, V, A (no kW: give a scaler)",
      })
      .optional(),
    scaler: integer(-18, 18, "a power of ten").optional(),
    optional: flag().prefault(false),
  })
  .transform((value) => ({ ...value, name: value.name, at: value.at, unit: value.unit, scaler: value.scaler }));

const event = z
  .strictObject({
    code: text("a code such as tamper.opened", /^[a-z][a-z0-9.-]*$/, 255),
    category: choice(EVENT_CATEGORIES),
    severity: choice(SEVERITIES).prefault("info"),
    text: place.optional(),
  })
  .transform((value) => ({ ...value, text: value.text }));

export const mappingRule: z.ZodType<WrittenRule> = z
  .strictObject({
    topic: text("a topic with {device}, such as {device}/measurement", /\S/, 1_024),
    payload: choice(["json", "csv", "plain", "gxf-msr"]).prefault("json"),
    each: z.string({ error: "a JSON pointer to an array" }).max(1_024).optional(),
    separator: text("one character", /^[^"\n\r]$/, 1).prefault(";"),
    skipLines: integer(0, 100, "a number of lines").prefault(0),
    compression: choice(["auto", "none", "gzip"]).prefault("auto"),
    event: event.optional(),
    points: z
      .array(point, { error: "a list of { name, at, type, unit }" })
      .max(POINTS_MAX, { error: `at most ${POINTS_MAX} points` })
      .prefault([]),
    time: z.strictObject({ at: place, form: choice(TIME_FORMS) }).optional(),
    id: place.optional(),
    cause: choice(CAUSES).prefault("periodic"),
  })
  .transform((value, context) => {
    const written: WrittenRule = { ...value, each: value.each, event: value.event, time: value.time, id: value.id };
    try {
      compileRule(written);
      return written;
    } catch (thrown) {
      const message = thrown instanceof EdgeError ? thrown.message : "it cannot be used";
      context.issues.push({ code: "custom", message, input: value, params: { statement: true } });
      return z.NEVER;
    }
  });
