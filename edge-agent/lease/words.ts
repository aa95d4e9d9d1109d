import type { EdgeError } from "../../adapters/kit/edge-error.ts";
import type { DurationMs, Instant } from "../../adapters/kit/time.ts";
import type { GroupWord } from "../model/group-word.ts";
import type { RuleId } from "./rules.ts";
import type {
  AcquireReply,
  AcquireRequest,
  ObservedReply,
  ReleaseReply,
  ReleaseRequest,
  RenewReply,
  RenewRequest,
} from "./store.ts";

export type Role = "standby" | "acquiring" | "active" | "stepping-down";

/** Whether the last question to Redis was answered. */
export type LeaseHealth = "unknown" | "ok" | "failing";

/** Who we are, in one group. */
export interface LeaseIdentity {
  readonly group: string;
  readonly agent: string;
  /**
   * Every agent that may hold this lease, ourselves included, in the order in which they are to take over. Promises exist
   * only between exactly two.
   */
  readonly members: readonly string[];
  readonly configHash: string;
}

/** What the agents tell each other about one group over the pair link. */
export type PeerWord = Beat | GroupWord;

export interface Beat {
  readonly kind: "beat";
  readonly role: Role;
  /** The epoch of the sender's reign, 0 where it has none. */
  readonly epoch: number;
  readonly health: LeaseHealth;
  readonly highestEpoch: number;
  readonly configHash: string;
  /** Neither paused nor blocked: it could take over. */
  readonly able: boolean;
  /** Whether the sender hears the one it speaks to. */
  readonly hears: boolean;
}

/**
 * How a pair link ended: the peer's process is gone, and that is proved (its port refuses, which no pause of ours makes
 * less true); it said goodbye; or the link was given up or broke, which alone is only silence.
 */
export type LinkEnd = "died" | "bye" | "given-up";

export type LeaseRequest =
  | { readonly kind: "handover"; readonly to: string }
  | { readonly kind: "step-down" }
  | { readonly kind: "pause" }
  | { readonly kind: "resume" }
  /** Take over once although the holder runs another configuration. */
  | { readonly kind: "replace-config" };

export type StoreRequest =
  | ({ readonly kind: "acquire" } & AcquireRequest)
  | ({ readonly kind: "renew" } & RenewRequest)
  | ({ readonly kind: "release" } & ReleaseRequest)
  | { readonly kind: "observe" };

export type StoreReply =
  | AcquireReply
  | RenewReply
  | ReleaseReply
  | ObservedReply
  | { readonly kind: "failed"; readonly fault: EdgeError };

/** Everything the machine can be told. Every input carries the time it is handled at. */
export type LeaseInput = { readonly now: Instant } & (
  | { readonly kind: "open" }
  | { readonly kind: "wake" }
  | { readonly kind: "reply"; readonly attempt: number; readonly reply: StoreReply }
  | { readonly kind: "link-opened"; readonly peer: string }
  | { readonly kind: "link-closed"; readonly peer: string; readonly how: LinkEnd }
  | { readonly kind: "heard"; readonly peer: string; readonly word: PeerWord }
  | { readonly kind: "requested"; readonly request: LeaseRequest }
  /** The runtime finished what it began before stepping down. */
  | { readonly kind: "drained" }
  /** The runtime knows that its loop stood still. Late wakes are noticed without it. */
  | { readonly kind: "frozen" }
);

export type TakeoverReason =
  | "first"
  | "expired"
  | "released"
  | "link-closed"
  | "silence"
  | "handover"
  | "failback"
  | "restart";

export type EndReason =
  | "handover"
  | "failback"
  | "requested"
  | "yielded"
  | "unrenewed"
  | "deadline"
  | "frozen"
  | "lost"
  | "superseded";

export type LeaseOutcome =
  /** To be written to disk before anything that follows it in the same step is acted upon. */
  | { readonly kind: "epoch-noted"; readonly epoch: number }
  | {
      readonly kind: "active";
      readonly epoch: number;
      readonly reason: TakeoverReason;
      /** From the last sign that the former holder lived to now. */
      readonly detectedAfterMs: DurationMs;
    }
  | {
      readonly kind: "stepping-down";
      readonly epoch: number;
      readonly reason: EndReason;
      /** `mayAct` ends here at the latest; answer with `drained` to end it sooner. */
      readonly drainUntil: Instant;
    }
  | { readonly kind: "standby"; readonly epoch: number; readonly reason: EndReason }
  | { readonly kind: "blocked"; readonly reason: "config" | "twin"; readonly message: string }
  | { readonly kind: "unblocked" }
  | { readonly kind: "hold-down"; readonly until: Instant; readonly takeovers: number }
  | { readonly kind: "hold-down-ended" }
  | { readonly kind: "epoch-refused"; readonly granted: number; readonly highest: number }
  | { readonly kind: "regranted"; readonly epoch: number }
  | { readonly kind: "living-on-promise"; readonly epoch: number; readonly peer: string }
  | { readonly kind: "frozen"; readonly forMs: DurationMs }
  | { readonly kind: "request-taken"; readonly request: LeaseRequest["kind"] }
  | { readonly kind: "request-refused"; readonly request: LeaseRequest["kind"]; readonly message: string };

/** One question to Redis. Its answer is fed back with this id, however late. */
export interface Attempt {
  readonly id: number;
  /** The instant deadlines count from: it must be sent at or after this. */
  readonly sentAt: Instant;
  readonly timeoutAt: Instant;
  readonly request: StoreRequest;
}

export interface Said {
  readonly to: string;
  readonly word: PeerWord;
}

/** Everything one input caused, in the order it is to be done: outcomes first, then attempts and words. */
export interface LeaseStep {
  readonly attempts: readonly Attempt[];
  readonly say: readonly Said[];
  readonly outcomes: readonly LeaseOutcome[];
  /** The rules that decided, in order, for traces and for `docs/lease.md`. */
  readonly because: readonly RuleId[];
  /** Absolute; replaces the previous one. */
  readonly wakeAt: Instant | undefined;
}
