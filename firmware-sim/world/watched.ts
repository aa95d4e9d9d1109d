import type { SimHost } from "../../adapters/io/sim/host.ts";
import type { Transport } from "../../adapters/kit/ports.ts";
import type { LeaseStore } from "../../edge-agent/lease/store.ts";
import type { PeerWord } from "../../edge-agent/lease/words.ts";
import type { Court } from "./court.ts";
import { LEASE } from "./rules.ts";

/** What judges see of one agent, taken between its real parts and its surroundings. */
export interface Watched {
  readonly agent: string;
  readonly host: SimHost;
  readonly court: Court;
}

/**
 * Computes anew how long the agent may act, from what it asked and when, and what it was answered: by the true settings,
 * whatever its lease machine was given.
 */
export function watchedStore(store: LeaseStore, { agent, host, court }: Watched): LeaseStore {
  const entitle = (epoch: number, sentAt: number): void =>
    court.tell({ kind: "entitled", agent, epoch, until: sentAt + LEASE.ttlMs - LEASE.safetyMs });
  return {
    acquire: async (request) => {
      court.tell({ kind: "asked-lease", agent });
      const sentAt = host.timers.now();
      const reply = await store.acquire(request);
      if (reply.kind === "granted") entitle(reply.epoch, sentAt);
      return reply;
    },
    renew: async (request) => {
      const sentAt = host.timers.now();
      const reply = await store.renew(request);
      if (reply.kind === "renewed") entitle(request.epoch, sentAt);
      return reply;
    },
    release: (request) => store.release(request),
    observe: () => store.observe(),
  };
}

/** Tells of every write to a device, in the tick it happens. */
export function watchedTransport(
  transport: Transport,
  { agent, host, court }: Watched,
  conversation: { readonly device: string; readonly uid: string | undefined },
): Transport {
  return {
    peer: transport.peer,
    write: (bytes) => {
      const { timers } = host;
      court.tell({ kind: "wrote", agent, ...conversation, now: timers.now(), wall: timers.wall() });
      return transport.write(bytes);
    },
    close: () => transport.close(),
    destroy: () => transport.destroy(),
    [Symbol.asyncIterator]: () => transport[Symbol.asyncIterator](),
  };
}

/** Clocks do not run equally: what one agent calls a second may be a little less in true time. */
const DRIFT_MS = 2;

/** Follows the promises of one agent by the words that pass: what it was promised, and what it has promised. */
export class Promises {
  readonly #watched: Watched;
  readonly #epoch: () => number;
  readonly #asked = new Map<number, number>();
  /** The promise of ours that stands. */
  #given: { readonly ask: number; readonly epoch: number } | undefined;

  constructor(watched: Watched, epoch: () => number) {
    this.#watched = watched;
    this.#epoch = epoch;
  }

  said(word: PeerWord): void {
    const { agent, court, host } = this.#watched;
    if (word.kind === "promise-asked") this.#asked.set(word.ask, host.timers.now());
    if (word.kind !== "promise-granted") return;
    this.#given = word;
    court.tell({ kind: "bound", agent, epoch: word.epoch, until: court.now + LEASE.promiseForMs - DRIFT_MS });
  }

  heard(word: PeerWord): void {
    const { agent, court } = this.#watched;
    if (word.kind === "promise-granted") {
      const sentAt = this.#asked.get(word.ask);
      if (sentAt === undefined || word.epoch !== this.#epoch()) return;
      court.tell({ kind: "entitled", agent, epoch: word.epoch, until: sentAt + LEASE.promiseForMs - LEASE.safetyMs });
      return;
    }
    const given = this.#given;
    // Who reigned says itself that it does not any more: that frees a former process of ours too.
    const ended = (word.kind === "released" || word.kind === "handover") && word.epoch >= (given?.epoch ?? 0);
    const withdrawn = word.kind === "promise-withdrawn" && word.epoch === given?.epoch && word.ask >= given.ask;
    if (!ended && !withdrawn) return;
    this.#given = undefined;
    court.tell({ kind: "bound", agent, epoch: word.epoch, until: 0 });
  }
}
