import { isDeepStrictEqual } from "node:util";
import { toEdgeError } from "../../adapters/kit/edge-error.ts";
import type { CommandConclusion } from "../../adapters/kit/session.ts";
import { type DurationMs, MINUTE_MS, toRfc3339, toWall, type WallMs } from "../../adapters/kit/time.ts";
import { ACTIONS } from "../../adapters/oslp/actions.ts";
import { bodyToJson } from "../../adapters/oslp/body-json.ts";
import type { OslpSettings } from "../../adapters/oslp/settings.ts";
import type { Verifier } from "../commands/carry-ports.ts";
import type { Finding } from "../commands/life.ts";
import type { Json } from "../model/bounded-json.ts";
import type { Command } from "../model/command.ts";
import { compareLights, type Judgement, lightIndexes } from "./oslp-lights.ts";

/** Carries out one command that only reads. Rejects, or concludes otherwise than `succeeded`, where it could not. */
export type ReadBack = (command: Command) => Promise<CommandConclusion>;

export interface OslpVerifierParts {
  readonly read: ReadBack;
  readonly settings: OslpSettings;
  readonly wall: () => WallMs;
}

/** What a device told, in the JSON of the adapter's results. */
type Told = Readonly<Record<string, unknown>>;
type Ask = (action: string) => Promise<Told>;
type Check = (command: Command, ask: Ask, settings: OslpSettings) => Promise<Judgement>;

/**
 * Effects of OSLP requests that can be read back. What follows the request itself (a ResumeSchedule after SetLight, a
 * reboot after SetConfiguration) leaves no trace: the result says that it is not verified.
 */
const CHECKS: Readonly<Record<string, Check>> = {
  "light.set": async (command, ask, settings) => {
    const request = ACTIONS["light.set"].prepare(command, settings)[0]?.request;
    if (request?.member !== "setLightRequest") return "unclear";
    const reported = (await ask("light.status"))["value"];
    const verdict = compareLights(request.body.values, reported, undefined);
    if (verdict !== "unclear") return verdict;
    // All lights were meant: which relays are lights, the configuration says.
    return compareLights(request.body.values, reported, lightIndexes(await ask("configuration.get")));
  },
  "configuration.set": async (command, ask, settings) => {
    const request = ACTIONS["configuration.set"].prepare(command, settings)[0]?.request;
    if (request === undefined) return "unclear";
    return compareFields(bodyToJson("SetConfigurationRequest", request.body), await ask("configuration.get"));
  },
  "notifications.set": async ({ value }, ask) =>
    compare(fieldOf(value, "NotificationMask"), (await ask("light.status"))["eventNotificationMask"]),
  "configuration.switch": async ({ value }, ask) => {
    const bank = fieldOf(value, "newConfigurationSet");
    const inUse = (await ask("light.status"))["currentConfigurationBackUsed"];
    return compare(bank === undefined ? undefined : Number(bank), inUse);
  },
  "firmware.switch": async ({ value }, ask) =>
    compare(fieldOf(value, "newFirmwareVersion"), (await ask("firmware.version"))["firmwareVersion"]),
};

/** After so long a schedule or somebody at the cabinet may have changed what the command had done. */
export const TRUSTED_FOR_MS: DurationMs = 5 * MINUTE_MS;
/** For all readings of one verification. */
const PATIENCE_MS: DurationMs = 2 * MINUTE_MS;

/** Reads back from the device whether a command that may or may not have reached it has had its effect. */
export function oslpVerifier({ read, settings, wall }: OslpVerifierParts): Verifier {
  return {
    verifiable: ({ action }) => Object.hasOwn(CHECKS, action),
    verify: async (command, record, signal): Promise<Finding> => {
      const check = CHECKS[command.action];
      if (check === undefined) return { found: "unclear", fault: undefined };
      const told: Record<string, unknown> = {};
      const ask: Ask = async (action) => {
        signal.throwIfAborted();
        const deadline = toRfc3339(toWall(wall() + PATIENCE_MS));
        const conclusion = await read({
          ...command,
          action,
          value: undefined,
          target: undefined,
          notBefore: undefined,
          deadline,
        });
        if (conclusion.end !== "succeeded") throw conclusion.fault ?? new Error(`${action} ${conclusion.end}`);
        told[action] = conclusion.result;
        return conclusion.result;
      };
      try {
        const judgement = await check(command, ask, settings);
        if (judgement === "done") return { found: "done", result: { verified: true, ...unverified(command), ...told } };
        const old = record.sentAt !== undefined && wall() - record.sentAt > TRUSTED_FOR_MS;
        return judgement === "not-done" && !old ? { found: "not-done" } : { found: "unclear", fault: undefined };
      } catch (thrown) {
        return { found: "unclear", fault: toEdgeError(thrown, "command.verify.broken") };
      }
    },
  };
}

/** What the command would have gone on to do, and nobody can read. */
function unverified({ action }: Command): Told {
  if (action === "light.set") return { unverified: ["resumeScheduleRequest"] };
  return action === "configuration.set" ? { unverified: ["setRebootRequest"] } : {};
}

/** Every field that was set against what is read; one the device does not tell leaves it unclear. */
function compareFields(wanted: Readonly<Record<string, Json>>, told: Told): Judgement {
  // Lists that are empty were not sent.
  const given = Object.entries(wanted).filter(([, value]) => !Array.isArray(value) || value.length > 0);
  const verdicts = given.map(([name, value]) => compare(value, told[name]));
  if (verdicts.includes("not-done")) return "not-done";
  return verdicts.length === 0 || verdicts.includes("unclear") ? "unclear" : "done";
}

function compare(wanted: unknown, told: unknown): Judgement {
  if (wanted === undefined || told === undefined) return "unclear";
  return isDeepStrictEqual(wanted, told) ? "done" : "not-done";
}

function fieldOf(value: Json | undefined, name: string): Json | undefined {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
  return new Map<string, Json>(Object.entries(value)).get(name);
}
