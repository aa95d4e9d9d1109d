import { type DurationMs, MINUTE_MS } from "../kit/time.ts";
import { iec61850Fault } from "./codes.ts";
import {
  ASSOCIATE_TIMEOUT_MS,
  COMMAND_LIMIT,
  KEEP_ALIVE_MS,
  RELEASE_TIMEOUT_MS,
  REPORT_RETRY_MS,
  REQUEST_TIMEOUT_MS,
  TERMINATION_TIMEOUT_MS,
} from "./limits.ts";

/** How we are a client. Everything has a default. */
export interface Iec61850Settings {
  readonly timeouts: {
    /** From the first byte to the answer to the initiate request. */
    readonly associateMs: DurationMs;
    /** For the answer to one service. */
    readonly requestMs: DurationMs;
    /** For the release, before it becomes an abort. */
    readonly releaseMs: DurationMs;
    /** For the CommandTermination. */
    readonly terminationMs: DurationMs;
    /** A standing association on which nothing was heard is asked whether it stands. */
    readonly keepAliveMs: DurationMs;
    /** Until a report control block that could not be had is tried again. */
    readonly reportRetryMs: DurationMs;
  };
  readonly limits: {
    /** Commands under way in one association. */
    readonly commands: number;
  };
}

export const IEC61850_DEFAULTS: Iec61850Settings = {
  timeouts: {
    associateMs: ASSOCIATE_TIMEOUT_MS,
    requestMs: REQUEST_TIMEOUT_MS,
    releaseMs: RELEASE_TIMEOUT_MS,
    terminationMs: TERMINATION_TIMEOUT_MS,
    keepAliveMs: KEEP_ALIVE_MS,
    reportRetryMs: REPORT_RETRY_MS,
  },
  limits: { commands: COMMAND_LIMIT },
};

/** Settings with the defaults filled in. Throws `iec61850.settings.invalid`, which names the setting. */
export function iec61850Settings(given: {
  readonly timeouts?: Partial<Iec61850Settings["timeouts"]>;
  readonly limits?: Partial<Iec61850Settings["limits"]>;
}): Iec61850Settings {
  const timeouts = { ...IEC61850_DEFAULTS.timeouts, ...given.timeouts };
  const limits = { ...IEC61850_DEFAULTS.limits, ...given.limits };
  for (const [name, ms] of Object.entries(timeouts)) check(`timeouts.${name}`, ms, 1, 60 * MINUTE_MS);
  check("limits.commands", limits.commands, 1, 1_000);
  return { timeouts, limits };
}

function check(name: string, value: number, low: number, high: number): void {
  if (value >= low && value <= high) return;
  throw iec61850Fault("iec61850.settings.invalid", `${name} is ${value}; ${low} to ${high} are possible`, {
    blame: "operator",
  });
}
