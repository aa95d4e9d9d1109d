import type { Clock } from "../../adapters/kit/ports.ts";
import type { WallMs } from "../../adapters/kit/time.ts";
import type { Hello } from "../pair/frames.ts";
import type { PairOutcome } from "../pair/outcomes.ts";

export type LinkState = "connected" | "silent" | "connecting" | "refused";

export interface PeerFacts {
  readonly state: LinkState;
  readonly since: WallMs;
  /** As the peer said it when the link was opened last; kept while it is away. */
  readonly version: string | undefined;
  readonly configHash: string | undefined;
}

/** How the pair links stand, for people; the lease machine has its own evidence. */
export class PeerBook {
  readonly #clock: Clock;
  readonly #peers = new Map<string, PeerFacts>();

  constructor(clock: Clock, peers: readonly string[]) {
    this.#clock = clock;
    for (const peer of peers) this.#become(peer, "connecting");
  }

  of(peer: string): PeerFacts | undefined {
    return this.#peers.get(peer);
  }

  opened(peer: string, hello: Pick<Hello, "version" | "configHash">): void {
    this.#become(peer, "connected", hello);
  }

  closed(peer: string): void {
    this.#become(peer, "connecting");
  }

  /** Somebody who calls himself this peer, or whom we took for it, is not: other key, other site, other protocol. */
  refused(peer: string): void {
    if (this.#peers.get(peer)?.state === "connecting") this.#become(peer, "refused");
  }

  heard(peer: string, outcome: PairOutcome): void {
    const state = this.#peers.get(peer)?.state;
    if (outcome.kind === "suspect" && state === "connected") this.#become(peer, "silent");
    if (outcome.kind === "recovered" && state === "silent") this.#become(peer, "connected");
  }

  #become(peer: string, state: LinkState, hello?: Pick<Hello, "version" | "configHash">): void {
    const before = this.#peers.get(peer);
    this.#peers.set(peer, {
      state,
      since: this.#clock.wall(),
      version: hello?.version ?? before?.version,
      configHash: hello?.configHash ?? before?.configHash,
    });
  }
}
