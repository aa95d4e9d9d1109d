import type { DurationMs } from "../../adapters/kit/time.ts";

/** How one agent holds, watches and takes the lease of a group. All spans are milliseconds on the monotonic clock. */
export interface LeaseSettings {
  /** Life of the key in Redis: the outer bound of a takeover. */
  readonly ttlMs: DurationMs;
  readonly renewEveryMs: DurationMs;
  /** How long one question to Redis may stay unanswered. */
  readonly attemptTimeoutMs: DurationMs;
  /** Taken off every span we were promised by others, so that clocks may run unequally. */
  readonly safetyMs: DurationMs;
  /** The active begins to step down this long before its own deadline. */
  readonly stepDownLeadMs: DurationMs;
  readonly beatEveryMs: DurationMs;
  /** A pair link silent for this long is suspected. */
  readonly suspectAfterMs: DurationMs;
  /** On silence the lease must also have stayed unrenewed for this long since the suspicion. */
  readonly unrenewedForMs: DurationMs;
  /** Rhythm of renewals (active) and looks (standby) while the pair link is silent. */
  readonly watchEveryMs: DurationMs;
  /** Silence counts as evidence for this long; afterwards only the time to live of the key decides. */
  readonly silenceWindowMs: DurationMs;
  /** How long a standby promises not to take over. */
  readonly promiseForMs: DurationMs;
  readonly promiseEveryMs: DurationMs;
  /** An active that lives on promises for this long hands over to a standby that does reach Redis. */
  readonly yieldAfterMs: DurationMs;
  /** The longest drain of a graceful handover. */
  readonly drainForMs: DurationMs;
  /** How long a released lease is reserved for the named successor. */
  readonly successorGraceMs: DurationMs;
  /** The longest pause of a standby between two looks at the lease. */
  readonly lookEveryMs: DurationMs;
  /** A wake later than this found the loop frozen: what was heard before counts for nothing. */
  readonly frozenAfterMs: DurationMs;
  readonly holdDown: { readonly takeovers: number; readonly withinMs: DurationMs };
  /** Graceful return to the preferred agent after it was a stable standby for so long; absent: never. */
  readonly failback: { readonly preferred: string; readonly afterMs: DurationMs } | undefined;
  /** `false`: only an expired or released lease is taken. */
  readonly steal: boolean;
}

export const DEFAULT_LEASE_SETTINGS: LeaseSettings = {
  ttlMs: 3_000,
  renewEveryMs: 1_000,
  attemptTimeoutMs: 400,
  safetyMs: 200,
  stepDownLeadMs: 300,
  beatEveryMs: 50,
  suspectAfterMs: 300,
  unrenewedForMs: 400,
  watchEveryMs: 100,
  silenceWindowMs: 60_000,
  promiseForMs: 1_500,
  promiseEveryMs: 300,
  yieldAfterMs: 5_000,
  drainForMs: 500,
  successorGraceMs: 1_000,
  lookEveryMs: 1_000,
  frozenAfterMs: 250,
  holdDown: { takeovers: 3, withinMs: 300_000 },
  failback: undefined,
  steal: true,
};

/** A law the settings break: the field to change and one sentence with the numbers. */
export interface Issue {
  readonly path: string;
  readonly message: string;
}

/** Two clocks are trusted to run equally to one part in this many. */
const DRIFT_PARTS = 100;

/** The laws the settings must keep for the rules to hold; empty where all do. */
export function checkLaws(s: LeaseSettings): Issue[] {
  const issues: Issue[] = [];
  const law = (holds: boolean, path: string, message: string): void => {
    if (!holds) issues.push({ path, message });
  };
  for (const [path, value] of Object.entries(s)) {
    if (typeof value !== "number") continue;
    law(Number.isSafeInteger(value) && value > 0, path, `${path} is ${value}; a whole number above 0 is needed`);
  }
  const usable = s.ttlMs - s.safetyMs;
  law(
    s.renewEveryMs + 2 * s.attemptTimeoutMs <= usable,
    "ttlMs",
    `renewEveryMs + 2·attemptTimeoutMs = ${s.renewEveryMs + 2 * s.attemptTimeoutMs} must fit into ttlMs − safetyMs = ${usable}: one lost renewal would end the reign`,
  );
  law(
    s.renewEveryMs + s.attemptTimeoutMs + s.stepDownLeadMs <= usable,
    "stepDownLeadMs",
    `renewEveryMs + attemptTimeoutMs + stepDownLeadMs = ${s.renewEveryMs + s.attemptTimeoutMs + s.stepDownLeadMs} must fit into ttlMs − safetyMs = ${usable}`,
  );
  law(
    s.safetyMs * DRIFT_PARTS >= Math.max(s.ttlMs, s.promiseForMs),
    "safetyMs",
    `safetyMs = ${s.safetyMs} must be at least 1 % of ttlMs and of promiseForMs: clocks do not run equally`,
  );
  law(
    s.suspectAfterMs >= 3 * s.beatEveryMs,
    "suspectAfterMs",
    `suspectAfterMs = ${s.suspectAfterMs} must be at least 3·beatEveryMs = ${3 * s.beatEveryMs}`,
  );
  law(
    s.unrenewedForMs >= 2 * s.watchEveryMs,
    "unrenewedForMs",
    `unrenewedForMs = ${s.unrenewedForMs} must be at least 2·watchEveryMs = ${2 * s.watchEveryMs}: a healthy active would look dead`,
  );
  law(
    2 * s.promiseEveryMs <= s.promiseForMs - s.safetyMs,
    "promiseForMs",
    `2·promiseEveryMs = ${2 * s.promiseEveryMs} must fit into promiseForMs − safetyMs = ${s.promiseForMs - s.safetyMs}`,
  );
  law(
    s.successorGraceMs > s.attemptTimeoutMs,
    "successorGraceMs",
    `successorGraceMs = ${s.successorGraceMs} must be above attemptTimeoutMs = ${s.attemptTimeoutMs}: the successor needs one attempt`,
  );
  law(
    Number.isSafeInteger(s.holdDown.takeovers) && s.holdDown.takeovers > 0 && s.holdDown.withinMs > 0,
    "holdDown",
    "holdDown needs at least one takeover and a span above 0",
  );
  return issues;
}
