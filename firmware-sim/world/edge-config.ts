import type { Config } from "../../edge-agent/config/config.ts";
import { GATEWAY, GROUP, INTAKE, LEASE, LINK_PORT, PAIR } from "./rules.ts";

/** The configuration of the simulated gateway, as its file would give it. Hosts are names of the simulated network. */
export function edgeConfig(agents: readonly string[]): Config {
  const address = { host: "127.0.0.1", port: 1 };
  const { ttlMs, renewEveryMs, attemptTimeoutMs, safetyMs } = LEASE;
  return {
    gateway: GATEWAY,
    agents: Object.fromEntries(
      agents.map((name) => [
        name,
        { host: name, link: { host: name, port: LINK_PORT }, ops: address, state: "state", weight: 1, listen: {} },
      ]),
    ),
    groups: { [GROUP]: { agents, spread: false, preferred: undefined, failbackAfterMs: undefined } },
    placement: { settleAfterMs: 30_000, maxMovesAtOnce: undefined },
    redis: {
      target: { kind: "standalone", ...address },
      database: 0,
      username: undefined,
      password: undefined,
      tls: undefined,
      commandTimeoutMs: 250,
      wait: "none",
      allowLossySettings: false,
    },
    lease: { ttlMs, renewEveryMs, attemptTimeoutMs, safetyMs },
    pair: {
      beatEveryMs: PAIR.beatEveryMs,
      suspectAfterMs: PAIR.suspectAfterMs,
      trust: { kind: "none" },
      replicateSpool: true,
      forwardDevices: false,
    },
    commit: { batchMessages: 20, batchBytes: 16_384, lingerMs: 2 },
    spool: { maxBytes: 4 * 65_536, maxAgeMs: undefined, segmentBytes: 65_536, policy: "block", drainPerSecond: 2_000 },
    commands: {
      concurrency: INTAKE.atOnce,
      maxPerDevice: INTAKE.perDevice,
      retentionMs: 86_400_000,
      defaultDeadlineMs: 60_000,
      maxAttempts: 3,
    },
    protocols: {},
    devices: [],
    hooks: { promote: undefined, demote: undefined, fault: undefined },
    supervisor: { silentForMs: 300, restartAfterMs: 100, maxRestartAfterMs: 1_000 },
    ops: { token: undefined, maxTaps: 1 },
    log: { level: "error", format: "json" },
  };
}
