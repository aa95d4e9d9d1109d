import type { Random } from "../../adapters/kit/ports.ts";
import { type DurationMs, type Instant, later } from "../../adapters/kit/time.ts";
import type { RuleId } from "./rules.ts";
import type { LeaseSettings } from "./settings.ts";
import { type LeaseState, OVERDUE_LIMIT, type PeerView, type PendingAttempt, unknownPeer } from "./state.ts";
import type { Attempt, LeaseIdentity, LeaseOutcome, PeerWord, Said, StoreRequest } from "./words.ts";

/** What does not change while a machine lives. */
export interface LeaseFrame {
  readonly settings: LeaseSettings;
  readonly identity: LeaseIdentity;
  readonly random: Random;
}

/** The handling of one input: the state it changes and everything it causes. */
export class Turn {
  readonly attempts: Attempt[] = [];
  readonly said: Said[] = [];
  readonly outcomes: LeaseOutcome[] = [];
  readonly rules: RuleId[] = [];
  readonly state: LeaseState;
  readonly now: Instant;
  readonly settings: LeaseSettings;
  readonly identity: LeaseIdentity;
  readonly #random: Random;

  constructor(frame: LeaseFrame, state: LeaseState, now: Instant) {
    this.settings = frame.settings;
    this.identity = frame.identity;
    this.#random = frame.random;
    this.state = state;
    this.now = now;
  }

  get me(): string {
    return this.identity.agent;
  }

  because(rule: RuleId): void {
    if (!this.rules.includes(rule)) this.rules.push(rule);
  }

  tell(outcome: LeaseOutcome): void {
    this.outcomes.push(outcome);
  }

  say(to: string, word: PeerWord): void {
    this.said.push({ to, word });
  }

  /** Says it to every peer whose link is open. */
  sayToAll(word: PeerWord): void {
    for (const [name, peer] of Object.entries(this.state.peers)) if (peer.contact !== "gone") this.say(name, word);
  }

  ask(request: StoreRequest, taking: PendingAttempt["taking"] = undefined): void {
    const { state, now } = this;
    state.attempts += 1;
    const timeoutAt = later(now, this.settings.attemptTimeoutMs);
    const pending: PendingAttempt = { id: state.attempts, sentAt: now, timeoutAt, request, taking };
    if (request.kind === "observe") state.look = pending;
    else state.hold = pending;
    this.attempts.push({ id: pending.id, sentAt: now, timeoutAt, request });
  }

  peer(name: string): PeerView {
    const known = this.state.peers[name];
    if (known !== undefined) return known;
    const fresh = unknownPeer();
    this.state.peers[name] = fresh;
    return fresh;
  }

  /** Whether `name` is another agent that may hold this lease. */
  isMember(name: string): boolean {
    return name !== this.me && this.identity.members.includes(name);
  }

  /** The only other member, where there are exactly two. */
  theOther(): string | undefined {
    const others = this.identity.members.filter((name) => name !== this.me);
    return others.length === 1 ? others[0] : undefined;
  }

  /** The span ± 10 %, so that agents do not look in step. */
  jittered(span: DurationMs): DurationMs {
    return Math.round(span * (0.9 + (this.#random.u32() / 0x1_0000_0000) * 0.2));
  }

  lookNow(): void {
    this.state.lookAt = this.now;
  }

  lookIn(span: DurationMs): void {
    this.state.lookAt = later(this.now, span);
  }

  /** Keeps an attempt whose answer may still come. */
  giveUp(pending: PendingAttempt): void {
    this.state.overdue.push(pending);
    if (this.state.overdue.length > OVERDUE_LIMIT) this.state.overdue.shift();
  }
}

/** Takes note of an epoch, wherever it was seen. */
export function noteEpoch(turn: Turn, epoch: number): void {
  if (epoch <= turn.state.highestEpoch) return;
  turn.state.highestEpoch = epoch;
  turn.tell({ kind: "epoch-noted", epoch });
}
