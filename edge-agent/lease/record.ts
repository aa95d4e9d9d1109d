import type { DurationMs } from "../../adapters/kit/time.ts";
import {
  type AcquireReply,
  COUNTED_REASONS,
  OWNERS_LOOKED_AT,
  TAKEOVERS_TOLD,
  type Takeover,
  type AcquireRequest,
  type LeaseHold,
  type ObservedReply,
  type ReleaseReply,
  type ReleaseRequest,
  type RenewReply,
  type RenewRequest,
} from "./store.ts";

/**
 * The lease as the store keeps it, and the four steps on it as plain functions: the meaning of the Lua scripts, which a
 * test compares with them. Times are the store's own clock, in milliseconds.
 */
export interface LeaseRecord {
  lease: { readonly token: string; readonly holder: string; readonly epoch: number; expiresAt: number } | undefined;
  epoch: number;
  configHash: string;
  /** The successor hint; an empty name reserves the lease for nobody and only says that it was given up. */
  next: { readonly successor: string; readonly expiresAt: number } | undefined;
  /** The audit stream. */
  readonly owners: Owner[];
}

/** One entry of the audit stream. */
export interface Owner {
  readonly event: "acquired" | "regranted" | "released";
  readonly holder: string;
  readonly epoch: number;
  readonly reason: string;
  readonly at: number;
}

export function emptyRecord(): LeaseRecord {
  return { lease: undefined, epoch: 0, configHash: "", next: undefined, owners: [] };
}

export function acquireOn(record: LeaseRecord, request: AcquireRequest, now: number): AcquireReply {
  expire(record, now);
  const { lease } = record;
  if (lease !== undefined) {
    const hold = holdOf(record, now, lease);
    if (lease.token !== request.allowedOld) return { kind: "held", hold };
    const differs = record.configHash !== "" && record.configHash !== request.configHash;
    if (lease.holder !== request.holder && differs && !request.replaceConfig) return { kind: "fenced-config", hold };
  }
  const epoch = Math.max(record.epoch, request.epochFloor) + 1;
  grant(record, request.holder, epoch, now + request.ttlMs);
  record.configHash = request.configHash;
  record.next = undefined;
  record.owners.push({ event: "acquired", holder: request.holder, epoch, reason: request.reason, at: now });
  return { kind: "granted", epoch };
}

export function renewOn(record: LeaseRecord, request: RenewRequest, now: number): RenewReply {
  expire(record, now);
  const { lease } = record;
  if (lease?.token === tokenOf(request)) {
    lease.expiresAt = now + request.ttlMs;
    return { kind: "renewed", regranted: false };
  }
  if (lease !== undefined || record.epoch > request.epoch || record.next !== undefined) {
    return { kind: "lost", hold: lease && holdOf(record, now, lease), lastEpoch: record.epoch };
  }
  grant(record, request.holder, request.epoch, now + request.ttlMs);
  record.configHash = request.configHash;
  record.owners.push({ event: "regranted", holder: request.holder, epoch: request.epoch, reason: "renew", at: now });
  return { kind: "renewed", regranted: true };
}

export function releaseOn(record: LeaseRecord, request: ReleaseRequest, now: number): ReleaseReply {
  expire(record, now);
  const { lease } = record;
  if (lease?.token !== tokenOf(request)) {
    return { kind: "lost", hold: lease && holdOf(record, now, lease), lastEpoch: record.epoch };
  }
  record.lease = undefined;
  record.next = { successor: request.successor ?? "", expiresAt: now + request.graceMs };
  record.owners.push({
    event: "released",
    holder: request.holder,
    epoch: request.epoch,
    reason: request.reason,
    at: now,
  });
  return { kind: "released" };
}

export function observeOn(record: LeaseRecord, now: number): ObservedReply {
  expire(record, now);
  const { lease, next } = record;
  return {
    kind: "observed",
    hold: lease && holdOf(record, now, lease),
    lastEpoch: record.epoch,
    reserved: next && { successor: next.successor, pttlMs: next.expiresAt - now },
    takeovers: takeoversOf(record, now),
  };
}

function takeoversOf(record: LeaseRecord, now: number): Takeover[] {
  return record.owners
    .slice(-OWNERS_LOOKED_AT)
    .filter(({ event, reason }) => event === "acquired" && COUNTED_REASONS.includes(reason))
    .slice(-TAKEOVERS_TOLD)
    .reverse()
    .map(({ epoch, at }) => ({ epoch, ageMs: Math.max(0, now - at) }));
}

function grant(record: LeaseRecord, holder: string, epoch: number, expiresAt: number): void {
  record.lease = { token: tokenOf({ holder, epoch }), holder, epoch, expiresAt };
  record.epoch = epoch;
}

function expire(record: LeaseRecord, now: number): void {
  if (record.lease !== undefined && record.lease.expiresAt <= now) record.lease = undefined;
  if (record.next !== undefined && record.next.expiresAt <= now) record.next = undefined;
}

function holdOf(
  record: LeaseRecord,
  now: number,
  lease: { readonly holder: string; readonly epoch: number; readonly expiresAt: number },
): LeaseHold {
  const pttlMs: DurationMs = lease.expiresAt - now;
  return { holder: lease.holder, epoch: lease.epoch, pttlMs, configHash: record.configHash };
}

function tokenOf(of: { readonly holder: string; readonly epoch: number }): string {
  return `${of.holder}:${of.epoch}`;
}
