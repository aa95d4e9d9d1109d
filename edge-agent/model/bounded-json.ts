import { z } from "zod";
import { JSON_DEPTH, JSON_NODES, VALUE_LENGTH } from "./limits.ts";

/** A value as JSON has it. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };
export type JsonRecord = { readonly [key: string]: Json };

/**
 * Why a value is not JSON within our bounds (`JSON_DEPTH`, `JSON_NODES`, `VALUE_LENGTH`), or `undefined` where it is.
 * It walks with its own stack: a deep value costs at most `JSON_NODES` steps and no recursion.
 */
export function jsonFlaw(value: unknown): string | undefined {
  const waiting: { readonly value: unknown; readonly depth: number }[] = [{ value, depth: 0 }];
  let nodes = 0;
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    nodes += 1;
    if (nodes > JSON_NODES) return `more than ${JSON_NODES} values`;
    const one = next.value;
    if (one === null || typeof one === "boolean") continue;
    if (typeof one === "number") {
      if (!Number.isFinite(one)) return "a number JSON cannot hold";
    } else if (typeof one === "string") {
      if (one.length > VALUE_LENGTH) return `a text longer than ${VALUE_LENGTH} characters`;
    } else if (typeof one === "object") {
      if (next.depth >= JSON_DEPTH) return `nested deeper than ${JSON_DEPTH}`;
      const inner: unknown[] = Array.isArray(one) ? one : Object.values(one);
      if (inner.length + waiting.length + nodes > JSON_NODES) return `more than ${JSON_NODES} values`;
      for (const child of inner) waiting.push({ value: child, depth: next.depth + 1 });
    } else return `a ${typeof one}, which is not JSON`;
  }
  return undefined;
}

export const jsonField: z.ZodType<Json, Json> = z
  .custom<Json>((value) => value !== undefined)
  .superRefine((value, context) => {
    const flaw = jsonFlaw(value);
    if (flaw !== undefined) context.addIssue({ code: "custom", message: flaw });
  });

export const jsonRecordField: z.ZodType<JsonRecord> = z
  .custom<JsonRecord>((value) => typeof value === "object" && value !== null && !Array.isArray(value), {
    message: "expected an object",
  })
  .superRefine((value, context) => {
    const flaw = jsonFlaw(value);
    if (flaw !== undefined) context.addIssue({ code: "custom", message: flaw });
  });
