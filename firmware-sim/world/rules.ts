import type { LeaseSettings } from "../../edge-agent/lease/settings.ts";
import type { PairTiming } from "../../edge-agent/pair/outcomes.ts";
import type { IntakeLimits } from "../../edge-agent/commands/redis/intake-options.ts";
import type { CommitLimits } from "../../edge-agent/queue/commit-limits.ts";
import type { DurationMs } from "../../adapters/kit/time.ts";

/**
 * How the simulated agents are configured. Shorter spans and smaller limits than in the field, so that a history of some
 * twenty seconds holds many takeovers and every limit is met; the laws between them are the same and are checked.
 */
export const GROUP = "g1";
export const GATEWAY = "/town/gw-1";
export const OSLP_PORT = 12_122;
export const LINK_PORT = 7_400;

export const LEASE: LeaseSettings = {
  ttlMs: 1_500,
  renewEveryMs: 500,
  attemptTimeoutMs: 200,
  safetyMs: 100,
  stepDownLeadMs: 200,
  beatEveryMs: 80,
  suspectAfterMs: 250,
  unrenewedForMs: 200,
  watchEveryMs: 80,
  silenceWindowMs: 20_000,
  promiseForMs: 900,
  promiseEveryMs: 200,
  yieldAfterMs: 2_500,
  drainForMs: 300,
  successorGraceMs: 500,
  lookEveryMs: 500,
  frozenAfterMs: 200,
  holdDown: { takeovers: 5, withinMs: 60_000 },
  failback: undefined,
  steal: true,
};

export const PAIR: PairTiming = {
  beatEveryMs: LEASE.beatEveryMs,
  suspectAfterMs: LEASE.suspectAfterMs,
  giveUpAfterMs: 2_000,
  helloWithinMs: 1_000,
  frozenAfterMs: LEASE.frozenAfterMs,
};

export const COMMIT: CommitLimits = {
  waitingEntries: 64,
  waitingBytes: 64 * 1_024,
  scriptMessages: 20,
  scriptBytes: 16 * 1_024,
  lingerMs: 2,
  timeoutMs: 250,
};

export const INTAKE: IntakeLimits = { window: 24, perDevice: 6, atOnce: 4 };

/** What the devices and the platform wait for each other. */
export const PATIENCE: {
  readonly responseMs: DurationMs;
  readonly envelopeMs: DurationMs;
  readonly idleMs: DurationMs;
  readonly connectMs: DurationMs;
  readonly answerMs: DurationMs;
} = { responseMs: 600, envelopeMs: 800, idleMs: 3_000, connectMs: 300, answerMs: 900 };
