import { later } from "../../adapters/kit/time.ts";
import { unreachable } from "../../adapters/kit/invariant.ts";
import { scheduleRenewal } from "./holding.ts";
import { forgetReign, isReignOf, weighSilence } from "./link-evidence.ts";
import { withdrawPromise } from "./promises.ts";
import { beginReign, countTakeovers, endReign, grantedUntil } from "./reigns.ts";
import type { PendingAttempt } from "./state.ts";
import type { LeaseHold, ObservedReply } from "./store.ts";
import { noteEpoch, type Turn } from "./turn.ts";
import type { StoreReply } from "./words.ts";

/** An answer to attempt `id`. One that was given up or answered before gives nothing. */
export function takeReply(turn: Turn, id: number, reply: StoreReply): void {
  const { state } = turn;
  if (state.hold?.id === id) {
    const pending = state.hold;
    state.hold = undefined;
    answered(turn, pending, reply);
    return;
  }
  if (state.look?.id === id) {
    const pending = state.look;
    state.look = undefined;
    looked(turn, pending, reply);
    return;
  }
  const overdue = state.overdue.findIndex((one) => one.id === id);
  const [pending] = overdue < 0 ? [] : state.overdue.splice(overdue, 1);
  if (pending === undefined) {
    turn.because("late-reply");
    return;
  }
  answeredLate(turn, pending, reply);
}

/** Gives up what stayed unanswered for too long. */
export function dropOverdue(turn: Turn): void {
  const { state, now } = turn;
  for (const pending of [state.hold, state.look]) {
    if (pending === undefined || now < pending.timeoutAt) continue;
    turn.giveUp(pending);
    if (pending === state.look) {
      state.look = undefined;
      lookFailed(turn);
    } else {
      state.hold = undefined;
      holdFailed(turn, pending);
    }
  }
}

function answered(turn: Turn, pending: PendingAttempt, reply: StoreReply): void {
  if (reply.kind === "failed") {
    holdFailed(turn, pending);
    return;
  }
  turn.state.health = "ok";
  switch (pending.request.kind) {
    case "acquire":
      acquired(turn, pending, reply);
      return;
    case "renew":
      renewed(turn, pending, reply);
      return;
    case "release":
      released(turn, reply);
      return;
    case "observe":
      return;
    default:
      unreachable(pending.request);
  }
}

function acquired(turn: Turn, pending: PendingAttempt, reply: StoreReply): void {
  const { state, settings, now } = turn;
  state.unresolvedUntil = undefined;
  if (reply.kind === "held" || reply.kind === "fenced-config") {
    const { hold } = reply;
    sawLease(turn, { kind: "observed", hold, lastEpoch: hold.epoch, reserved: undefined, takeovers: [] }, pending);
    return;
  }
  if (reply.kind !== "granted") return;
  if (reply.epoch <= state.highestEpoch) {
    turn.because("strict-epoch");
    turn.tell({ kind: "epoch-refused", granted: reply.epoch, highest: state.highestEpoch });
    state.residue = reply.epoch;
    return;
  }
  if (now >= grantedUntil(pending.sentAt, settings.ttlMs, settings.safetyMs) || state.paused) {
    turn.because(state.paused ? "pause" : "late-reply");
    noteEpoch(turn, reply.epoch);
    state.residue = reply.epoch;
    return;
  }
  beginReign(turn, reply.epoch, pending);
}

function renewed(turn: Turn, pending: PendingAttempt, reply: StoreReply): void {
  const { state, settings, now } = turn;
  const { reign } = state;
  if (pending.request.kind !== "renew" || reign?.epoch !== pending.request.epoch) {
    if (reply.kind === "renewed" && pending.request.kind === "renew") state.residue = pending.request.epoch;
    turn.because("late-reply");
    return;
  }
  if (reply.kind === "lost") {
    turn.because("lost");
    noteEpoch(turn, Math.max(reply.lastEpoch, reply.hold?.epoch ?? 0));
    endReign(turn, "lost");
    return;
  }
  if (reply.kind !== "renewed") return;
  const until = grantedUntil(pending.sentAt, settings.ttlMs, settings.safetyMs);
  if (until <= now) {
    turn.because("late-reply");
    return;
  }
  if (until > reign.leaseDeadline) reign.leaseDeadline = until;
  withdrawPromise(turn);
  scheduleRenewal(turn, pending.sentAt);
  if (!reply.regranted) return;
  turn.because("renew");
  turn.tell({ kind: "regranted", epoch: reign.epoch });
}

function released(turn: Turn, reply: StoreReply): void {
  if (reply.kind === "lost") noteEpoch(turn, Math.max(reply.lastEpoch, reply.hold?.epoch ?? 0));
}

function answeredLate(turn: Turn, pending: PendingAttempt, reply: StoreReply): void {
  const { state } = turn;
  const { request } = pending;
  if (request.kind === "acquire" && reply.kind !== "failed") state.unresolvedUntil = undefined;
  if (request.kind === "acquire" && reply.kind === "granted") {
    turn.because("late-reply");
    noteEpoch(turn, reply.epoch);
    state.residue = reply.epoch;
  } else if (request.kind === "renew" && reply.kind !== "failed") {
    // Late for its attempt, and still in time for the lease it renewed.
    renewed(turn, pending, reply);
  } else {
    turn.because("late-reply");
  }
}

function holdFailed(turn: Turn, pending: PendingAttempt): void {
  const { state, settings, now } = turn;
  state.health = "failing";
  const { kind } = pending.request;
  if (kind === "renew" && state.reign !== undefined) {
    state.failingAt ??= now;
    state.renewAt = later(pending.sentAt, settings.watchEveryMs);
    if (state.renewAt < now) state.renewAt = now;
  }
  if (kind === "acquire") {
    state.unresolvedUntil = later(pending.sentAt, settings.ttlMs);
    state.takeAt = later(now, turn.jittered(settings.watchEveryMs));
    turn.lookNow();
  }
}

function lookFailed(turn: Turn): void {
  const { state, settings } = turn;
  state.health = "failing";
  // Whoever had it meanwhile: the others' time to take it begins when it is seen to be absent again.
  state.absentAt = undefined;
  const urgent = hasEvidence(turn);
  turn.lookIn(urgent ? settings.watchEveryMs : turn.jittered(settings.lookEveryMs / 4));
}

function looked(turn: Turn, pending: PendingAttempt, reply: StoreReply): void {
  if (reply.kind !== "observed") {
    lookFailed(turn);
    return;
  }
  turn.state.health = "ok";
  sawLease(turn, reply, pending);
}

/** Any answer that tells how the lease stands. */
function sawLease(turn: Turn, reply: ObservedReply, pending: PendingAttempt): void {
  const { state, settings, now } = turn;
  const { hold } = reply;
  noteEpoch(turn, Math.max(reply.lastEpoch, hold?.epoch ?? 0));
  const reserved = reply.reserved && {
    successor: reply.reserved.successor,
    untilAt: later(now, reply.reserved.pttlMs),
  };
  state.seen = { receivedAt: now, hold, lastEpoch: reply.lastEpoch, reserved, fresh: true };
  if (state.offer !== undefined && hold !== undefined && !isOffered(state.offer, hold)) state.offer = undefined;
  if (hold !== undefined && hold.holder !== turn.me) state.heldAt = now;
  if (hold !== undefined) state.absentAt = undefined;
  else state.absentAt ??= now;
  noteNamesake(turn, hold);
  countTakeovers(turn, reply.takeovers);
  weighSilence(turn, state.seen, pending.sentAt);
  if (hold !== undefined) {
    for (const [name, peer] of Object.entries(state.peers)) {
      if (peer.contact !== "up" && peer.reigned !== undefined && !isReignOf(name, peer, hold)) forgetReign(peer);
    }
  }
  turn.lookIn(nextLook(turn, hold));
  if (reserved !== undefined && reserved.successor !== turn.me && reserved.untilAt < state.lookAt) {
    state.lookAt = later(reserved.untilAt, 1);
  }
  if (hold?.holder === turn.me) state.lookAt = later(now, settings.watchEveryMs);
}

/** A lease in our own name that we were not granted is a leftover of a former process, or the lease of a living twin. */
function noteNamesake(turn: Turn, hold: LeaseHold | undefined): void {
  const { state, settings, now, me } = turn;
  const before = state.namesake;
  if (hold === undefined || hold.holder !== me || hold.epoch === state.granted) {
    state.namesake = undefined;
    state.twin = false;
    return;
  }
  const expiresAt = later(now, hold.pttlMs);
  state.namesake = { epoch: hold.epoch, expiresAt };
  // Only a renewal moves the end of a lease by more than an answer may be late.
  if (before?.epoch === hold.epoch && expiresAt > later(before.expiresAt, settings.attemptTimeoutMs)) state.twin = true;
  else if (before?.epoch !== hold.epoch) state.twin = false;
  else state.namesake = before;
}

function isOffered(offer: { readonly from: string; readonly epoch: number }, hold: LeaseHold): boolean {
  return hold.holder === offer.from && hold.epoch === offer.epoch;
}

function nextLook(turn: Turn, hold: LeaseHold | undefined): number {
  const { settings } = turn;
  if (hasEvidence(turn)) return settings.watchEveryMs;
  if (hold === undefined) return turn.jittered(settings.lookEveryMs / 4);
  return turn.jittered(Math.min(hold.pttlMs + 1, settings.lookEveryMs));
}

/** Whether a silent or closed peer may have to be replaced soon. */
function hasEvidence(turn: Turn): boolean {
  const { state, settings, now } = turn;
  return Object.values(state.peers).some(
    (peer) =>
      peer.reigned !== undefined &&
      peer.lostAt !== undefined &&
      peer.end !== "bye" &&
      now < later(peer.lostAt, settings.silenceWindowMs),
  );
}
