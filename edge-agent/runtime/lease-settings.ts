import type { Config, GroupSettings } from "../config/config.ts";
import { DEFAULT_LEASE_SETTINGS, type LeaseSettings } from "../lease/settings.ts";

/** The lease machine's settings of a group: the configuration's where it has them, else scaled from them or the defaults. */
export function leaseSettings(
  config: Pick<Config, "lease" | "pair">,
  group: Pick<GroupSettings, "preferred" | "failbackAfterMs">,
): LeaseSettings {
  const { ttlMs, renewEveryMs, attemptTimeoutMs, safetyMs } = config.lease;
  const { beatEveryMs, suspectAfterMs } = config.pair;
  const d = DEFAULT_LEASE_SETTINGS;
  const failback =
    group.preferred === undefined || group.failbackAfterMs === undefined
      ? undefined
      : { preferred: group.preferred, afterMs: group.failbackAfterMs };
  return {
    ...d,
    ttlMs,
    renewEveryMs,
    attemptTimeoutMs,
    safetyMs,
    beatEveryMs,
    suspectAfterMs,
    stepDownLeadMs: Math.max(1, Math.min(d.stepDownLeadMs, ttlMs - safetyMs - renewEveryMs - attemptTimeoutMs)),
    promiseForMs: Math.max(d.promiseForMs, 2 * d.promiseEveryMs + safetyMs),
    successorGraceMs: Math.max(d.successorGraceMs, attemptTimeoutMs + 100),
    lookEveryMs: Math.min(d.lookEveryMs, Math.max(50, Math.floor(ttlMs / 3))),
    failback,
  };
}
