import { z } from "zod";
import { COMMAND_UID_LENGTH, DEVICE_UID_LENGTH, ID_LENGTH, NAME_LENGTH, TEXT_LENGTH } from "./limits.ts";

/**
 * The small texts every schema is made of. Patterns rather than code, so that the JSON Schema made from them says the
 * same as we check.
 */

/** Safe in a Redis key, a URL, a file name and as BullMQ job id: that one refuses `:` and all-digit ids. */
export const ID_PATTERN: RegExp = /^(?!\d+$)[A-Za-z0-9_.~-]+$/;

/** RFC 3339 in UTC with up to nanoseconds. */
export const TIME_PATTERN: RegExp =
  /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])T(?:[01]\d|2[0-3]):[0-5]\d:(?:[0-5]\d|60)(?:\.\d{1,9})?Z$/;

/** ISO 8601 duration without weeks and fractions: `PT15M`, `P1D`, `P1M`. */
export const DURATION_PATTERN: RegExp =
  /^P(?=\d|T\d)(?:\d{1,9}Y)?(?:\d{1,9}M)?(?:\d{1,9}D)?(?:T(?=\d)(?:\d{1,9}H)?(?:\d{1,9}M)?(?:\d{1,9}S)?)?$/;

export const idField: z.ZodType<string, string> = z.string().max(ID_LENGTH).regex(ID_PATTERN);
export const deviceUidField: z.ZodType<string, string> = z.string().max(DEVICE_UID_LENGTH).regex(ID_PATTERN);
export const commandUidField: z.ZodType<string, string> = z.string().max(COMMAND_UID_LENGTH).regex(ID_PATTERN);
export const timeField: z.ZodType<string, string> = z.string().max(35).regex(TIME_PATTERN);
export const durationField: z.ZodType<string, string> = z.string().max(64).regex(DURATION_PATTERN);
export const nameField: z.ZodType<string, string> = z.string().min(1).max(NAME_LENGTH);
export const textField: z.ZodType<string, string> = z.string().max(TEXT_LENGTH);

/** Whether a text may be a message id, a device uid, a command uid. Without zod: cheap enough for every message. */
export function isId(text: string, longest: number = ID_LENGTH): boolean {
  return text.length >= 1 && text.length <= longest && ID_PATTERN.test(text);
}
