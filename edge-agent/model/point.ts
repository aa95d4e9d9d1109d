import { z } from "zod";
import { nameField } from "./fields.ts";
import { REF_LENGTH } from "./limits.ts";
import { type Quality, qualityField, type Timestamp, timestampField } from "./quality.ts";
import { type Unit, unitField } from "./units.ts";
import { scaledFlaw, VALUE_TYPES, type Value, type ValueType, valueFlaw } from "./value.ts";

export const REF_SCHEMES = ["obis", "iec61850", "oslp", "mqtt"] as const;
export type RefScheme = (typeof REF_SCHEMES)[number];

/** Where a value lives in the device, in the device's own words. Never lost: it allows the way back and support. */
export interface Ref {
  readonly scheme: RefScheme;
  /** `1-0:1.8.0*255`, `LD/LN.DO.DA[FC]`, `light[1].on`, an MQTT topic name. */
  readonly value: string;
  /** COSEM attribute index; for OBIS alone. */
  readonly attr?: number | undefined;
  /** COSEM class id; for OBIS alone. */
  readonly classId?: number | undefined;
  /** JSON pointer into the payload (RFC 6901); for MQTT alone. */
  readonly pointer?: string | undefined;
}

/** One value of one device. */
export interface Point {
  readonly ref: Ref;
  /** Canonical name from the device profile: `energy.active.import.total`. */
  readonly name?: string | undefined;
  /** The scale is applied. See `valueFlaw` for how each type is written. */
  readonly value: Value;
  /** The native type: of `raw.value` where a scale was applied, else of `value`. */
  readonly type: ValueType;
  readonly unit?: Unit | undefined;
  /** As the device sent it: `value = raw.value · 10^raw.scaler`. */
  readonly raw?: { readonly value: Value; readonly scaler: number } | undefined;
  /** Missing: the protocol has no quality. */
  readonly q?: Quality | undefined;
  /** Missing: the time of the message. */
  readonly t?: Timestamp | undefined;
}

export const refField: z.ZodType<Ref, Ref> = z
  .object({
    scheme: z.enum(REF_SCHEMES).describe("the naming of the protocol"),
    value: z.string().min(1).max(REF_LENGTH).describe("the reference as the protocol writes it"),
    attr: z.number().int().min(-128).max(127).optional().describe("COSEM attribute index (`obis`)"),
    classId: z.number().int().min(0).max(65_535).optional().describe("COSEM class id (`obis`)"),
    pointer: z.string().max(REF_LENGTH).optional().describe("JSON pointer into the payload (`mqtt`)"),
  })
  .meta({ id: "Ref", description: "The native reference of a value" });

export const valueField: z.ZodType<Value> = z.union([z.number(), z.string(), z.boolean(), z.null()]);
export const valueTypeField: z.ZodType<ValueType> = z.enum(VALUE_TYPES);

export const pointField: z.ZodType<Point> = z
  .object({
    ref: refField.describe("native reference"),
    name: nameField.optional().describe("canonical name from the device profile"),
    value: valueField.describe(
      "scale applied; 64-bit integers as decimal string, `bytes` as hex, `bitstring` as `0`/`1`, null: no value, `q` says why",
    ),
    type: valueTypeField.describe("native type, of `raw.value` where a scale was applied"),
    unit: unitField.optional().describe("base unit"),
    raw: z
      .object({
        value: valueField.describe("as the device sent it"),
        scaler: z.number().int().min(-128).max(127).describe("power of ten"),
      })
      .optional()
      .describe("the value before the scale was applied"),
    q: qualityField.optional().describe("missing: the protocol has no quality"),
    t: timestampField.optional().describe("missing: the time of the message"),
  })
  .superRefine((point, context) => {
    const flaw =
      point.raw === undefined
        ? valueFlaw(point.type, point.value)
        : scaledFlaw(point.type, point.raw.value, point.value);
    if (flaw !== undefined) context.addIssue({ code: "custom", path: ["value"], message: flaw });
  })
  .meta({ id: "Point", description: "One value of one device" });
