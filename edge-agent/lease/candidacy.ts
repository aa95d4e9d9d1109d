import { earliest, type Instant, later } from "../../adapters/kit/time.ts";
import { activePeer, isReignOf } from "./link-evidence.ts";
import { isBound } from "./promises.ts";
import { isHeldDown } from "./reigns.ts";
import type { RuleId } from "./rules.ts";
import type { LeaseSettings } from "./settings.ts";
import type { LeaseState } from "./state.ts";
import { COUNTED_REASONS, type LeaseHold } from "./store.ts";
import type { Turn } from "./turn.ts";
import type { TakeoverReason } from "./words.ts";

/** A reason to take the lease now, and what may be replaced by it. */
interface Case {
  readonly rule: RuleId;
  readonly reason: TakeoverReason;
  /** `holder:epoch`, when it is taken from somebody. */
  readonly allowedOld: string | undefined;
  /** The last sign of the former holder. */
  readonly evidenceAt: Instant;
}

/** What a standby does with all it knows: take the lease, look at it, or wait. */
export function seekLease(turn: Turn): void {
  const { state, now } = turn;
  judgeConfig(turn);
  state.othersUntil = undefined;
  if (state.hold !== undefined) return;
  if (state.residue !== undefined) {
    giveBackResidue(turn, state.residue);
    return;
  }
  const found = now < state.takeAt ? undefined : findCase(turn);
  if (found !== undefined && !isForbidden(turn, found)) {
    take(turn, found);
    return;
  }
  if (state.look === undefined && now >= state.lookAt) turn.ask({ kind: "observe" });
}

/** When a standby must look again at what only time changes. */
export function seekWakeAt(turn: Turn): Instant | undefined {
  const { state, now } = turn;
  const after = (at: Instant | undefined): Instant | undefined => (at !== undefined && at > now ? at : undefined);
  return earliest(
    state.look === undefined && state.hold === undefined ? state.lookAt : undefined,
    state.hold === undefined ? after(state.takeAt) : undefined,
    after(state.given?.keptUntil),
    after(state.restUntil),
    after(maturesAt(turn)),
    after(state.offer?.graceUntil),
    after(state.othersUntil),
  );
}

function take(turn: Turn, found: Case): void {
  const { state, identity, settings, me } = turn;
  turn.because(found.rule);
  if (state.seen !== undefined) state.seen.fresh = false;
  turn.ask(
    {
      kind: "acquire",
      holder: me,
      ttlMs: settings.ttlMs,
      allowedOld: found.allowedOld,
      epochFloor: state.highestEpoch,
      configHash: identity.configHash,
      replaceConfig: state.replaceConfig,
      reason: found.reason,
    },
    { reason: found.reason, evidenceAt: found.evidenceAt },
  );
}

/** The rules that forbid, in the order in which they are worth telling. */
function isForbidden(turn: Turn, found: Case): boolean {
  const { state, now } = turn;
  const forbid = (rule: RuleId): true => {
    turn.because(rule);
    if (state.seen !== undefined) state.seen.fresh = false;
    return true;
  };
  if (state.paused) return forbid("pause");
  if (isBound(turn)) return forbid("promise-keep");
  if (activePeer(state) !== undefined) return forbid("peer-veto");
  if (COUNTED_REASONS.includes(found.reason) && now < maturesAt(turn)) return forbid("newborn");
  if (found.reason === "handover" || found.reason === "failback") return false;
  return state.restUntil !== undefined && now < state.restUntil ? forbid("rest") : false;
}

/** Until then a promise of our former process may still bind us. */
function maturesAt(turn: Turn): Instant {
  return maturityOf(turn.state, turn.settings, turn.theOther() !== undefined);
}

/** Only one of a pair gives promises, so only it can be bound by one that its former process gave. */
export function maturityOf(
  { bornAt }: Pick<LeaseState, "bornAt">,
  { promiseForMs }: Pick<LeaseSettings, "promiseForMs">,
  inPair: boolean,
): Instant {
  return inPair ? later(bornAt, promiseForMs) : bornAt;
}

function findCase(turn: Turn): Case | undefined {
  return fromOffer(turn) ?? fromPeers(turn) ?? fromLook(turn);
}

/** The former active itself told us that it stopped. */
function fromOffer(turn: Turn): Case | undefined {
  const { state, settings, now } = turn;
  const { offer } = state;
  if (offer === undefined) return undefined;
  const expired = now >= later(offer.heardAt, settings.successorGraceMs + settings.ttlMs);
  // It stopped because Redis is away, as it is for us: when Redis is back everybody looks, and the order decides.
  const inVain = offer.reason === "released" && turn.theOther() === undefined && state.health === "failing";
  if (expired || inVain || offer.epoch < state.highestEpoch) {
    state.offer = undefined;
    return undefined;
  }
  if (now < offer.graceUntil) {
    turn.because("successor");
    return undefined;
  }
  if (offer.reason === "released" && (isReservedForOther(turn) || isForOthers(turn, offer.from, offer.graceUntil))) {
    return undefined;
  }
  if (state.blocked !== undefined && !state.replaceConfig) return undefined;
  const rule: RuleId = offer.reason === "released" ? "absent" : "handover";
  return { rule, reason: offer.reason, allowedOld: `${offer.from}:${offer.epoch}`, evidenceAt: offer.heardAt };
}

/** The link tells that the former active is dead. */
function fromPeers(turn: Turn): Case | undefined {
  const { state, settings, now } = turn;
  if (!settings.steal) return undefined;
  for (const [name, peer] of Object.entries(state.peers)) {
    const { reigned, lostAt } = peer;
    if (reigned === undefined || lostAt === undefined || reigned.epoch < state.highestEpoch) continue;
    const allowedOld = `${name}:${reigned.epoch}`;
    const closed = peer.contact === "gone" && peer.end === "died";
    const silent = peer.contact === "silent" && peer.unrenewed && now < later(lostAt, settings.silenceWindowMs);
    if (!closed && !silent) continue;
    if (state.blocked !== undefined && !state.replaceConfig) continue;
    if (isHeldDown(turn)) continue;
    if (isForOthers(turn, name, closed ? lostAt : later(lostAt, settings.suspectAfterMs + settings.unrenewedForMs)))
      continue;
    return closed
      ? { rule: "steal-on-close", reason: "link-closed", allowedOld, evidenceAt: lostAt }
      : { rule: "silence-and-unrenewed", reason: "silence", allowedOld, evidenceAt: lostAt };
  }
  return undefined;
}

/** The lease itself is gone, or it is a leftover of our own. */
function fromLook(turn: Turn): Case | undefined {
  const { state, me } = turn;
  const { seen } = state;
  if (seen === undefined || !seen.fresh) return undefined;
  if (seen.hold?.holder === me) {
    if (!isAbandoned(turn, seen.hold)) {
      turn.because("twin");
      return undefined;
    }
    const allowedOld = `${me}:${seen.hold.epoch}`;
    return { rule: "own-leftover", reason: "restart", allowedOld, evidenceAt: seen.receivedAt };
  }
  if (seen.hold !== undefined || isReservedForOther(turn)) return undefined;
  // A Redis that forgot epochs may show a reservation from before them, and the one who made it may be active again.
  if (seen.reserved?.successor === me && seen.lastEpoch >= state.highestEpoch) {
    return { rule: "handover", reason: "handover", allowedOld: undefined, evidenceAt: seen.receivedAt };
  }
  if (isOnlyDoubtedBySilence(turn)) return undefined;
  if (isForOthers(turn, undefined, state.absentAt ?? turn.now)) return undefined;
  const first = state.highestEpoch === 0;
  return { rule: "absent", reason: first ? "first" : "expired", allowedOld: undefined, evidenceAt: lastSign(turn) };
}

/**
 * Whether nobody lives behind a lease in our own name: this process was granted it, may have been without hearing of it,
 * or nobody has renewed it for longer than a living holder takes.
 */
function isAbandoned({ state, settings }: Turn, hold: LeaseHold): boolean {
  if (hold.epoch === state.granted) return true;
  if (state.overdue.some(({ request }) => request.kind === "acquire")) return true;
  return settings.ttlMs - hold.pttlMs > settings.renewEveryMs + 2 * settings.attemptTimeoutMs;
}

/** An absent lease of a silent peer may be one that Redis forgot: it has the same time to come back as a live one. */
function isOnlyDoubtedBySilence(turn: Turn): boolean {
  return Object.values(turn.state.peers).some(
    (peer) => peer.contact === "silent" && peer.reigned !== undefined && !peer.unrenewed,
  );
}

/**
 * Whether agents before us in the order still have time to take over, one grace each from `since` on; an agent that could
 * not take over has none. Of two agents the other one is the one to be replaced, so a pair never waits here.
 *
 * @param from who is replaced
 */
function isForOthers(turn: Turn, from: string | undefined, since: Instant): boolean {
  const { state, settings, identity, now } = turn;
  if (turn.theOther() !== undefined) return false;
  const before = identity.members.slice(0, identity.members.indexOf(turn.me));
  const able = before.filter((name) => name !== from && couldTakeOver(turn, name, from === undefined)).length;
  const until = later(since, able * settings.successorGraceMs);
  if (now >= until) return false;
  turn.because("order");
  state.othersUntil = earliest(state.othersUntil, until);
  return true;
}

/**
 * @param anyHealth also who could not reach Redis a moment ago: an absent lease is found by all at once when Redis comes
 *   back, and who had it before has the records it stored meanwhile
 */
function couldTakeOver(turn: Turn, name: string, anyHealth: boolean): boolean {
  const peer = turn.state.peers[name];
  if (peer?.contact !== "up" || peer.beat === undefined) return false;
  const { role, able, health, configHash } = peer.beat;
  const idle = role === "standby" || role === "acquiring";
  return idle && able && (anyHealth || health !== "failing") && configHash === turn.identity.configHash;
}

function isReservedForOther(turn: Turn): boolean {
  const reserved = turn.state.seen?.reserved;
  if (reserved === undefined || turn.now >= reserved.untilAt) return false;
  if (reserved.successor === "" || reserved.successor === turn.me) return false;
  turn.because("successor");
  return true;
}

function lastSign(turn: Turn): Instant {
  const { heldAt, seen, peers } = turn.state;
  let last = heldAt;
  for (const peer of Object.values(peers)) {
    if (peer.reigned !== undefined && (last === undefined || peer.heardAt > last)) last = peer.heardAt;
  }
  return last ?? seen?.receivedAt ?? turn.now;
}

/** Whether the living holder runs another configuration, or under our own name; says so when that changes. */
function judgeConfig(turn: Turn): void {
  const { state, identity } = turn;
  if (state.twin) {
    const message = `another process runs as agent ${turn.me} and holds ${identity.group}: stop it, or give one of them another name`;
    if (state.blocked !== message) turn.tell({ kind: "blocked", reason: "twin", message });
    state.blocked = message;
    return;
  }
  const other = otherConfig(turn);
  if (other === undefined) {
    if (state.blocked !== undefined) turn.tell({ kind: "unblocked" });
    state.blocked = undefined;
    return;
  }
  const message = `${other.holder} holds ${identity.group} with configuration ${other.configHash}, ours is ${identity.configHash}: align them, or order replace-config`;
  if (state.blocked === message) return;
  state.blocked = message;
  turn.because("config");
  turn.tell({ kind: "blocked", reason: "config", message });
}

function otherConfig(turn: Turn): { readonly holder: string; readonly configHash: string } | undefined {
  const { state, identity, now } = turn;
  const differs = (hash: string | undefined): hash is string =>
    hash !== undefined && hash !== "" && hash !== identity.configHash;
  for (const [name, peer] of Object.entries(state.peers)) {
    if (peer.reigned !== undefined && differs(peer.beat?.configHash)) return { holder: name, ...peer.beat };
  }
  const hold = state.seen?.hold;
  if (hold === undefined || hold.holder === turn.me || !differs(hold.configHash)) return undefined;
  const known = state.peers[hold.holder];
  if (known !== undefined && known.contact === "up" && !isReignOf(hold.holder, known, hold)) return undefined;
  return now < later(state.seen?.receivedAt ?? now, hold.pttlMs) ? hold : undefined;
}

function giveBackResidue(turn: Turn, epoch: number): void {
  const { state, me, settings } = turn;
  state.residue = undefined;
  turn.because("late-reply");
  const graceMs = settings.successorGraceMs;
  turn.ask({ kind: "release", holder: me, epoch, successor: undefined, graceMs, reason: "late" });
}
