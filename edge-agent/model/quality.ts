import { z } from "zod";
import { timeField } from "./fields.ts";

/** IEC 61850-7-3 6.2.2 `validity`. `reserved` is kept because devices do send it. */
export const VALIDITIES = ["good", "invalid", "reserved", "questionable"] as const;
export type Validity = (typeof VALIDITIES)[number];

/** IEC 61850-7-3 6.2.3 `detailQual`, in the order of its bits. */
export const DETAIL_QUALITIES = [
  "overflow",
  "outOfRange",
  "badReference",
  "oscillatory",
  "failure",
  "oldData",
  "inconsistent",
  "inaccurate",
] as const;
export type DetailQuality = (typeof DETAIL_QUALITIES)[number];

/** Why there is no value, or a doubtful one, where the gateway knows better than the device. */
export const QUALITY_REASONS = [
  "timeout",
  "device-offline",
  "device-error",
  "access-denied",
  "not-supported",
  "decode-error",
  "never-read",
] as const;
export type QualityReason = (typeof QUALITY_REASONS)[number];

/** The quality of one value. A missing `source` means process; missing flags mean false. */
export interface Quality {
  readonly validity: Validity;
  readonly detail?: readonly DetailQuality[] | undefined;
  readonly source?: "process" | "substituted" | undefined;
  readonly test?: boolean | undefined;
  readonly operatorBlocked?: boolean | undefined;
  readonly reason?: QualityReason | undefined;
}

/** IEC 61850-7-2 6.1.2.9 TimeQuality; a DLMS clock status maps onto it. */
export interface TimeQuality {
  readonly clockFailure?: boolean | undefined;
  readonly notSynchronized?: boolean | undefined;
  readonly leapKnown?: boolean | undefined;
  /** Significant bits of the fraction of a second, 0–24: 10 is about a millisecond. Missing: unspecified (31). */
  readonly accuracyBits?: number | undefined;
}

export interface Timestamp {
  /** RFC 3339 UTC, up to nanoseconds where the source has them. */
  readonly time: string;
  readonly quality?: TimeQuality | undefined;
}

export const GOOD: Quality = { validity: "good" };

/** The quality of a value that is not there. */
export function missing(reason: QualityReason): Quality {
  return { validity: "invalid", reason };
}

const flag = z.boolean().optional();

export const qualityField: z.ZodType<Quality> = z
  .object({
    validity: z.enum(VALIDITIES).describe("IEC 61850-7-3 validity"),
    detail: z.array(z.enum(DETAIL_QUALITIES)).max(DETAIL_QUALITIES.length).optional().describe("what is wrong with it"),
    source: z.enum(["process", "substituted"]).optional().describe("missing: process"),
    test: flag.describe("the source is in test"),
    operatorBlocked: flag.describe("an operator blocked updates of the value"),
    reason: z.enum(QUALITY_REASONS).optional().describe("why the gateway has no value or a doubtful one"),
  })
  .meta({ id: "Quality", description: "Quality in the terms of IEC 61850-7-3" });

export const timestampField: z.ZodType<Timestamp> = z
  .object({
    time: timeField.describe("RFC 3339 UTC, up to nanoseconds"),
    quality: z
      .object({
        clockFailure: flag.describe("the source's clock has failed"),
        notSynchronized: flag.describe("the source's clock is not synchronized"),
        leapKnown: flag.describe("leap seconds are accounted for"),
        accuracyBits: z
          .number()
          .int()
          .min(0)
          .max(24)
          .optional()
          .describe("significant bits of the fraction of a second"),
      })
      .optional()
      .describe("IEC 61850-7-2 TimeQuality"),
  })
  .meta({ id: "Timestamp", description: "A time and how far it can be trusted" });
