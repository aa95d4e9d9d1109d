import { type EdgeError, toEdgeError } from "../../adapters/kit/edge-error.ts";
import { Fifo } from "../../adapters/kit/fifo.ts";
import type { Instant } from "../../adapters/kit/time.ts";
import { pureCrc32 } from "../spool/crc32.ts";
import { Mirror, type MirrorStep } from "../spool/mirror.ts";
import type { Position } from "../spool/position.ts";
import { Replica, type ReplicaPiece, type ReplicaState, type ReplicaStep } from "../spool/replica.ts";
import type { Spool } from "../spool/spool.ts";
import { KeptSpools, type KeptSpoolsParts } from "./kept-spools.ts";

export interface SpoolMirrorsParts extends KeptSpoolsParts {
  readonly own: Spool;
  /** Who is to take over, in order: the first of them that is there keeps our mirror. Absent: whoever came first. */
  readonly succession?: readonly string[] | undefined;
  readonly send: (peer: string, stream: string, position: number, bytes: Uint8Array) => boolean;
  readonly acknowledge: (peer: string, stream: string, position: number) => void;
  readonly broken: (peer: string, fault: EdgeError) => void;
  /** More may be durable now. */
  readonly progressed: () => void;
  /** Records of a peer are on our disk. */
  readonly arrived: () => void;
}

const PIECE_BYTES = 32 * 1024;
const BATCH_BYTES = 256 * 1024;
const WINDOW_BYTES = 2 * 1024 * 1024;
/** A peer that stores more slowly than this is not waited for: durable means this disk again, and that is said. */
const ACK_TIMEOUT_MS = 1_000;

/** One way of pieces to a peer; what its link cannot take now waits, in order. */
class PieceLine {
  readonly #send: (position: number, bytes: Uint8Array) => boolean;
  #waiting = new Fifo<ReplicaPiece>();

  constructor(send: (position: number, bytes: Uint8Array) => boolean) {
    this.#send = send;
  }

  push(pieces: readonly ReplicaPiece[]): void {
    for (const piece of pieces) this.#waiting.push(piece);
    this.pump();
  }

  pump(): void {
    for (let piece = this.#waiting.peek(); piece !== undefined; piece = this.#waiting.peek()) {
      if (!this.#send(piece.position, piece.bytes)) return;
      this.#waiting.shift();
    }
  }

  get isEmpty(): boolean {
    return this.#waiting.length === 0;
  }
}

interface Kept {
  readonly mirror: Mirror;
  readonly line: PieceLine;
  /** To be acknowledged when everything we have to say has gone out. */
  owed: number | undefined;
  /** The incarnation its records are of, while there is no mirror of it: the disk does not give one. */
  needs: string | undefined;
}

/**
 * The mirrors of one group: ours on a peer's disk, and the peers' on ours. Ours is kept by one peer at a time, the first
 * of those to take over that is there; `durable` is what may be acknowledged.
 */
export class SpoolMirrors {
  readonly #parts: SpoolMirrorsParts;
  readonly #replica: Replica;
  /** By peer, while its link is up. */
  readonly #mirrors = new Map<string, Kept>();
  readonly kept: KeptSpools;
  #keeper: { readonly peer: string; readonly line: PieceLine } | undefined;
  readonly #peers = new Set<string>();
  #cancelWake: (() => void) | undefined;

  constructor(parts: SpoolMirrorsParts) {
    this.#parts = parts;
    const crc32 = parts.crc32 ?? pureCrc32;
    this.#replica = new Replica(parts.own, {
      windowBytes: WINDOW_BYTES,
      pieceBytes: PIECE_BYTES,
      batchBytes: BATCH_BYTES,
      ackTimeoutMs: ACK_TIMEOUT_MS,
      crc32,
    });
    this.kept = new KeptSpools(parts);
  }

  get state(): ReplicaState {
    return this.#replica.state;
  }

  /** Records acknowledged that were on this disk alone, since the start. */
  get storedAlone(): number {
    return this.#replica.storedAlone;
  }

  get degradations(): number {
    return this.#replica.degradations;
  }

  /** What the peers' records are kept in, those of a dead disk included. */
  spools(): IterableIterator<Spool> {
    return this.kept.all();
  }

  durable(): Position {
    return this.#replica.durable();
  }

  changed(): void {
    if (this.#keeper !== undefined) this.#did(this.#replica.changed(this.#parts.timers.now()));
  }

  linkUp(peer: string): void {
    this.#peers.add(peer);
    const { group, send } = this.#parts;
    const line = new PieceLine((position, bytes) => send(peer, keptStream(group), position, bytes));
    const mirror = new Mirror(
      { pieceBytes: PIECE_BYTES, batchBytes: BATCH_BYTES, crc32: this.#parts.crc32 ?? pureCrc32 },
      this.kept.newestOf(peer),
    );
    mirror.linkUp();
    this.#mirrors.set(peer, { mirror, line, owed: undefined, needs: undefined });
    this.#keepAtFirst();
  }

  linkDown(peer: string): void {
    this.#peers.delete(peer);
    this.#mirrors.get(peer)?.mirror.linkDown();
    this.#mirrors.delete(peer);
    if (this.#keeper?.peer !== peer) return;
    this.#keeper = undefined;
    this.#did(this.#replica.linkDown());
    this.#keepAtFirst();
    this.#parts.progressed();
  }

  /** Bytes of one of the streams of this group. */
  received(peer: string, stream: string, bytes: Uint8Array): void {
    const { group, timers, broken } = this.#parts;
    try {
      if (stream === ownStream(group)) {
        const kept = this.#mirrors.get(peer);
        if (kept !== undefined) this.#kept(peer, kept.mirror.receive(bytes));
      } else if (stream === keptStream(group) && this.#keeper?.peer === peer) {
        this.#did(this.#replica.receive(bytes, timers.now()));
        this.#parts.progressed();
      }
    } catch (thrown) {
      broken(peer, toEdgeError(thrown, "spool.failed"));
    }
  }

  acknowledged(peer: string, stream: string, position: number): void {
    const { group, timers } = this.#parts;
    if (stream === keptStream(group)) this.#pump(peer, this.#mirrors.get(peer));
    if (stream !== ownStream(group) || this.#keeper?.peer !== peer) return;
    this.#keeper.line.pump();
    this.#did(this.#replica.acknowledged(position, timers.now()));
    this.#parts.progressed();
  }

  /** To be called about once a second: a mirror that had no room may have some again. */
  keepHouse(): void {
    this.kept.keepHouse();
    for (const [peer, { mirror, needs }] of this.#mirrors) {
      this.#kept(peer, mirror.wake());
      if (needs !== undefined) this.#attach(peer, needs);
    }
  }

  close(): void {
    this.#cancelWake?.();
    this.kept.close();
  }

  /** A better keeper that comes later begins where its own mirror of us ends; until it is there this disk alone counts. */
  #keepAtFirst(): void {
    const { succession = [] } = this.#parts;
    const first = succession.find((peer) => this.#peers.has(peer)) ?? [...this.#peers][0];
    const isBetter = this.#keeper === undefined || (first !== undefined && succession.includes(first));
    if (first === undefined || first === this.#keeper?.peer || !isBetter) return;
    if (this.#keeper !== undefined) {
      this.#keeper = undefined;
      this.#did(this.#replica.linkDown());
    }
    this.#keepAt(first);
    this.#parts.progressed();
  }

  #keepAt(peer: string): void {
    const { group, send } = this.#parts;
    const line = new PieceLine((position, bytes) => send(peer, ownStream(group), position, bytes));
    this.#keeper = { peer, line };
    this.#did(this.#replica.linkUp());
  }

  #did(step: ReplicaStep): void {
    const { group, acknowledge, timers } = this.#parts;
    this.#keeper?.line.push(step.send);
    if (step.stored !== undefined && this.#keeper !== undefined)
      acknowledge(this.#keeper.peer, keptStream(group), step.stored);
    this.#cancelWake?.();
    this.#cancelWake = undefined;
    if (step.wakeAt !== undefined) this.#cancelWake = timers.at(step.wakeAt, () => this.#wake(timers.now()));
  }

  #wake(now: Instant): void {
    this.#did(this.#replica.wake(now));
    this.#parts.progressed();
  }

  #kept(peer: string, step: MirrorStep): void {
    const { arrived } = this.#parts;
    const kept = this.#mirrors.get(peer);
    if (kept === undefined) return;
    kept.line.push(step.send);
    kept.owed = step.stored ?? kept.owed;
    this.#pump(peer, kept);
    if (step.stored !== undefined) arrived();
    if (step.needs !== undefined) this.#attach(peer, step.needs);
  }

  /** Where there is no mirror now, the owner is not answered: it stores alone, and says so. */
  #attach(peer: string, incarnation: string): void {
    const kept = this.#mirrors.get(peer);
    if (kept === undefined) return;
    const spool = this.kept.open(peer, incarnation);
    kept.needs = spool === undefined ? incarnation : undefined;
    if (spool !== undefined) this.#kept(peer, kept.mirror.attach(spool));
  }

  /** What we say of bytes goes before their acknowledgement: that they were refused, above all. */
  #pump(peer: string, kept: Kept | undefined): void {
    kept?.line.pump();
    if (kept?.owed === undefined || !kept.line.isEmpty) return;
    this.#parts.acknowledge(peer, ownStream(this.#parts.group), kept.owed);
    kept.owed = undefined;
  }
}

/** The owner's records on their way to the keeper. */
export function ownStream(group: string): string {
  return `own/${group}`;
}

/** What the keeper says back: how far it is, and what the owner had lost. */
export function keptStream(group: string): string {
  return `kept/${group}`;
}
