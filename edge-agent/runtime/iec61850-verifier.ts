import { toEdgeError } from "../../adapters/kit/edge-error.ts";
import type { CommandConclusion } from "../../adapters/kit/session.ts";
import { type DurationMs, MINUTE_MS, toRfc3339, toWall, type WallMs } from "../../adapters/kit/time.ts";
import { parseReference, referenceText } from "../../adapters/iec61850/model/reference.ts";
import type { Verifier } from "../commands/carry-ports.ts";
import type { Finding } from "../commands/life.ts";
import type { Json } from "../model/bounded-json.ts";
import type { Command } from "../model/command.ts";

export interface Iec61850VerifierParts {
  /** Carries out one command that only reads. Rejects, or concludes otherwise than `succeeded`, where it could not. */
  readonly read: (command: Command) => Promise<CommandConclusion>;
  readonly wall: () => WallMs;
}

type Judgement = "done" | "not-done" | "unclear";
/** A command that reads what another one should have changed, and what it should have become. */
interface Check {
  readonly action: string;
  readonly value: Json;
  readonly judge: (result: Readonly<Record<string, unknown>>) => Judgement;
}

/** After so long somebody else may have changed it. */
const TRUSTED_FOR_MS: DurationMs = 5 * MINUTE_MS;
const PATIENCE_MS: DurationMs = MINUTE_MS;

/** Reads back the status of what was operated, and the value of what was written. */
export function iec61850Verifier({ read, wall }: Iec61850VerifierParts): Verifier {
  return {
    verifiable: (command) => checkOf(command) !== undefined,
    verify: async (command, record, signal): Promise<Finding> => {
      const check = checkOf(command);
      if (check === undefined) return { found: "unclear", fault: undefined };
      signal.throwIfAborted();
      const deadline = toRfc3339(toWall(wall() + PATIENCE_MS));
      try {
        const { action, value } = check;
        const asked = { ...command, action, value, target: undefined, mode: "direct", notBefore: undefined } as const;
        const conclusion = await read({ ...asked, deadline });
        if (conclusion.end !== "succeeded") return { found: "unclear", fault: conclusion.fault };
        const judgement = check.judge(conclusion.result);
        if (judgement === "done") return { found: "done", result: { verified: true, ...conclusion.result } };
        const old = record.sentAt !== undefined && wall() - record.sentAt > TRUSTED_FOR_MS;
        return judgement === "not-done" && !old ? { found: "not-done" } : { found: "unclear", fault: undefined };
      } catch (thrown) {
        return { found: "unclear", fault: toEdgeError(thrown, "command.verify.broken") };
      }
    },
  };
}

function checkOf(command: Command): Check | undefined {
  switch (command.action) {
    case "operate":
      return controlCheck(command);
    case "write":
      return writeCheck(command);
    case "light.set":
      return lightCheck(command);
    case "setting-group.activate": {
      const group = fieldOf(command.value, "group");
      const ld = fieldOf(command.value, "ld");
      if (group === undefined || ld === undefined) return undefined;
      return {
        action: "setting-group.get",
        value: { ld },
        judge: (result) => compare(group, result["active"]),
      };
    }
    default:
      return undefined;
  }
}

/** `stVal` of the object. A control that is to begin later has no effect yet; an analogue one has no stVal. */
function controlCheck({ target, value }: Command): Check | undefined {
  const object = target === undefined ? undefined : parseReference(target.value);
  const wanted = fieldOf(value, "value") ?? value;
  if (object === undefined || wanted === undefined || typeof wanted === "object") return undefined;
  if (fieldOf(value, "at") !== undefined || fieldOf(value, "test") === true) return undefined;
  const status = referenceText({ ...object, fc: "ST", path: [...object.path, "stVal"] });
  return {
    action: "read",
    value: { refs: [status] },
    judge: (result) => judgePosition(wanted, valueAt(result, status)),
  };
}

function writeCheck({ target, value }: Command): Check | undefined {
  const reference = target === undefined ? undefined : parseReference(target.value);
  const wanted = fieldOf(value, "value") ?? value;
  if (reference === undefined || wanted === undefined || typeof wanted === "object") return undefined;
  const text = referenceText(reference);
  return { action: "read", value: { refs: [text] }, judge: (result) => compare(wanted, valueAt(result, text)) };
}

/** Every light that was switched, by its index; index 0 is all of them. */
function lightCheck({ value }: Command): Check | undefined {
  const list = fieldOf(value, "values");
  const wanted: readonly Json[] = Array.isArray(list)
    ? list
    : [typeof value === "boolean" ? { on: value } : (value ?? null)];
  return {
    action: "light.status",
    value: {},
    judge: (result) => {
      const lights = Array.isArray(result["lights"]) ? (result["lights"] as readonly Json[]) : [];
      const judgements = wanted.flatMap((one) => {
        const index = fieldOf(one, "index") ?? 0;
        const meant = lights.filter((light) =>
          index === 0 ? fieldOf(light, "kind") === "light" : fieldOf(light, "index") === index,
        );
        return meant.length === 0
          ? ["unclear" as const]
          : meant.map((light) => compare(fieldOf(one, "on"), fieldOf(light, "stVal")));
      });
      if (judgements.includes("unclear") || judgements.length === 0) return "unclear";
      return judgements.includes("not-done") ? "not-done" : "done";
    },
  };
}

/** true is `on` of a double point; a switch between its ends is on its way. */
function judgePosition(wanted: Json, told: unknown): Judgement {
  const on = wanted === true || wanted === "on" || wanted === 1;
  const off = wanted === false || wanted === "off" || wanted === 0;
  if (told === "on" || told === "off") return on || off ? compare(on ? "on" : "off", told) : "unclear";
  if (typeof told === "boolean") return on || off ? compare(on, told) : "unclear";
  return typeof told === "number" ? compare(wanted, told) : "unclear";
}

function compare(wanted: unknown, told: unknown): Judgement {
  if (wanted === undefined || told === undefined || told === null || typeof told === "object") return "unclear";
  return wanted === told ? "done" : "not-done";
}

function valueAt(result: Readonly<Record<string, unknown>>, reference: string): unknown {
  const { values } = result as { readonly values?: Json };
  return fieldOf(values, reference);
}

function fieldOf(value: Json | undefined, name: string): Json | undefined {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
  return new Map<string, Json>(Object.entries(value)).get(name);
}
