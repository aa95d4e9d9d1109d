import { isDeepStrictEqual } from "node:util";
import { toEdgeError } from "../../adapters/kit/edge-error.ts";
import type { CommandConclusion } from "../../adapters/kit/session.ts";
import { type DurationMs, MINUTE_MS, toRfc3339, toWall, type WallMs } from "../../adapters/kit/time.ts";
import { dataText, parseDataText } from "../../adapters/dlms/cosem/data-text.ts";
import type { Verifier } from "../commands/carry-ports.ts";
import type { Finding } from "../commands/life.ts";
import type { Json } from "../model/bounded-json.ts";
import type { Command } from "../model/command.ts";

export interface DlmsVerifierParts {
  /** Carries out one command that only reads. */
  readonly read: (command: Command) => Promise<CommandConclusion>;
  readonly wall: () => WallMs;
}

type Told = Readonly<Record<string, unknown>>;
type Judgement = "done" | "not-done" | "unclear";
type Ask = (change: Pick<Command, "action"> & { readonly value?: Json }) => Promise<Told>;

/** Effects that a meter tells when it is asked; of all others nobody can know. */
const CHECKS: Readonly<Record<string, (command: Command, ask: Ask) => Promise<Judgement>>> = {
  "attribute.write": async ({ value, target }, ask) => {
    const wanted = fieldOf(value, "data");
    if (typeof wanted !== "string") return "unclear";
    const where = Object.fromEntries(
      ["object", "class", "attribute"].flatMap((name) => {
        const given = fieldOf(value, name);
        return given === undefined ? [] : [[name, given] as const];
      }),
    );
    const told = (await ask({ action: "attribute.read", value: where }))["data"];
    // A clock has gone on since; what is not readable tells nothing.
    if (typeof told !== "string" || target?.classId === 8) return "unclear";
    return dataText(parseDataText(wanted)) === told ? "done" : "not-done";
  },
  "administrative-status.set": async ({ value }, ask) =>
    compare(fieldOf(value, "status"), (await ask({ action: "administrative-status.get" }))["status"]),
  "configuration.set": async ({ value }, ask) => {
    const told = await ask({ action: "configuration.get" });
    const flags = recordOf(told["flags"]);
    const wanted = Object.entries(recordOf(fieldOf(value, "flags")));
    const mode = fieldOf(value, "gprsMode");
    const verdicts = wanted.map(([name, on]) => compare(on, flags[name]));
    if (mode !== undefined) verdicts.push(compare(mode, told["gprsMode"]));
    return together(verdicts);
  },
  "alarm-filter.set": async ({ value }, ask) => {
    const alarms = (await ask({ action: "alarm-filter.get" }))["alarms"];
    if (!Array.isArray(alarms)) return "unclear";
    const set = new Set<unknown>(alarms);
    const on = listOf(fieldOf(value, "enable")).map((name) => compare(true, set.has(name)));
    const off = listOf(fieldOf(value, "disable")).map((name) => compare(false, set.has(name)));
    return together([...on, ...off]);
  },
  "special-days.set": async ({ value }, ask) =>
    compare(fieldOf(value, "days"), (await ask({ action: "special-days.get" }))["days"]),
  "supply.connect": async (_command, ask) => compare(true, (await ask({ action: "supply.status" }))["connected"]),
  "supply.disconnect": async (_command, ask) => compare(false, (await ask({ action: "supply.status" }))["connected"]),
};

/** After so long somebody else may have changed what the command had done. */
const TRUSTED_FOR_MS: DurationMs = 5 * MINUTE_MS;
const PATIENCE_MS: DurationMs = 2 * MINUTE_MS;

/** Reads back from the meter whether a command that may or may not have reached it has had its effect. */
export function dlmsVerifier({ read, wall }: DlmsVerifierParts): Verifier {
  return {
    verifiable: ({ action }) => Object.hasOwn(CHECKS, action),
    verify: async (command, record, signal): Promise<Finding> => {
      const check = CHECKS[command.action];
      if (check === undefined) return { found: "unclear", fault: undefined };
      const told: Record<string, unknown> = {};
      const ask: Ask = async ({ action, value }) => {
        signal.throwIfAborted();
        const deadline = toRfc3339(toWall(wall() + PATIENCE_MS));
        const conclusion = await read({ ...command, action, value, notBefore: undefined, deadline });
        if (conclusion.end !== "succeeded") throw conclusion.fault ?? new Error(`${action} ${conclusion.end}`);
        told[action] = conclusion.result;
        return conclusion.result;
      };
      try {
        const judgement = await check(command, ask);
        if (judgement === "done") return { found: "done", result: { verified: true, ...told } };
        const old = record.sentAt !== undefined && wall() - record.sentAt > TRUSTED_FOR_MS;
        return judgement === "not-done" && !old ? { found: "not-done" } : { found: "unclear", fault: undefined };
      } catch (thrown) {
        return { found: "unclear", fault: toEdgeError(thrown, "command.verify.broken") };
      }
    },
  };
}

function compare(wanted: unknown, told: unknown): Judgement {
  if (wanted === undefined || told === undefined || told === null) return "unclear";
  return isDeepStrictEqual(wanted, told) ? "done" : "not-done";
}

function together(verdicts: readonly Judgement[]): Judgement {
  if (verdicts.includes("not-done")) return "not-done";
  return verdicts.length === 0 || verdicts.includes("unclear") ? "unclear" : "done";
}

function fieldOf(value: Json | undefined, name: string): Json | undefined {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
  return new Map<string, Json>(Object.entries(value)).get(name);
}

function recordOf(value: unknown): Told {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : {};
}

function listOf(value: Json | undefined): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
