import { z } from "zod";
import { BATCH_MESSAGES, COMMAND_ATTEMPTS } from "../model/limits.ts";
import type {
  Address,
  CommandLimits,
  CommitLimits,
  GroupSettings,
  HookSettings,
  LeaseTimes,
  LogSettings,
  OpsSettings,
  PairSettings,
  PlacementTimes,
  SpoolSettings,
  SupervisorSettings,
} from "./config.ts";
import { PROTOCOL_NAMES, PROTOCOLS } from "./protocols.ts";
import { choice, decimal, duration, endpoint, flag, host, integer, name, path, secret, size, text } from "./scalars.ts";
import { tlsFiles } from "./tls.ts";

/** The parts of the file that belong to no protocol. Redis has a file of its own. */

export const gateway: z.ZodType<string> = text(
  "the logical gateway as /site/gateway, such as /sub-042/gw",
  /^(\/[A-Za-z0-9._~-]+)+$/,
  128,
);

/** As written; `agents.ts` fills in what depends on the agent's own host. */
export interface WrittenAgent {
  readonly host: string;
  readonly link: { readonly host: string | undefined; readonly port: number };
  readonly ops: { readonly host: string | undefined; readonly port: number };
  readonly state: string;
  readonly weight: number;
  readonly [protocol: string]: unknown;
}

const overrides = Object.fromEntries(
  PROTOCOL_NAMES.flatMap((protocol) => {
    const listeners = PROTOCOLS[protocol].listeners;
    return listeners === undefined ? [] : [[protocol, z.strictObject({ listen: listeners }).optional()]];
  }),
);

export const agent: z.ZodType<WrittenAgent> = z.strictObject(
  {
    host: host("an IP address or a host name, where the other agent reaches this one"),
    link: endpoint().prefault(7411),
    ops: endpoint().prefault(7421),
    state: path("a directory").prefault("/var/lib/busbar"),
    weight: decimal(0.01, 100, "a share").prefault(1),
    ...overrides,
  },
  { error: (issue) => (issue.code === "invalid_type" ? "{ host, link, ops, state }" : undefined) },
);

export const MAX_GROUPS = 256;

export const agentName: z.ZodType<string> = name("an agent's name");
export const groupName: z.ZodType<string> = name("a group's name");

export const group: z.ZodType<GroupSettings> = z
  .strictObject({
    agents: agentNames(),
    placement: choice(["keep", "spread"]).optional(),
    preferred: text("the name of an agent").optional(),
    failbackAfter: duration({ min: "1s", max: "7d" }).optional(),
  })
  .transform((value) => groupOf(value.agents, value));

/** So many groups alike, instead of groups by name. */
export const countedGroups: z.ZodType<CountedGroups> = z.strictObject({
  count: integer(1, MAX_GROUPS, "a number of groups"),
  agents: agentNames().optional(),
  prefix: text(
    'the beginning of the groups\' names: letters, digits, "-" and "_", at most 36',
    /^[A-Za-z0-9][A-Za-z0-9_-]*$/,
    36,
  ).prefault("g"),
});

export interface CountedGroups {
  readonly count: number;
  /** Absent: all. */
  readonly agents?: readonly string[] | undefined;
  readonly prefix: string;
}

function agentNames(): z.ZodType<readonly string[], readonly string[]> {
  return z.array(text("the name of an agent"), { error: "a list of agents" }).min(1, { error: "at least one agent" });
}

/** A pair keeps a group where it is unless told otherwise; more agents would not know who is next. */
export function groupOf(
  agents: readonly string[],
  written: {
    readonly placement?: "keep" | "spread" | undefined;
    readonly preferred?: string | undefined;
    readonly failbackAfter?: number | undefined;
  } = {},
): GroupSettings {
  return {
    agents,
    spread: (written.placement ?? (agents.length > 2 ? "spread" : "keep")) === "spread",
    preferred: written.preferred,
    failbackAfterMs: written.failbackAfter,
  };
}

export const placement: z.ZodType<PlacementTimes> = z
  .strictObject({
    settleAfter: duration({ min: "100ms", max: "7d" }).prefault("30s"),
    maxMovesAtOnce: integer(1, MAX_GROUPS, "a number of groups").optional(),
  })
  .transform((value) => ({ settleAfterMs: value.settleAfter, maxMovesAtOnce: value.maxMovesAtOnce }));

export const lease: z.ZodType<LeaseTimes> = z
  .strictObject({
    ttl: duration({ min: "200ms", max: "5min" }).prefault("3s"),
    renewEvery: duration({ min: "20ms", max: "1min" }).prefault("1s"),
    attemptTimeout: duration({ min: "10ms", max: "30s" }).prefault("400ms"),
    safety: duration({ min: "20ms", max: "1min" }).prefault("200ms"),
  })
  .transform((value) => ({
    ttlMs: value.ttl,
    renewEveryMs: value.renewEvery,
    attemptTimeoutMs: value.attemptTimeout,
    safetyMs: value.safety,
  }));

export const pair: z.ZodType<PairSettings> = z
  .strictObject({
    beatEvery: duration({ min: "5ms", max: "10s" }).prefault("50ms"),
    suspectAfter: duration({ min: "20ms", max: "1min" }).prefault("300ms"),
    secret: secret("the key both agents share").optional(),
    tls: tlsFiles().optional(),
    replicateSpool: flag().prefault(true),
    forwardDevices: flag().prefault(true),
  })
  .transform((value): PairSettings => {
    const trust: PairSettings["trust"] =
      value.tls !== undefined
        ? { kind: "tls", files: value.tls }
        : value.secret !== undefined
          ? { kind: "secret", secret: value.secret }
          : { kind: "none" };
    return {
      beatEveryMs: value.beatEvery,
      suspectAfterMs: value.suspectAfter,
      trust,
      replicateSpool: value.replicateSpool,
      forwardDevices: value.forwardDevices,
    };
  });

export const commit: z.ZodType<CommitLimits> = z
  .strictObject({
    batchMessages: integer(1, BATCH_MESSAGES, "a number of messages").prefault(BATCH_MESSAGES),
    batchBytes: size({ min: "4KiB", max: "64KiB" }).prefault("64KiB"),
    linger: duration({ min: "0ms", max: "1s" }).prefault("3ms"),
  })
  .transform((value) => ({
    batchMessages: value.batchMessages,
    batchBytes: value.batchBytes,
    lingerMs: value.linger,
  }));

export const spool: z.ZodType<SpoolSettings> = z
  .strictObject({
    maxBytes: size({ min: "32MiB", max: "16TiB" }).prefault("2GiB"),
    maxAge: duration({ min: "1min", max: "3650d" }).optional(),
    segmentBytes: size({ min: "2MiB", max: "64MiB" }).prefault("4MiB"),
    policy: choice(["block", "drop-oldest", "drop-newest", "by-priority"]).prefault("block"),
    drainPerSecond: integer(1, 10_000_000, "a number of messages per second").prefault(20_000),
  })
  .transform(({ maxAge, ...rest }) => ({ ...rest, maxAgeMs: maxAge }));

export const commands: z.ZodType<CommandLimits> = z
  .strictObject({
    concurrency: integer(1, 10_000, "a number of conversations").prefault(64),
    maxPerDevice: integer(1, 10_000, "a number of commands").prefault(32),
    retention: duration({ min: "1min", max: "3650d" }).prefault("7d"),
    defaultDeadline: duration({ min: "1s", max: "30d" }).prefault("5min"),
    maxAttempts: integer(1, COMMAND_ATTEMPTS, "a number of attempts").prefault(3),
  })
  .transform((value) => ({
    concurrency: value.concurrency,
    maxPerDevice: value.maxPerDevice,
    retentionMs: value.retention,
    defaultDeadlineMs: value.defaultDeadline,
    maxAttempts: value.maxAttempts,
  }));

const hook = z
  .strictObject({
    command: z
      .array(text("a word of the command"), {
        error: "the program and its arguments as a list, such as [/usr/lib/busbar/vip, up]",
      })
      .min(1, { error: "at least the program" }),
    timeout: duration({ min: "10ms", max: "5min" }).prefault("5s"),
  })
  .transform((value) => ({ command: value.command, timeoutMs: value.timeout }));

export const hooks: z.ZodType<HookSettings> = z
  .strictObject({ promote: hook.optional(), demote: hook.optional(), fault: hook.optional() })
  .transform((value) => ({ promote: value.promote, demote: value.demote, fault: value.fault }));

export const supervisor: z.ZodType<SupervisorSettings> = z
  .strictObject({
    silentFor: duration({ min: "50ms", max: "1min" }).prefault("300ms"),
    restartAfter: duration({ min: "0ms", max: "10min" }).prefault("1s"),
    maxRestartAfter: duration({ min: "0ms", max: "1h" }).prefault("30s"),
  })
  .transform((value) => ({
    silentForMs: value.silentFor,
    restartAfterMs: value.restartAfter,
    maxRestartAfterMs: value.maxRestartAfter,
  }));

export const ops: z.ZodType<OpsSettings> = z
  .strictObject({
    token: secret("the token for requests that change something").optional(),
    maxTaps: integer(0, 100, "a number of clients").prefault(8),
  })
  .transform((value) => ({ token: value.token, maxTaps: value.maxTaps }));

export const log: z.ZodType<LogSettings> = z.strictObject({
  level: choice(["trace", "debug", "info", "warn", "error"]).prefault("info"),
  format: choice(["auto", "json", "pretty"]).prefault("auto"),
});

export function toAddress(
  written: { readonly host: string | undefined; readonly port: number },
  otherwise: string,
): Address {
  return { host: written.host ?? otherwise, port: written.port };
}
