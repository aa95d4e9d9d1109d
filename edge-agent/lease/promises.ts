import { later } from "../../adapters/kit/time.ts";
import { grantedUntil } from "./reigns.ts";
import { roleOf } from "./state.ts";
import { noteEpoch, type Turn } from "./turn.ts";
import type { PromiseRefusal, PromiseWord } from "../model/group-word.ts";

/** Asks kept in mind: more than fit into one promise at the usual rhythm are of no use. */
const ASKS_REMEMBERED = 16;

/** Redis does not answer the active: it asks the only peer not to take over. */
export function askPromise(turn: Turn): void {
  const { state, settings, now } = turn;
  const { reign } = state;
  const other = turn.theOther();
  if (reign === undefined || state.failingAt === undefined || other === undefined) return;
  if (reign.stepping?.reason === "unrenewed") return;
  if (state.peers[other]?.contact !== "up") return;
  if (state.askAt !== undefined && now < state.askAt) return;
  turn.because("promise-ask");
  state.asks += 1;
  state.asked.push({ ask: state.asks, sentAt: now });
  if (state.asked.length > ASKS_REMEMBERED) state.asked.shift();
  state.askAt = later(now, settings.promiseEveryMs);
  turn.say(other, { kind: "promise-asked", ask: state.asks, epoch: reign.epoch });
}

/** Redis answered: first stop counting on promises, then say so. */
export function withdrawPromise(turn: Turn): void {
  const { state } = turn;
  const { reign } = state;
  const asked = state.asked.length > 0 || reign?.promiseDeadline !== undefined;
  state.failingAt = undefined;
  state.askAt = undefined;
  state.asked = [];
  state.livingOnPromise = false;
  const other = turn.theOther();
  if (!asked || reign === undefined || other === undefined) return;
  reign.promiseDeadline = undefined;
  turn.because("promise-withdraw");
  if (state.peers[other]?.contact !== "gone") {
    turn.say(other, { kind: "promise-withdrawn", ask: state.asks, epoch: reign.epoch });
  }
}

export function hearPromiseWord(turn: Turn, from: string, word: PromiseWord): void {
  switch (word.kind) {
    case "promise-asked":
      answerAsk(turn, from, word.ask, word.epoch);
      return;
    case "promise-granted":
      takePromise(turn, from, word.ask, word.epoch);
      return;
    case "promise-refused":
      turn.because("promise-refuse");
      noteEpoch(turn, word.highestEpoch);
      return;
    case "promise-withdrawn":
      endPromise(turn, from, word.epoch, word.ask);
      return;
  }
}

function answerAsk(turn: Turn, from: string, ask: number, epoch: number): void {
  const { state, settings, now } = turn;
  noteEpoch(turn, epoch);
  const why = refusal(turn, from, epoch);
  if (why !== undefined) {
    turn.because("promise-refuse");
    turn.say(from, { kind: "promise-refused", ask, epoch, highestEpoch: state.highestEpoch, why });
    return;
  }
  turn.because("promise-give");
  const until = later(now, settings.promiseForMs);
  const keptUntil = state.given !== undefined && state.given.keptUntil > until ? state.given.keptUntil : until;
  state.given = { to: from, ask, epoch, keptUntil };
  turn.say(from, { kind: "promise-granted", ask, epoch });
}

function refusal(turn: Turn, from: string, epoch: number): PromiseRefusal | undefined {
  const { state, now } = turn;
  if (turn.theOther() !== from) return "not-a-pair";
  if (epoch !== state.highestEpoch) return "other-epoch";
  const role = roleOf(state);
  if (role === "acquiring") return "acquiring";
  if (role !== "standby") return "not-standby";
  return state.unresolvedUntil !== undefined && now < state.unresolvedUntil ? "acquiring" : undefined;
}

function takePromise(turn: Turn, from: string, ask: number, epoch: number): void {
  const { state, settings, now } = turn;
  const { reign } = state;
  const asked = state.asked.find((one) => one.ask === ask);
  if (reign === undefined || reign.epoch !== epoch || asked === undefined || from !== turn.theOther()) {
    turn.because("late-reply");
    return;
  }
  const until = grantedUntil(asked.sentAt, settings.promiseForMs, settings.safetyMs);
  if (until <= now) {
    turn.because("late-reply");
    return;
  }
  if (reign.promiseDeadline === undefined || until > reign.promiseDeadline) reign.promiseDeadline = until;
  if (state.livingOnPromise) return;
  state.livingOnPromise = true;
  turn.tell({ kind: "living-on-promise", epoch, peer: from });
}

/** The asker itself set us free. `ask` absent: its whole reign is over. */
export function endPromise(turn: Turn, from: string, epoch: number, ask?: number): void {
  const { given } = turn.state;
  if (given === undefined || given.to !== from || given.epoch !== epoch) return;
  if (ask !== undefined && ask < given.ask) return;
  turn.state.given = undefined;
}

/** Whether a promise of ours binds us now. */
export function isBound(turn: Turn): boolean {
  const { state, now } = turn;
  if (state.given === undefined) return false;
  if (now < state.given.keptUntil) return true;
  state.given = undefined;
  turn.lookNow();
  return false;
}
