import { z } from "zod";
import { isReportPattern, type ReportPlan, reportPattern } from "../../adapters/iec61850/report/plan.ts";
import type { Trigger } from "../../adapters/iec61850/report/fields.ts";
import { choice, duration, flag, text } from "./scalars.ts";

const RCB = "a report control block such as BAY1LD0/LLN0.brcbEvents, with * and ? where several are meant";
const TRIGGERS = ["dataChange", "qualityChange", "dataUpdate", "integrity", "interrogation"] as const;

const control = text(RCB, /\S/, 200).refine(isReportPattern, { error: RCB });

/** One block in full; the name alone where it is to be as the device has it. */
const written = z.strictObject({
  rcb: control,
  dataSet: text("a data set such as BAY1LD0/LLN0.Events", /^[^\s/]+\/[^\s.]+\.[^\s.]+$/).optional(),
  triggers: z.array(choice(TRIGGERS), { error: `a list of ${TRIGGERS.join(", ")}` }).optional(),
  integrity: duration({ min: "0s", max: "24h" }).optional(),
  bufferTime: duration({ min: "0ms", max: "1h" }).optional(),
  interrogate: flag().prefault(true),
  reserve: duration({ min: "1s", max: "9h" }).optional(),
  asConfigured: flag().prefault(false),
  withoutEntryId: choice(["replay", "purge"]).prefault("replay"),
});

const report: z.ZodType<ReportPlan> = z
  .union([control, written], { error: `${RCB}, or { rcb: … }` })
  .transform((value) => (typeof value === "string" ? written.parse({ rcb: value }) : value))
  .transform(
    (value): ReportPlan => ({
      pattern: reportPattern(value.rcb),
      dataSet: value.dataSet,
      triggers: value.triggers as readonly Trigger[] | undefined,
      integrityMs: value.integrity,
      bufferMs: value.bufferTime,
      interrogate: value.interrogate,
      reserveSeconds: value.reserve === undefined ? undefined : Math.round(value.reserve / 1_000),
      asConfigured: value.asConfigured,
      withoutEntryId: value.withoutEntryId,
    }),
  );

const LIST = `a list, each ${RCB}`;
const list: z.ZodType<readonly ReportPlan[]> = z.array(report, { error: LIST }).max(48, { error: "at most 48" });

/** Which reports are wanted of an IED. In a CSV: their names, with a space between. */
export const reports: z.ZodType<readonly ReportPlan[]> = z.preprocess(
  (given) => (typeof given === "string" ? given.split(/\s+/).filter((one) => one !== "") : given),
  list,
);
