/** What the agents of a group say to each other about its lease, besides the beat: the lease machine's words, carried by the pair link. */
export type GroupWord = PromiseWord | ReleasedWord | HandoverWord;

/** Asking for the promise not to take over, and what becomes of it. */
export type PromiseWord =
  | { readonly kind: "promise-asked"; readonly ask: number; readonly epoch: number }
  | { readonly kind: "promise-granted"; readonly ask: number; readonly epoch: number }
  | {
      readonly kind: "promise-refused";
      readonly ask: number;
      readonly epoch: number;
      readonly highestEpoch: number;
      readonly why: PromiseRefusal;
    }
  /** The asker no longer counts on any promise up to and including `ask`. */
  | { readonly kind: "promise-withdrawn"; readonly ask: number; readonly epoch: number };

/** Why a promise is not given. */
export type PromiseRefusal = "not-standby" | "acquiring" | "other-epoch" | "not-a-pair";

/** "I do not act under this epoch any more." */
export interface ReleasedWord {
  readonly kind: "released";
  readonly epoch: number;
  /** For whom it is reserved; empty: whoever comes first. */
  readonly successor: string;
}

/** "I do not act under this epoch any more, and you are meant to take over." */
export interface HandoverWord {
  readonly kind: "handover";
  readonly epoch: number;
  readonly cause: "handover" | "failback";
}
