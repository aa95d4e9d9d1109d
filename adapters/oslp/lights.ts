import type { Json } from "../../edge-agent/model/bounded-json.ts";
import type { Ref } from "../../edge-agent/model/point.ts";
import type { LightValue } from "../../proto/oslp/gen/types.ts";
import { oslpFault } from "./codes.ts";
import type { Exchange } from "./exchange.ts";

export interface LightRequest {
  /** In the JSON of `LightValue`. */
  readonly values: Json;
  /** Whether a ResumeSchedule follows; `undefined`: as the settings say. */
  readonly resumeSchedule: boolean | undefined;
}

/**
 * What a core writes for lights: `{values: [{index, on, dimValue}, …]}`, or one value alone, `{on: true}`; or a reference
 * `light[2]` with one value without its index, or with `true` or `false`. Throws `oslp.command.invalid`.
 */
export function toLightRequest(value: Json | undefined, target: Ref | undefined): LightRequest {
  const given = typeof value === "boolean" ? { on: value } : value;
  if (typeof given !== "object" || given === null || Array.isArray(given))
    throw invalid("value is an object or a boolean");
  const fields = new Map<string, Json>(Object.entries(given));
  const resume = fields.get("resumeSchedule");
  if (resume !== undefined && typeof resume !== "boolean") throw invalid("value.resumeSchedule is true or false");
  fields.delete("resumeSchedule");
  const index = target === undefined ? undefined : relayOf(target);
  if (index !== undefined) {
    if (fields.has("values") || fields.has("index")) throw invalid("the target names the light, the value does so too");
    fields.set("index", index);
  }
  const rest: { [key: string]: Json } = Object.fromEntries(fields);
  if (!fields.has("values")) return { values: [rest], resumeSchedule: resume };
  if (fields.size > 1) throw invalid("value.values stands alone, besides resumeSchedule");
  return { values: fields.get("values") ?? [], resumeSchedule: resume };
}

/** The rules between the fields of light values. Throws `oslp.command.invalid`. */
export function checkLights(values: readonly LightValue[]): void {
  const seen = new Set<number>();
  for (const value of values) {
    const index = value.index?.[0] ?? 0;
    if (value.dimValue !== undefined && !value.on) throw invalid("a light that is switched off has no dimValue");
    if (seen.has(index)) throw invalid(`light ${index} is named twice`);
    seen.add(index);
  }
}

/** What platforms in the field send after a SetLight, so that the schedule takes over at its next entry. */
export function resumeAll(): Exchange {
  return {
    request: { member: "resumeScheduleRequest", body: { index: Uint8Array.of(0), immediate: false } },
    response: "resumeScheduleResponse",
  };
}

function relayOf(target: Ref): number {
  const digits = target.scheme === "oslp" ? /^light\[([0-6])\](?:\.on)?$/.exec(target.value)?.[1] : undefined;
  if (digits === undefined) throw invalid("the target is light[0] to light[6]");
  return Number(digits);
}

function invalid(why: string): Error {
  return oslpFault("oslp.command.invalid", why, { blame: "operator" });
}
