import { later } from "../../adapters/kit/time.ts";
import { endPromise, hearPromiseWord } from "./promises.ts";
import type { LeaseState, PeerView, Seen } from "./state.ts";
import { noteEpoch, type Turn } from "./turn.ts";
import type { HandoverWord, ReleasedWord } from "../model/group-word.ts";
import type { Beat, LinkEnd, PeerWord } from "./words.ts";

export function linkOpened(turn: Turn, name: string): void {
  if (!turn.isMember(name)) return;
  const peer = turn.peer(name);
  heardFrom(turn, peer);
  peer.beat = undefined;
  peer.reigned = undefined;
  peer.standbyAt = undefined;
}

export function linkClosed(turn: Turn, name: string, how: LinkEnd): void {
  if (!turn.isMember(name)) return;
  const { state, now } = turn;
  const peer = turn.peer(name);
  if (peer.contact !== "silent") peer.lostAt = how === "given-up" ? peer.heardAt : now;
  peer.contact = how === "given-up" ? "silent" : "gone";
  peer.end = how;
  peer.standbyAt = undefined;
  turn.lookNow();
  if (state.reign !== undefined) hurryRenewal(turn);
}

export function heard(turn: Turn, name: string, word: PeerWord): void {
  if (!turn.isMember(name)) return;
  const peer = turn.peer(name);
  heardFrom(turn, peer);
  switch (word.kind) {
    case "beat":
      heardBeat(turn, peer, word);
      return;
    case "released":
    case "handover":
      heardEnd(turn, name, peer, word);
      return;
    default:
      hearPromiseWord(turn, name, word);
      return;
  }
}

/** Silence is noticed by time alone. */
export function suspectSilent(turn: Turn): void {
  const { state, settings, now } = turn;
  for (const peer of Object.values(state.peers)) {
    if (peer.contact !== "up" || now < later(peer.heardAt, settings.suspectAfterMs)) continue;
    peer.contact = "silent";
    peer.end = undefined;
    peer.lostAt = peer.heardAt;
    peer.standbyAt = undefined;
    turn.lookNow();
    if (state.reign !== undefined) hurryRenewal(turn);
  }
}

/** Nothing heard before our own loop stood still is evidence against anybody. */
export function forgetSilence(turn: Turn): void {
  const { state, now } = turn;
  state.seen = undefined;
  for (const peer of Object.values(state.peers)) {
    peer.baseline = undefined;
    peer.unrenewed = false;
    if (peer.contact === "up") peer.heardAt = now;
  }
}

/** A look at the lease while peers are silent: was it renewed since the suspicion? */
export function weighSilence(turn: Turn, seen: Seen, sentAt: number): void {
  const { state, settings, now } = turn;
  for (const [name, peer] of Object.entries(state.peers)) {
    if (peer.reigned === undefined || peer.contact === "up") continue;
    const { hold, lastEpoch } = seen;
    const stillIts = hold === undefined ? lastEpoch <= peer.reigned.epoch : isReignOf(name, peer, hold);
    if (!stillIts) {
      forgetReign(peer);
      continue;
    }
    if (peer.contact !== "silent") continue;
    const { baseline } = peer;
    // The bounds of the round trip are taken against us: only a key that surely lives longer was renewed.
    const renewed = baseline !== undefined && hold !== undefined && sentAt + hold.pttlMs > baseline.expiresAt + 1;
    if (baseline === undefined || renewed) {
      peer.baseline = { expiresAt: later(now, hold?.pttlMs ?? 0), takenAt: now };
      peer.unrenewed = false;
    } else if (sentAt >= baseline.takenAt + settings.unrenewedForMs) {
      peer.unrenewed = true;
    }
  }
}

export function isReignOf(
  name: string,
  peer: PeerView,
  hold: { readonly holder: string; readonly epoch: number },
): boolean {
  return hold.holder === name && hold.epoch === peer.reigned?.epoch;
}

export function forgetReign(peer: PeerView): void {
  peer.reigned = undefined;
  peer.baseline = undefined;
  peer.unrenewed = false;
}

/** A peer we hear that says it is active, or that has not said yet what it is. */
export function activePeer(state: LeaseState): string | undefined {
  for (const [name, peer] of Object.entries(state.peers)) {
    if (peer.contact === "up" && (peer.beat === undefined || reigns(peer.beat))) return name;
  }
  return undefined;
}

/** Whether some peer cannot hear us, or we cannot hear it, recently enough that it may be about to steal. */
export function isWatched(turn: Turn): boolean {
  const { state, settings, now } = turn;
  return Object.values(state.peers).some((peer) => {
    if (peer.contact === "up") return peer.beat?.hears === false;
    // Twice the suspicion longer than the peer may use its evidence: it may have noticed later than we did.
    const span = settings.silenceWindowMs + 2 * settings.suspectAfterMs;
    return peer.lostAt !== undefined && peer.end !== "bye" && now < later(peer.lostAt, span);
  });
}

function reigns(beat: Beat): boolean {
  return beat.role === "active" || beat.role === "stepping-down";
}

function heardFrom(turn: Turn, peer: PeerView): void {
  peer.contact = "up";
  peer.heardAt = turn.now;
  peer.lostAt = undefined;
  peer.end = undefined;
  peer.baseline = undefined;
  peer.unrenewed = false;
}

function heardBeat(turn: Turn, peer: PeerView, beat: Beat): void {
  const { state } = turn;
  noteEpoch(turn, beat.highestEpoch);
  noteEpoch(turn, beat.epoch);
  const before = peer.beat;
  peer.beat = beat;
  if (reigns(beat)) peer.reigned = { epoch: beat.epoch };
  else forgetReign(peer);
  if ((before === undefined || reigns(before)) && !reigns(beat)) turn.lookNow();
  const ready = beat.role === "standby" && beat.able;
  if (!ready) peer.standbyAt = undefined;
  else peer.standbyAt ??= turn.now;
  if (state.reign !== undefined && !beat.hears && before?.hears !== false) hurryRenewal(turn);
}

function heardEnd(turn: Turn, name: string, peer: PeerView, word: ReleasedWord | HandoverWord): void {
  const { state, settings, now } = turn;
  noteEpoch(turn, word.epoch);
  endPromise(turn, name, word.epoch);
  if (peer.beat !== undefined && peer.beat.epoch <= word.epoch) peer.beat = { ...peer.beat, role: "standby", epoch: 0 };
  if (peer.reigned !== undefined && peer.reigned.epoch <= word.epoch) forgetReign(peer);
  turn.lookNow();
  if (word.epoch < state.highestEpoch || state.reign !== undefined) return;
  const reason = word.kind === "handover" ? word.cause : "released";
  const reserved = word.kind === "released" && word.successor !== "" && word.successor !== turn.me;
  const graceUntil = later(now, reserved ? settings.successorGraceMs : 0);
  state.offer = { from: name, epoch: word.epoch, reason, heardAt: now, graceUntil };
}

function hurryRenewal(turn: Turn): void {
  turn.because("fast-renew");
  turn.state.renewAt = turn.now;
}
