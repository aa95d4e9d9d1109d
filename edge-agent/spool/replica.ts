import type { DurationMs, Instant } from "../../adapters/kit/time.ts";
import { later } from "../../adapters/kit/time.ts";
import { decodeRecords, encodeRecords } from "./batch-codec.ts";
import type { Crc32 } from "./crc32.ts";
import { ORIGIN, type Position, type PositionRange, runOf, toPosition } from "./position.ts";
import type { SpoolRecord, StoredRecord } from "./record.ts";
import { encodeReplicaFrame, ReplicaCutter, type ReplicaFrame } from "./replica-frames.ts";
import { Uids } from "./uids.ts";

/**
 * - `alone`: no link, or the peer does not store: durable means this disk.
 * - `catching-up`: the peer is getting what it missed; durable still means this disk.
 * - `mirrored`: durable means both disks.
 */
export type ReplicaState = "alone" | "catching-up" | "mirrored";

export interface ReplicaSettings {
  /** Bytes sent and not yet on the peer's disk. The link's own window must not be smaller. */
  readonly windowBytes: number;
  /** The longest piece handed to the link. */
  readonly pieceBytes: number;
  /** Payload bytes of one batch of records. */
  readonly batchBytes: number;
  /** A peer that has not stored what it was sent for so long is no longer waited for. */
  readonly ackTimeoutMs: DurationMs;
  readonly crc32: Crc32;
}

/** A piece of our stream to the peer; `position` is where in the stream it begins. */
export interface ReplicaPiece {
  readonly position: number;
  readonly bytes: Uint8Array;
}

/** Everything one input caused. */
export interface ReplicaStep {
  readonly send: readonly ReplicaPiece[];
  /** Everything of the peer's stream before this byte is stored: to be acknowledged on the link. */
  readonly stored: number | undefined;
  readonly wakeAt: Instant | undefined;
}

/** What the owner's side needs of the spool. */
export interface OwnedSpool {
  readonly incarnation: string;
  readonly last: Position;
  readonly settled: Position;
  readonly wanted: readonly PositionRange[];
  cursor(): Position;
  read(request: {
    readonly after: Position;
    readonly maxRecords: number;
    readonly maxBytes: number;
  }): readonly StoredRecord[];
  restore(records: readonly SpoolRecord[]): unknown;
  restoredAll(): void;
  sync(): void;
}

const BATCH_RECORDS = 1_000;

/** Cuts frames into pieces and counts the bytes of a stream. */
export class PieceWriter {
  readonly #pieceBytes: number;
  #position = 0;

  constructor(pieceBytes: number) {
    this.#pieceBytes = pieceBytes;
  }

  /** Bytes written so far. */
  get position(): number {
    return this.#position;
  }

  write(frame: ReplicaFrame, into: ReplicaPiece[]): void {
    const bytes = encodeReplicaFrame(frame);
    for (let at = 0; at < bytes.length; at += this.#pieceBytes) {
      const piece = bytes.subarray(at, at + this.#pieceBytes);
      into.push({ position: this.#position, bytes: piece });
      this.#position += piece.length;
    }
  }
}

/**
 * The owner's side of a mirror: sends the spool's records to the peer's disk and knows how far they got. It holds no
 * records: what is to be sent is read from the spool, so that a peer that was away for an hour costs no memory.
 */
export class Replica {
  readonly #spool: OwnedSpool;
  readonly #settings: ReplicaSettings;
  readonly #uids = new Uids();
  #state: ReplicaState = "alone";
  #link: { readonly writer: PieceWriter; readonly cutter: ReplicaCutter } | undefined;
  /** Sent through here; `undefined` until the peer has said how far its mirror goes. */
  #sent: Position | undefined;
  /** The peer has no room; it says when it has. */
  #isRefused = false;
  #trimmed: Position = ORIGIN;
  /** On the peer's disk. */
  #mirrored: Position = ORIGIN;
  /** Bytes of the stream on the peer's disk, and the record ends that go with bytes not there yet. */
  #acknowledged = 0;
  #underWay: { readonly end: number; readonly through: Position; readonly sentAt: Instant }[] = [];
  /** Since when we are catching up: what was sent before must be there before we wait for the peer again. */
  #since: Instant | undefined;
  #told: Position;
  #alone = 0;
  #degradations = 0;

  constructor(spool: OwnedSpool, settings: ReplicaSettings) {
    this.#spool = spool;
    this.#settings = settings;
    this.#told = spool.settled;
  }

  get state(): ReplicaState {
    return this.#state;
  }

  /** Records called durable that were on this disk alone. */
  get storedAlone(): number {
    return this.#alone;
  }

  /** How often `mirrored` ended without the link being closed on purpose. */
  get degradations(): number {
    return this.#degradations;
  }

  /** The peer's disk has everything up to here. */
  get mirrored(): Position {
    return this.#mirrored;
  }

  /** What may be acknowledged to devices: on both disks while mirrored, else on this one. */
  durable(): Position {
    const { settled } = this.#spool;
    const durable = this.#state === "mirrored" ? toPosition(Math.min(settled, this.#mirrored)) : settled;
    if (durable > this.#told) {
      const from = Math.max(this.#told, this.#mirrored);
      if (durable > from)
        this.#alone += runOf(toPosition(from)) === runOf(durable) ? durable - from : durable % 0x1_0000_0000;
      this.#told = durable;
    }
    return toPosition(Math.max(durable, this.#told));
  }

  linkUp(): ReplicaStep {
    this.#forget();
    this.#link = { writer: new PieceWriter(this.#settings.pieceBytes), cutter: new ReplicaCutter() };
    const send: ReplicaPiece[] = [];
    const { incarnation, wanted } = this.#spool;
    const delivered = this.#spool.cursor();
    this.#trimmed = delivered;
    this.#link.writer.write({ kind: "offer", offer: { format: 1, incarnation, delivered, wanted } }, send);
    return this.#step(send, undefined);
  }

  linkDown(): ReplicaStep {
    if (this.#state === "mirrored") this.#degradations += 1;
    this.#forget();
    this.#state = "alone";
    return { send: [], stored: undefined, wakeAt: undefined };
  }

  /** Bytes of the keeper's stream. Throws `spool.batch.damaged` and what the spool throws: the link is then to be closed. */
  receive(chunk: Uint8Array, now: Instant): ReplicaStep {
    if (this.#link === undefined) return this.#step([], undefined);
    const { cutter } = this.#link;
    for (const frame of cutter.cut(chunk)) {
      if (frame.kind === "records") this.#restore(decodeRecords(frame.batch, this.#settings.crc32).records);
      if (frame.kind === "refused") this.#refused();
      if (frame.kind === "held") {
        this.#isRefused = false;
        // What was sent before is acknowledged as bytes of the stream, whether it was kept or not.
        this.#underWay = [];
        this.#spool.restoredAll();
        this.#sent = toPosition(Math.max(frame.last, this.#spool.cursor()));
        this.#mirrored = this.#sent;
        this.#state = "catching-up";
        this.#since = now;
      }
    }
    return this.#pump([], cutter.consumed, now);
  }

  /** The peer's disk has our stream up to this byte. */
  acknowledged(bytes: number, now: Instant): ReplicaStep {
    this.#acknowledged = Math.max(this.#acknowledged, bytes);
    while ((this.#underWay[0]?.end ?? Number.POSITIVE_INFINITY) <= bytes) {
      this.#mirrored = this.#underWay.shift()?.through ?? this.#mirrored;
    }
    return this.#pump([], undefined, now);
  }

  /** Something was appended, or trimmed. */
  changed(now: Instant): ReplicaStep {
    return this.#pump([], undefined, now);
  }

  wake(now: Instant): ReplicaStep {
    const [oldest] = this.#underWay;
    const overdue = oldest !== undefined && later(oldest.sentAt, this.#settings.ackTimeoutMs) <= now;
    if (overdue && this.#state === "mirrored") {
      this.#degradations += 1;
      this.#state = "catching-up";
      this.#since = now;
    }
    return this.#step([], undefined);
  }

  /** Only what this disk lost comes back; a repeated answer after a broken link is recognised by its id downstream. */
  #restore(records: readonly StoredRecord[]): void {
    if (records.length === 0) return;
    this.#spool.restore(records);
    this.#spool.sync();
  }

  #pump(send: ReplicaPiece[], stored: number | undefined, now: Instant): ReplicaStep {
    const link = this.#link;
    if (link === undefined || (this.#sent === undefined && !this.#isRefused)) return this.#step(send, stored);
    const delivered = this.#spool.cursor();
    if (delivered > this.#trimmed) {
      this.#trimmed = delivered;
      link.writer.write({ kind: "trim", through: delivered }, send);
      if (this.#sent !== undefined) {
        this.#sent = toPosition(Math.max(this.#sent, delivered));
        this.#underWay.push({ end: link.writer.position, through: this.#sent, sentAt: now });
      }
    }
    if (this.#sent === undefined) return this.#step(send, stored);
    while (this.#sent < this.#spool.last && link.writer.position - this.#acknowledged < this.#settings.windowBytes) {
      const records = this.#spool.read({
        after: this.#sent,
        maxRecords: BATCH_RECORDS,
        maxBytes: this.#settings.batchBytes,
      });
      const through = records.at(-1)?.position ?? this.#spool.last;
      const batch = encodeRecords({ after: this.#sent, records }, this.#settings.crc32, this.#uids);
      if (records.length > 0) {
        link.writer.write({ kind: "records", batch }, send);
        this.#underWay.push({ end: link.writer.position, through, sentAt: now });
      }
      this.#sent = through;
    }
    if (this.#state === "catching-up" && this.#sent >= this.#spool.last && !this.#owesFromBefore()) {
      this.#state = "mirrored";
    }
    return this.#step(send, stored);
  }

  #refused(): void {
    if (this.#state === "mirrored") this.#degradations += 1;
    this.#state = "alone";
    this.#isRefused = true;
    this.#sent = undefined;
    this.#underWay = [];
  }

  /** Under load something is always under way; what counts is that nothing of it is from before we began to catch up. */
  #owesFromBefore(): boolean {
    const [oldest] = this.#underWay;
    return oldest !== undefined && this.#since !== undefined && oldest.sentAt < this.#since;
  }

  #step(send: readonly ReplicaPiece[], stored: number | undefined): ReplicaStep {
    const oldest = this.#state === "mirrored" ? this.#underWay[0] : undefined;
    return {
      send,
      stored,
      wakeAt: oldest === undefined ? undefined : later(oldest.sentAt, this.#settings.ackTimeoutMs),
    };
  }

  #forget(): void {
    this.#link = undefined;
    this.#isRefused = false;
    this.#sent = undefined;
    this.#acknowledged = 0;
    this.#underWay = [];
  }
}
