import type { DurationMs } from "../../adapters/kit/time.ts";

/**
 * What may be asked of the place that keeps the lease. Every call is one atomic step there. A call that cannot be
 * answered rejects with an EdgeError; whether it took effect is then unknown.
 */
export interface LeaseStore {
  /** Takes the lease when it is absent or exactly `allowedOld`. */
  acquire(request: AcquireRequest): Promise<AcquireReply>;
  /** Extends it while it is ours; sets it again where it is gone and nobody was granted a newer one. */
  renew(request: RenewRequest): Promise<RenewReply>;
  /** Gives it up while it is ours and reserves it for the successor, if one is named, for `graceMs`. */
  release(request: ReleaseRequest): Promise<ReleaseReply>;
  observe(): Promise<ObservedReply>;
}

export interface AcquireRequest {
  readonly holder: string;
  readonly ttlMs: DurationMs;
  /** `holder:epoch` that may be replaced although it lives: a steal is a compare-and-set. */
  readonly allowedOld: string | undefined;
  /** The highest epoch the caller knows of; the one granted is above it and above the one stored. */
  readonly epochFloor: number;
  readonly configHash: string;
  /** Take it although the living holder runs another configuration. */
  readonly replaceConfig: boolean;
  /** For the audit stream. */
  readonly reason: string;
}

export interface RenewRequest {
  readonly holder: string;
  readonly epoch: number;
  readonly ttlMs: DurationMs;
  readonly configHash: string;
}

export interface ReleaseRequest {
  readonly holder: string;
  readonly epoch: number;
  readonly successor: string | undefined;
  readonly graceMs: DurationMs;
  readonly reason: string;
}

/** A living lease as Redis has it. */
export interface LeaseHold {
  readonly holder: string;
  readonly epoch: number;
  readonly pttlMs: DurationMs;
  /** Configuration hash of the holder, empty where unknown. */
  readonly configHash: string;
}

export type AcquireReply =
  | { readonly kind: "granted"; readonly epoch: number }
  | { readonly kind: "held"; readonly hold: LeaseHold }
  | { readonly kind: "fenced-config"; readonly hold: LeaseHold };

export type RenewReply =
  | { readonly kind: "renewed"; readonly regranted: boolean }
  | { readonly kind: "lost"; readonly hold: LeaseHold | undefined; readonly lastEpoch: number };

export type ReleaseReply =
  | { readonly kind: "released" }
  | { readonly kind: "lost"; readonly hold: LeaseHold | undefined; readonly lastEpoch: number };

/** A change of hands that was somebody's failure. */
export interface Takeover {
  readonly epoch: number;
  readonly ageMs: DurationMs;
}

/** Reasons of an acquire that make it count towards the hold-down. */
export const COUNTED_REASONS: readonly string[] = ["expired", "link-closed", "silence"];
/** How many are told, looking back at most so many entries of the audit stream. */
export const TAKEOVERS_TOLD = 8;
export const OWNERS_LOOKED_AT = 32;

export interface ObservedReply {
  readonly kind: "observed";
  readonly hold: LeaseHold | undefined;
  /** The last epoch granted, 0 before the first. */
  readonly lastEpoch: number;
  /** For whom a released lease is reserved and how long still; the agent name is empty where nobody is named. */
  readonly reserved: { readonly successor: string; readonly pttlMs: DurationMs } | undefined;
  /** The newest takeovers that count towards the hold-down, at most `TAKEOVERS_TOLD`; empty where it was not asked. */
  readonly takeovers: readonly Takeover[];
}
