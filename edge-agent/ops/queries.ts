import { z } from "zod";
import type { LogSettings } from "../config/config.ts";
import { DEVICE_STATES } from "../model/data.ts";
import { OpsFault } from "./ops-fault.ts";
import type { GroupRequest, HandoverRequest } from "../model/agent-status.ts";
import type { DeviceQuery, TapFilter } from "../model/device-status.ts";

export const MAX_PAGE = 1_000;
const DEFAULT_PAGE = 100;

const word = z.string().min(1).max(128);

const devicesSchema: z.ZodType<DeviceQuery> = z.strictObject({
  state: z.enum(DEVICE_STATES).optional(),
  protocol: word.optional(),
  group: word.optional(),
  text: word.optional(),
  after: word.optional(),
  limit: z.coerce.number().int().min(1).max(MAX_PAGE).default(DEFAULT_PAGE),
});

const tapSchema: z.ZodType<TapFilter> = z.strictObject({
  device: word.optional(),
  type: word.optional(),
  protocol: word.optional(),
});

const reason = z.string().max(200).default("asked by an operator");
const groupSchema: z.ZodType<GroupRequest> = z.strictObject({ group: word.optional(), reason });
const handoverSchema: z.ZodType<HandoverRequest> = z.strictObject({
  group: word.optional(),
  to: word.optional(),
  reason,
});
export interface LevelRequest {
  readonly level: LogSettings["level"];
}

const levelSchema: z.ZodType<LevelRequest> = z.strictObject({
  level: z.enum(["trace", "debug", "info", "warn", "error"]),
});

export function devicesQuery(query: unknown): DeviceQuery {
  return decode(devicesSchema, query);
}

export function tapFilter(query: unknown): TapFilter {
  return decode(tapSchema, query);
}

export function groupRequest(body: unknown): GroupRequest {
  return decode(groupSchema, body ?? {});
}

export function handoverRequest(body: unknown): HandoverRequest {
  return decode(handoverSchema, body ?? {});
}

export function levelRequest(body: unknown): LevelRequest {
  return decode(levelSchema, body ?? {});
}

function decode<T>(schema: z.ZodType<T>, value: unknown): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const where = issue === undefined || issue.path.length === 0 ? "" : `${issue.path.join(".")}: `;
  throw new OpsFault(400, "ops.request.invalid", `${where}${issue?.message ?? "not understood"}`);
}
