import { type Instant, toInstant } from "../../adapters/kit/time.ts";
import type { LeaseHold } from "./store.ts";
import type { Beat, EndReason, LeaseHealth, LinkEnd, Role, StoreRequest, TakeoverReason } from "./words.ts";

/**
 * Everything one machine remembers. Plain data, so that a checker can copy it, compare it and walk through all that may
 * follow. Instants are in fields whose names end in `At`, `Until` or `Deadline`, and nowhere else.
 */
export interface LeaseState {
  bornAt: Instant;
  seenAt: Instant;
  wakeAt: Instant | undefined;
  highestEpoch: number;
  reign: HeldReign | undefined;
  attempts: number;
  /** Acquire, renew or release under way: one at a time. */
  hold: PendingAttempt | undefined;
  /** Observe under way. */
  look: PendingAttempt | undefined;
  /** Timed out; an answer may still come. The newest `OVERDUE_LIMIT`. */
  overdue: PendingAttempt[];
  /** When a standby looks at the lease next. */
  lookAt: Instant;
  renewAt: Instant;
  /** Not before this after an acquire that failed. */
  takeAt: Instant;
  seen: Seen | undefined;
  /** When a look last found the lease with another. */
  heldAt: Instant | undefined;
  /** Since when looks have found no lease. */
  absentAt: Instant | undefined;
  /** Others stand before us in the order and could take over: they have until then. */
  othersUntil: Instant | undefined;
  health: LeaseHealth;
  /** Since when Redis did not answer us as the active. */
  failingAt: Instant | undefined;
  peers: Record<string, PeerView>;
  offer: Offer | undefined;
  given: GivenPromise | undefined;
  asks: number;
  asked: { ask: number; sentAt: Instant }[];
  askAt: Instant | undefined;
  livingOnPromise: boolean;
  /** An acquire whose fate is unknown: no promise is given before this. */
  unresolvedUntil: Instant | undefined;
  /** A lease of ours that we hold in Redis and not here, to be given back. */
  residue: number | undefined;
  restUntil: Instant | undefined;
  paused: boolean;
  replaceConfig: boolean;
  blocked: string | undefined;
  /** The last epoch granted to this very process, 0 before the first: a lease of that epoch is ours and nobody else's. */
  granted: number;
  /** A lease in our own name that this process was not granted, as the last look found it. */
  namesake: { epoch: number; expiresAt: Instant } | undefined;
  /** It was renewed: another process runs under our name. */
  twin: boolean;
  /** The newest takeovers, at most `holdDown.takeovers`. */
  takeovers: { epoch: number; at: Instant }[];
  heldDown: boolean;
}

export const OVERDUE_LIMIT = 16;

export interface HeldReign {
  epoch: number;
  reason: TakeoverReason;
  beganAt: Instant;
  leaseDeadline: Instant;
  promiseDeadline: Instant | undefined;
  stepping: Stepping | undefined;
}

export interface Stepping {
  reason: EndReason;
  drainUntil: Instant;
  successor: string | undefined;
}

export interface PendingAttempt {
  id: number;
  sentAt: Instant;
  timeoutAt: Instant;
  request: StoreRequest;
  /** Why it was made, when it is an acquire. */
  taking: { reason: TakeoverReason; evidenceAt: Instant } | undefined;
}

/** The newest observation of the lease. */
export interface Seen {
  receivedAt: Instant;
  hold: LeaseHold | undefined;
  lastEpoch: number;
  reserved: { successor: string; untilAt: Instant } | undefined;
  /** Not yet acted upon: an absent lease is taken once per look. */
  fresh: boolean;
}

export interface PeerView {
  /** `up`: heard in time. `silent`: open or given up, and nothing heard. `gone`: the peer closed it. */
  contact: "up" | "silent" | "gone";
  heardAt: Instant;
  /** Since when `silent` or `gone`. */
  lostAt: Instant | undefined;
  end: LinkEnd | undefined;
  beat: Beat | undefined;
  /** Its reign as it last told: the evidence a steal rests on. */
  reigned: { epoch: number } | undefined;
  /** The lease at the first look since the suspicion. */
  baseline: { expiresAt: Instant; takenAt: Instant } | undefined;
  /** The lease was not renewed for long enough since the suspicion. */
  unrenewed: boolean;
  /** Since when it is a standby that could take over. */
  standbyAt: Instant | undefined;
}

export interface Offer {
  from: string;
  epoch: number;
  reason: "released" | "handover" | "failback";
  heardAt: Instant;
  /** Another is named as successor: hands off before this. */
  graceUntil: Instant;
}

export interface GivenPromise {
  to: string;
  ask: number;
  epoch: number;
  keptUntil: Instant;
}

const NEVER_HEARD = toInstant(0);

export function initialState(highestEpoch: number, now: Instant): LeaseState {
  return {
    bornAt: now,
    seenAt: now,
    wakeAt: undefined,
    highestEpoch,
    reign: undefined,
    attempts: 0,
    hold: undefined,
    look: undefined,
    overdue: [],
    lookAt: now,
    renewAt: now,
    takeAt: now,
    seen: undefined,
    heldAt: undefined,
    absentAt: undefined,
    othersUntil: undefined,
    health: "unknown",
    failingAt: undefined,
    peers: {},
    offer: undefined,
    given: undefined,
    asks: 0,
    asked: [],
    askAt: undefined,
    livingOnPromise: false,
    unresolvedUntil: undefined,
    residue: undefined,
    restUntil: undefined,
    paused: false,
    replaceConfig: false,
    blocked: undefined,
    granted: 0,
    namesake: undefined,
    twin: false,
    takeovers: [],
    heldDown: false,
  };
}

export function unknownPeer(): PeerView {
  return {
    contact: "gone",
    heardAt: NEVER_HEARD,
    lostAt: undefined,
    end: undefined,
    beat: undefined,
    reigned: undefined,
    baseline: undefined,
    unrenewed: false,
    standbyAt: undefined,
  };
}

export function roleOf(state: LeaseState): Role {
  if (state.reign !== undefined) return state.reign.stepping === undefined ? "active" : "stepping-down";
  return state.hold?.request.kind === "acquire" ? "acquiring" : "standby";
}

/** The end of the right to act: the later of what Redis and the peer granted. */
export function deadlineOf(reign: HeldReign): Instant {
  const { leaseDeadline, promiseDeadline } = reign;
  return promiseDeadline !== undefined && promiseDeadline > leaseDeadline ? promiseDeadline : leaseDeadline;
}

export function actsUntil(reign: HeldReign): Instant {
  const deadline = deadlineOf(reign);
  return reign.stepping !== undefined && reign.stepping.drainUntil < deadline ? reign.stepping.drainUntil : deadline;
}
