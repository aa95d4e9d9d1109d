import { earliest, type Instant, later } from "../../adapters/kit/time.ts";
import { isWatched } from "./link-evidence.ts";
import { askPromise } from "./promises.ts";
import { concludeStepDown, endReign, isHeldDown, stepDown } from "./reigns.ts";
import { actsUntil, deadlineOf, type HeldReign, type LeaseState } from "./state.ts";
import type { Turn } from "./turn.ts";

/** What the active does with all it knows: renew, ask for a promise, hand over, or stop. */
export function holdLease(turn: Turn): void {
  const { state, now } = turn;
  const { reign } = state;
  if (reign === undefined) return;
  if (state.highestEpoch > reign.epoch) {
    turn.because("superseded");
    endReign(turn, "superseded");
    return;
  }
  considerHandover(turn, reign);
  askPromise(turn);
  if (reign.stepping === undefined && now >= later(deadlineOf(reign), -turn.settings.stepDownLeadMs)) {
    turn.because("step-down-early");
    stepDown(turn, "unrenewed");
  }
  if (reign.stepping !== undefined && now >= actsUntil(reign)) {
    concludeStepDown(turn);
    return;
  }
  if (state.hold === undefined && now >= state.renewAt) renew(turn, reign);
}

export function holdWakeAt(turn: Turn): Instant | undefined {
  const { state, settings, now } = turn;
  const { reign } = state;
  if (reign === undefined) return undefined;
  const other = turn.theOther();
  const mayAsk = state.failingAt !== undefined && other !== undefined && state.peers[other]?.contact === "up";
  return earliest(
    actsUntil(reign),
    reign.stepping === undefined ? later(deadlineOf(reign), -settings.stepDownLeadMs) : undefined,
    state.hold === undefined ? state.renewAt : undefined,
    mayAsk && reign.stepping?.reason !== "unrenewed" ? state.askAt : undefined,
    failbackAt(turn, now),
    yieldAt(state, other, settings.yieldAfterMs, now),
  );
}

/** The next renewal after one that was sent at `sentAt` and answered. */
export function scheduleRenewal(turn: Turn, sentAt: Instant): void {
  const { settings } = turn;
  const every = isWatched(turn) ? settings.watchEveryMs : settings.renewEveryMs;
  turn.state.renewAt = later(sentAt, every);
}

function renew(turn: Turn, reign: HeldReign): void {
  turn.because(isWatched(turn) ? "fast-renew" : "renew");
  turn.ask({
    kind: "renew",
    holder: turn.me,
    epoch: reign.epoch,
    ttlMs: turn.settings.ttlMs,
    configHash: turn.identity.configHash,
  });
}

function considerHandover(turn: Turn, reign: HeldReign): void {
  const { state, settings, now } = turn;
  if (reign.stepping !== undefined) return;
  const back = failbackAt(turn, undefined);
  if (back !== undefined && now >= back && !isHeldDown(turn)) {
    turn.because("failback");
    stepDown(turn, "failback", settings.failback?.preferred);
    return;
  }
  const other = turn.theOther();
  const yielding = yieldAt(state, other, settings.yieldAfterMs, undefined);
  if (yielding !== undefined && now >= yielding) {
    turn.because("yield");
    stepDown(turn, "yielded", other);
  }
}

/** When the preferred agent will have been a stable standby for long enough; with `after`, only if that is still to come. */
function failbackAt(turn: Turn, after: Instant | undefined): Instant | undefined {
  const { state, settings, identity } = turn;
  const { failback } = settings;
  if (failback === undefined || failback.preferred === turn.me || state.failingAt !== undefined) return undefined;
  const peer = state.peers[failback.preferred];
  if (peer?.contact !== "up" || peer.standbyAt === undefined) return undefined;
  if (peer.beat?.health !== "ok" || peer.beat.configHash !== identity.configHash) return undefined;
  const at = later(peer.standbyAt, failback.afterMs);
  return after === undefined || at > after ? at : undefined;
}

function yieldAt(
  state: LeaseState,
  other: string | undefined,
  span: number,
  after: Instant | undefined,
): Instant | undefined {
  if (state.failingAt === undefined || other === undefined || state.reign?.promiseDeadline === undefined)
    return undefined;
  const peer = state.peers[other];
  if (peer?.contact !== "up" || peer.standbyAt === undefined || peer.beat?.health !== "ok") return undefined;
  const at = later(state.failingAt, span);
  return after === undefined || at > after ? at : undefined;
}
