import { EdgeError } from "../../adapters/kit/edge-error.ts";
import { decodeRecords, encodeRecords } from "./batch-codec.ts";
import type { Crc32 } from "./crc32.ts";
import { ORIGIN, type Position, type PositionRange, toPosition } from "./position.ts";
import type { StoredRecord } from "./record.ts";
import { PieceWriter, type ReplicaPiece } from "./replica.ts";
import { ReplicaCutter, type ReplicaFrame, type ReplicaOffer } from "./replica-frames.ts";
import { spoolFault } from "./spool-fault.ts";

/** What the keeper's side needs of the spool it keeps for the peer. */
export interface KeptSpool {
  readonly incarnation: string;
  readonly last: Position;
  /** Whether it would take a record. */
  readonly takes: boolean;
  prepare(): void;
  cursor(): Position;
  read(request: {
    readonly after: Position;
    readonly maxRecords: number;
    readonly maxBytes: number;
  }): readonly StoredRecord[];
  appendAt(records: readonly StoredRecord[]): void;
  sync(): void;
  trim(through: Position): void;
}

export interface MirrorSettings {
  readonly pieceBytes: number;
  readonly batchBytes: number;
  readonly crc32: Crc32;
}

/** Everything one input caused. */
export interface MirrorStep {
  readonly send: readonly ReplicaPiece[];
  /** Everything of the owner's stream before this byte is on our disk: to be acknowledged on the link. */
  readonly stored: number | undefined;
  /**
   * The owner's records are of this incarnation and no mirror of it is attached: open one (`Spool.open` with it, in a
   * directory of its own) and call `attach`. A mirror of another incarnation keeps what a lost disk had acknowledged: it
   * is to be drained, not removed.
   */
  readonly needs: string | undefined;
}

const BATCH_RECORDS = 1_000;

/**
 * The keeper's side of a mirror: puts the owner's records on this disk under the owner's positions, says how far, and
 * gives back what the owner's disk lost. One sync per piece of the stream, however many records it brings.
 */
export class Mirror {
  readonly #settings: MirrorSettings;
  #link: { readonly writer: PieceWriter; readonly cutter: ReplicaCutter } | undefined;
  #spool: KeptSpool | undefined;
  #offer: ReplicaOffer | undefined;
  /** The owner need not send what it has delivered. */
  #delivered: Position = ORIGIN;
  #restored = 0;
  /** What comes is not kept: `refused` until there is room, then `asked` until the owner begins anew. */
  #room: "some" | "refused" | "asked" = "some";

  constructor(settings: MirrorSettings, spool?: KeptSpool) {
    this.#settings = settings;
    this.#spool = spool;
  }

  /** Records given back to the owner. */
  get restored(): number {
    return this.#restored;
  }

  linkUp(): void {
    this.#link = { writer: new PieceWriter(this.#settings.pieceBytes), cutter: new ReplicaCutter() };
    this.#offer = undefined;
    this.#room = "some";
  }

  linkDown(): void {
    this.#link = undefined;
    this.#offer = undefined;
  }

  attach(spool: KeptSpool): MirrorStep {
    this.#spool = spool;
    const send: ReplicaPiece[] = [];
    if (this.#offer !== undefined) this.#answer(this.#offer, send);
    return { send, stored: this.#link?.cutter.consumed, needs: undefined };
  }

  /** Bytes of the owner's stream. Throws `spool.batch.damaged`: the link is then to be closed. */
  receive(chunk: Uint8Array): MirrorStep {
    const link = this.#link;
    const send: ReplicaPiece[] = [];
    if (link === undefined) return { send, stored: undefined, needs: undefined };
    let needs: string | undefined;
    let isDirty = false;
    for (const frame of link.cutter.cut(chunk)) {
      if (frame.kind === "offer") {
        this.#offer = frame.offer;
        this.#delivered = frame.offer.delivered;
        if (this.#spool?.incarnation === frame.offer.incarnation) this.#answer(frame.offer, send);
        else needs = frame.offer.incarnation;
      } else {
        isDirty = this.#keep(frame, link.writer, send) || isDirty;
      }
    }
    if (isDirty && !this.#synced()) this.#refuse(link.writer, send);
    return { send, stored: needs === undefined ? link.cutter.consumed : undefined, needs };
  }

  /** To be called now and then: asks for what was refused once there is room for it. */
  wake(): MirrorStep {
    const send: ReplicaPiece[] = [];
    const spool = this.#spool;
    if (this.#room === "refused" && spool !== undefined && this.#link !== undefined && hasRoom(spool)) {
      this.#room = "asked";
      this.#link.writer.write({ kind: "held", last: spool.last }, send);
    }
    return { send, stored: undefined, needs: undefined };
  }

  /** Returns whether something has to be synced. */
  #keep(frame: ReplicaFrame, writer: PieceWriter, send: ReplicaPiece[]): boolean {
    const spool = this.#spool;
    if (spool === undefined || this.#offer === undefined || spool.incarnation !== this.#offer.incarnation) {
      throw spoolFault("spool.batch.damaged", `the peer sent ${frame.kind} before it was asked`);
    }
    if (frame.kind === "trim") {
      this.#delivered = toPosition(Math.max(this.#delivered, frame.through));
      spool.trim(frame.through);
    }
    if (frame.kind !== "records") return false;
    const batch = decodeRecords(frame.batch, this.#settings.crc32);
    const joins = batch.after <= Math.max(spool.last, this.#delivered);
    if (this.#room !== "some") {
      if (this.#room === "refused" || !joins) return false;
      this.#room = "some";
    }
    if (!joins) throw spoolFault("spool.batch.damaged", "the peer left records out");
    const news = batch.records.filter((record) => record.position > spool.last);
    if (taken(() => spool.appendAt(news))) return news.length > 0;
    this.#refuse(writer, send);
    return false;
  }

  #synced(): boolean {
    return taken(() => this.#spool?.sync());
  }

  /** The owner hears of it before the bytes are acknowledged, or it would take them for kept. */
  #refuse(writer: PieceWriter, send: ReplicaPiece[]): void {
    if (this.#room === "refused") return;
    this.#room = "refused";
    writer.write({ kind: "refused", last: this.#spool?.last ?? ORIGIN }, send);
  }

  /** First what the owner lost, then what it has delivered is forgotten, then how far we are. */
  #answer(offer: ReplicaOffer, send: ReplicaPiece[]): void {
    const spool = this.#spool;
    const link = this.#link;
    if (spool === undefined || link === undefined) return;
    for (const range of offer.wanted) this.#giveBack(spool, range, link.writer, send);
    spool.trim(offer.delivered);
    link.writer.write({ kind: "held", last: spool.last }, send);
  }

  #giveBack(spool: KeptSpool, range: PositionRange, writer: PieceWriter, send: ReplicaPiece[]): void {
    const { batchBytes: maxBytes, crc32 } = this.#settings;
    let after = toPosition(Math.max(range.after, spool.cursor()));
    for (;;) {
      const read = spool.read({ after, maxRecords: BATCH_RECORDS, maxBytes });
      const records = read.filter((record) => record.position <= range.through);
      const last = records.at(-1);
      if (last === undefined) return;
      writer.write({ kind: "records", batch: encodeRecords({ after, records }, crc32) }, send);
      this.#restored += records.length;
      after = last.position;
    }
  }
}

/** No room, or a disk that fails: no fault of the owner's, and no reason to end the link. */
function taken(act: () => void): boolean {
  try {
    act();
    return true;
  } catch (thrown) {
    if (thrown instanceof EdgeError && NOT_TAKEN.has(thrown.code)) return false;
    throw thrown;
  }
}

const NOT_TAKEN: ReadonlySet<string> = new Set(["spool.full", "spool.failed", "spool.closed"]);

function hasRoom(spool: KeptSpool): boolean {
  if (!spool.takes) taken(() => spool.prepare());
  return spool.takes;
}
