import type { DurationMs, Instant } from "../../adapters/kit/time.ts";
import type {
  BeatFrame,
  ForwardClose,
  ForwardData,
  ForwardOpen,
  GroupBeat,
  Hello,
  Replicate,
  Replicated,
  WordFrame,
} from "./frames.ts";

export interface PairTiming {
  readonly beatEveryMs: DurationMs;
  readonly suspectAfterMs: DurationMs;
  /** A link silent for this long is given up; a new one is dialled. */
  readonly giveUpAfterMs: DurationMs;
  readonly helloWithinMs: DurationMs;
  /** A wake later than this found our own loop frozen. */
  readonly frozenAfterMs: DurationMs;
}

export const DEFAULT_PAIR_TIMING: PairTiming = {
  beatEveryMs: 50,
  suspectAfterMs: 300,
  giveUpAfterMs: 5_000,
  helloWithinMs: 2_000,
  frozenAfterMs: 250,
};

export interface PairLinkOptions {
  readonly site: string;
  readonly agent: string;
  /** Agents we pair up with, by name. */
  readonly peers: readonly string[];
  readonly version: string;
  readonly configHash: string;
  readonly groups: readonly string[];
  readonly timing: PairTiming;
  /** How our groups stand at this moment: asked for every beat. */
  readonly status: () => readonly GroupBeat[];
}

/** What a link tells its owner. Bytes in outcomes are copies and may be kept. */
export type PairOutcome =
  /** The other end is who it should be: words may be said now. */
  | { readonly kind: "opened"; readonly peer: Hello }
  | { readonly kind: "suspect"; readonly since: Instant }
  | { readonly kind: "recovered"; readonly silentMs: DurationMs }
  /** It was open and is not any more. `broken`: without a word of either side. */
  | { readonly kind: "closed"; readonly how: "broken" | "bye" | "given-up" }
  | BeatFrame
  | WordFrame
  | Replicate
  | Replicated
  | ForwardOpen
  | ForwardData
  | ForwardClose
  /** A channel whose window was full takes bytes again. */
  | { readonly kind: "forward-writable"; readonly channel: number };

/** Of two agents that could both dial, the one with the lower name does. */
export function dials(agent: string, peer: string): boolean {
  return agent < peer;
}
