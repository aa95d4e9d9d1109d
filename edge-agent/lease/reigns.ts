import { type DurationMs, type Instant, later } from "../../adapters/kit/time.ts";
import { actsUntil, deadlineOf, type PendingAttempt } from "./state.ts";
import { COUNTED_REASONS, type Takeover } from "./store.ts";
import { noteEpoch, type Turn } from "./turn.ts";
import type { EndReason } from "./words.ts";

/** An acquire was granted in time: the reign begins. */
export function beginReign(turn: Turn, epoch: number, pending: PendingAttempt): void {
  const { state, settings, now } = turn;
  const reason = pending.taking?.reason ?? "expired";
  noteEpoch(turn, epoch);
  state.reign = {
    epoch,
    reason,
    beganAt: now,
    leaseDeadline: grantedUntil(pending.sentAt, settings.ttlMs, settings.safetyMs),
    promiseDeadline: undefined,
    stepping: undefined,
  };
  state.renewAt = later(pending.sentAt, settings.renewEveryMs);
  state.offer = undefined;
  state.seen = undefined;
  state.absentAt = undefined;
  state.replaceConfig = false;
  state.failingAt = undefined;
  state.granted = epoch;
  state.namesake = undefined;
  state.twin = false;
  if (state.blocked !== undefined) turn.tell({ kind: "unblocked" });
  state.blocked = undefined;
  if (COUNTED_REASONS.some((counted) => counted === reason)) countTakeovers(turn, [{ epoch, ageMs: 0 }]);
  for (const peer of Object.values(state.peers)) peer.reigned = undefined;
  turn.tell({ kind: "active", epoch, reason, detectedAfterMs: Math.max(0, now - (pending.taking?.evidenceAt ?? now)) });
}

/** What was granted to a question sent at `sentAt` may be used until here, on our own monotonic clock. */
export function grantedUntil(sentAt: Instant, span: DurationMs, safety: DurationMs): Instant {
  return later(sentAt, span - safety);
}

/** Ends the reign here and now. The peers hear that this epoch is over. */
export function endReign(turn: Turn, reason: EndReason): void {
  const { state } = turn;
  const { reign } = state;
  if (reign === undefined) return;
  state.reign = undefined;
  state.seen = undefined;
  state.asked = [];
  state.askAt = undefined;
  state.livingOnPromise = false;
  state.failingAt = undefined;
  if (state.hold !== undefined && state.hold.request.kind === "renew") {
    turn.giveUp(state.hold);
    state.hold = undefined;
  }
  turn.tell({ kind: "standby", epoch: reign.epoch, reason });
  const successor = reign.stepping?.successor;
  const cause = reason === "failback" ? "failback" : "handover";
  for (const [name, peer] of Object.entries(state.peers)) {
    if (peer.contact === "gone") continue;
    const { epoch } = reign;
    const released = { kind: "released", epoch, successor: successor ?? "" } as const;
    turn.say(name, name === successor ? { kind: "handover", epoch, cause } : released);
  }
  turn.lookIn(turn.jittered(turn.settings.watchEveryMs));
}

/** Begins to step down; the runtime drains and answers `drained`. */
export function stepDown(turn: Turn, reason: EndReason, successor?: string): void {
  const { reign } = turn.state;
  if (reign === undefined || reign.stepping !== undefined) return;
  const deadline = deadlineOf(reign);
  const wanted = later(turn.now, turn.settings.drainForMs);
  const drainUntil = reason === "unrenewed" || wanted > deadline ? deadline : wanted;
  reign.stepping = { reason, drainUntil, successor };
  turn.tell({ kind: "stepping-down", epoch: reign.epoch, reason, drainUntil });
}

/** Everything begun is finished, or its time is over: stop acting, then give the lease back. */
export function concludeStepDown(turn: Turn): void {
  const { state, settings, now } = turn;
  const { reign } = state;
  if (reign?.stepping === undefined) return;
  const { reason, successor } = reign.stepping;
  endReign(turn, reason);
  if (reason !== "unrenewed") {
    turn.because("rest");
    state.restUntil = later(now, successor === undefined ? settings.ttlMs : settings.successorGraceMs);
  }
  if (state.hold !== undefined) {
    turn.giveUp(state.hold);
    state.hold = undefined;
  }
  giveBack(turn, reign.epoch, successor, reason);
}

/** Releases an epoch in Redis; it does nothing there when the lease is no longer that. */
export function giveBack(turn: Turn, epoch: number, successor: string | undefined, reason: string): void {
  const { me, settings } = turn;
  turn.ask({ kind: "release", holder: me, epoch, successor, graceMs: settings.successorGraceMs, reason });
}

/** What time alone does to a reign. Called before anything else of an input is looked at. */
export function expireReign(turn: Turn, frozen: boolean): void {
  const { state, now } = turn;
  const { reign } = state;
  if (reign === undefined) return;
  if (now >= deadlineOf(reign)) {
    turn.because("own-deadline");
    endReign(turn, frozen ? "frozen" : (reign.stepping?.reason ?? "deadline"));
    return;
  }
  if (now >= actsUntil(reign)) concludeStepDown(turn);
}

/** Remembers takeovers that were somebody's failure, our own and those that Redis tells of. */
export function countTakeovers(turn: Turn, more: readonly Takeover[]): void {
  const { state, settings, now } = turn;
  const fresh = more.filter(({ epoch }) => !state.takeovers.some((known) => known.epoch === epoch));
  if (fresh.length === 0) return;
  const all = [...state.takeovers, ...fresh.map(({ epoch, ageMs }) => ({ epoch, at: later(now, -ageMs) }))];
  state.takeovers = all.sort((a, b) => a.epoch - b.epoch).slice(-settings.holdDown.takeovers);
}

/** Whether stealing is frozen because of too many takeovers; says so when that changes. */
export function isHeldDown(turn: Turn): boolean {
  const { state, settings, now } = turn;
  const { takeovers, withinMs } = settings.holdDown;
  const [oldest] = state.takeovers;
  const until = oldest === undefined ? now : later(oldest.at, withinMs);
  const held = state.takeovers.length >= takeovers && until > now;
  if (held !== state.heldDown) {
    state.heldDown = held;
    turn.because("hold-down");
    turn.tell(held ? { kind: "hold-down", until, takeovers: state.takeovers.length } : { kind: "hold-down-ended" });
  }
  return held;
}
