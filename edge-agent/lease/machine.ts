import type { Random } from "../../adapters/kit/ports.ts";
import { earliest, type Instant, later } from "../../adapters/kit/time.ts";
import { maturityOf, seekLease, seekWakeAt } from "./candidacy.ts";
import { holdLease, holdWakeAt } from "./holding.ts";
import { forgetSilence, heard, linkClosed, linkOpened, suspectSilent } from "./link-evidence.ts";
import { concludeStepDown, expireReign, isHeldDown } from "./reigns.ts";
import { dropOverdue, takeReply } from "./replies.ts";
import { takeRequest } from "./requests.ts";
import type { LeaseSettings } from "./settings.ts";
import { actsUntil, deadlineOf, initialState, type LeaseState, roleOf } from "./state.ts";
import { type LeaseFrame, Turn } from "./turn.ts";
import type { Beat, LeaseHealth, LeaseIdentity, LeaseInput, LeaseStep, Role, TakeoverReason } from "./words.ts";

export interface LeaseMachineOptions {
  readonly settings: LeaseSettings;
  readonly identity: LeaseIdentity;
  readonly random: Random;
  readonly now: Instant;
  /** The highest epoch our own disk knows of. */
  readonly epochFloor: number;
}

/** What status pages show of one machine. */
export interface LeaseSnapshot {
  readonly group: string;
  readonly agent: string;
  readonly role: Role;
  /** 0 without a reign. */
  readonly epoch: number;
  /** Since when we reign, and why we took it. */
  readonly reign: { readonly since: Instant; readonly reason: TakeoverReason } | undefined;
  readonly highestEpoch: number;
  readonly health: LeaseHealth;
  readonly mayAct: boolean;
  /** The monotonic deadline of the right to act. */
  readonly deadline: Instant | undefined;
  readonly livingOnPromise: boolean;
  readonly promisedUntil: Instant | undefined;
  readonly paused: boolean;
  readonly blocked: string | undefined;
  /** What blocks is another process under our own name. */
  readonly twin: boolean;
  readonly heldDown: boolean;
  /** It has run long enough to replace somebody: see rule `newborn`. */
  readonly mature: boolean;
  /** The holder as last seen in Redis or told by a peer. */
  readonly holder: string | undefined;
  readonly peers: Readonly<Record<string, PeerSnapshot>>;
}

export interface PeerSnapshot {
  readonly contact: "up" | "silent" | "gone";
  /** `undefined` where it is not heard. */
  readonly role: Role | undefined;
  /** Since when, without a break, it is a standby that could take over from us now. */
  readonly readySince: Instant | undefined;
}

/** Decides for one group and one agent who is active. It asks, says and tells through the steps it returns. */
export class LeaseMachine {
  readonly #frame: LeaseFrame;
  readonly #state: LeaseState;

  constructor(options: LeaseMachineOptions) {
    const { settings, identity, random } = options;
    this.#frame = { settings, identity, random };
    this.#state = initialState(options.epochFloor, options.now);
  }

  take(input: LeaseInput): LeaseStep {
    return takeInput(this.#frame, this.#state, input);
  }

  get role(): Role {
    return roleOf(this.#state);
  }

  /** The epoch of our reign, also while stepping down; 0 without one. */
  get epoch(): number {
    return this.#state.reign?.epoch ?? 0;
  }

  /** Whether an effect under `epoch` may start at this very instant. */
  mayAct(epoch: number, now: Instant): boolean {
    return mayActOn(this.#state, epoch, now);
  }

  /** What to tell `peer` in the next beat. */
  beat(peer: string): Beat {
    return beatOf(this.#frame, this.#state, peer);
  }

  snapshot(now: Instant): LeaseSnapshot {
    const state = this.#state;
    const { identity } = this.#frame;
    const peers: Record<string, PeerSnapshot> = {};
    for (const [name, peer] of Object.entries(state.peers)) {
      const { contact, beat } = peer;
      const ready = contact === "up" && beat?.health === "ok" && beat.configHash === identity.configHash;
      peers[name] = {
        contact,
        role: contact === "up" ? beat?.role : undefined,
        readySince: ready ? peer.standbyAt : undefined,
      };
    }
    const { reign } = state;
    return {
      group: identity.group,
      agent: identity.agent,
      role: roleOf(state),
      epoch: reign?.epoch ?? 0,
      reign: reign && { since: reign.beganAt, reason: reign.reason },
      highestEpoch: state.highestEpoch,
      health: state.health,
      mayAct: reign !== undefined && mayActOn(state, reign.epoch, now),
      deadline: reign === undefined ? undefined : deadlineOf(reign),
      livingOnPromise: state.livingOnPromise,
      promisedUntil: state.given !== undefined && state.given.keptUntil > now ? state.given.keptUntil : undefined,
      paused: state.paused,
      blocked: state.blocked,
      twin: state.twin,
      heldDown: state.heldDown,
      mature: now >= maturityOf(state, this.#frame.settings, identity.members.length === 2),
      holder: reign === undefined ? state.seen?.hold?.holder : identity.agent,
      peers,
    };
  }
}

/** The machine as a function of its state, which it changes: what a checker explores. */
export function takeInput(frame: LeaseFrame, state: LeaseState, input: LeaseInput): LeaseStep {
  const turn = new Turn(frame, state, input.now);
  const frozen = thaw(turn, input.kind === "frozen");
  expireReign(turn, frozen);
  dropOverdue(turn);
  apply(turn, input);
  suspectSilent(turn);
  if (state.heldDown) isHeldDown(turn);
  if (state.reign !== undefined) holdLease(turn);
  if (state.reign === undefined) seekLease(turn);
  state.seenAt = input.now;
  state.wakeAt = wakeAt(turn);
  return {
    attempts: turn.attempts,
    say: turn.said,
    outcomes: turn.outcomes,
    because: turn.rules,
    wakeAt: state.wakeAt,
  };
}

export function mayActOn(state: LeaseState, epoch: number, now: Instant): boolean {
  const { reign } = state;
  return reign !== undefined && reign.epoch === epoch && now < actsUntil(reign);
}

export function beatOf(frame: LeaseFrame, state: LeaseState, peer: string): Beat {
  return {
    kind: "beat",
    role: roleOf(state),
    epoch: state.reign?.epoch ?? 0,
    health: state.failingAt === undefined ? state.health : "failing",
    highestEpoch: state.highestEpoch,
    configHash: frame.identity.configHash,
    able: !state.paused && state.blocked === undefined,
    hears: state.peers[peer]?.contact === "up",
  };
}

/** Notices that our own loop stood still, from the lateness of the wake or because we are told. */
function thaw(turn: Turn, told: boolean): boolean {
  const { state, settings, now } = turn;
  const due = state.wakeAt ?? now;
  if (!told && now < later(due, settings.frozenAfterMs)) return false;
  turn.because("frozen");
  turn.tell({ kind: "frozen", forMs: now - state.seenAt });
  forgetSilence(turn);
  return true;
}

function apply(turn: Turn, input: LeaseInput): void {
  switch (input.kind) {
    case "open":
    case "wake":
    case "frozen":
      return;
    case "reply":
      takeReply(turn, input.attempt, input.reply);
      return;
    case "link-opened":
      linkOpened(turn, input.peer);
      return;
    case "link-closed":
      linkClosed(turn, input.peer, input.how);
      return;
    case "heard":
      heard(turn, input.peer, input.word);
      return;
    case "requested":
      takeRequest(turn, input.request);
      return;
    case "drained":
      concludeStepDown(turn);
      return;
  }
}

function wakeAt(turn: Turn): Instant | undefined {
  const { state, settings } = turn;
  let at = earliest(
    state.hold?.timeoutAt,
    state.look?.timeoutAt,
    state.reign === undefined ? seekWakeAt(turn) : holdWakeAt(turn),
  );
  for (const peer of Object.values(state.peers)) {
    if (peer.contact === "up") at = earliest(at, later(peer.heardAt, settings.suspectAfterMs));
  }
  return at;
}
