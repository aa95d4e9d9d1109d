import { createHash } from "node:crypto";
import type { Config } from "./config.ts";
import { type DeviceSettings, PROTOCOL_NAMES, PROTOCOLS, type ProtocolSettings, settingsOf } from "./protocols.ts";

/**
 * A fingerprint (32 hex digits) of what both agents of a group must agree on; a standby whose fingerprint differs from the
 * active's is not ready.
 *
 * In it: gateway, names and weights of the agents, groups, which Redis, lease and pair times, whether the spool is replicated and what
 * happens when it is full, the rules of commands, each protocol's section, and every device with its public key.
 *
 * Not in it, because it may differ between two hosts that do the same: addresses and directories of the agents, sizes that
 * follow from one host's disk or memory, batching, hooks, supervisor, log, ops. And never a secret or the place of one: the
 * fingerprint is stored in Redis, and a wrong pair secret or platform key shows itself at the first use.
 *
 * A setting that a later version adds is not in it while it has its default (`ProtocolSettings.added`): two versions read
 * the same file as the same configuration.
 */
export function configHash(config: Config): string {
  return createHash("sha256")
    .update(canonical(agreed(config)))
    .digest("hex")
    .slice(0, 32);
}

function agreed(config: Config): unknown {
  const { gateway, groups, redis, lease, pair, spool, commands, devices } = config;
  const protocols: Record<string, unknown> = {};
  for (const name of PROTOCOL_NAMES) {
    const section = config.protocols[name];
    const settings: Pick<ProtocolSettings<NonNullable<typeof section>, never>, "agreedOf"> = PROTOCOLS[name];
    if (section !== undefined)
      protocols[name] = without(settings.agreedOf(section) as object, settingsOf(name).added?.section);
  }
  return {
    gateway,
    agents: Object.entries(config.agents)
      .map(([name, { weight }]) => ({ name, weight }))
      .sort((a, b) => (a.name < b.name ? -1 : 1)),
    groups,
    redis: { target: redis.target, database: redis.database, wait: redis.wait, lossy: redis.allowLossySettings },
    lease,
    pair: {
      beatEveryMs: pair.beatEveryMs,
      suspectAfterMs: pair.suspectAfterMs,
      trust: pair.trust.kind,
      replicateSpool: pair.replicateSpool,
    },
    spool: { policy: spool.policy, maxAgeMs: spool.maxAgeMs },
    commands: {
      retentionMs: commands.retentionMs,
      defaultDeadlineMs: commands.defaultDeadlineMs,
      maxAttempts: commands.maxAttempts,
    },
    protocols,
    devices: [...devices].sort((a, b) => (a.uid < b.uid ? -1 : 1)).map(agreedDevice),
  };
}

function agreedDevice(device: DeviceSettings): object {
  return without(device, settingsOf(device.protocol).added?.device);
}

/** What has another value than it would have had if the file had not named it. */
function without(value: object, added: object | undefined): object {
  if (added === undefined) return value;
  const defaults = new Map(Object.entries(added).map(([key, one]) => [key, canonical(one)]));
  return Object.fromEntries(Object.entries(value).filter(([key, one]) => defaults.get(key) !== canonical(one)));
}

/** JSON with sorted keys: one text per value. That a file or a variable is named counts, not which. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "null";
  if ("kind" in value && (value.kind === "file" || value.kind === "env")) return '"…"';
  const entries = Object.entries(value)
    .filter(([, inner]) => inner !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, inner]) => `${JSON.stringify(key)}:${canonical(inner)}`).join(",")}}`;
}
