import { fromUtf8, utf8 } from "../../adapters/kit/bytes.ts";
import type { Position, PositionRange } from "./position.ts";
import { getU53, setU53 } from "./record-codec.ts";
import { spoolFault } from "./spool-fault.ts";

/**
 * What an owner of records and the keeper of their mirror tell each other. Frames follow one another in a stream of bytes
 * each way, which the pair link carries in pieces as it likes and acknowledges by the byte:
 *
 *   0  u32  length of what follows
 *   4  u8   kind
 *   5       body: a batch of records (`encodeRecords`), a position (u64), or JSON
 */
export type ReplicaFrame =
  /** Owner, first: whose records, how far they are delivered, what the owner's disk lost. */
  | { readonly kind: "offer"; readonly offer: ReplicaOffer }
  /** Keeper, when it has answered everything in `wanted`: how far the mirror goes. The owner sends what is after it. */
  | { readonly kind: "held"; readonly last: Position }
  /**
   * Keeper: it has no room, and what was sent since is not kept. The owner sends nothing more but trims until the next
   * `held`, which begins anew.
   */
  | { readonly kind: "refused"; readonly last: Position }
  /** Owner to keeper: what comes next. Keeper to owner: what the owner had lost. */
  | { readonly kind: "records"; readonly batch: Uint8Array }
  /** Owner: delivered through here; the mirror may forget it. */
  | { readonly kind: "trim"; readonly through: Position };

export interface ReplicaOffer {
  readonly format: 1;
  readonly incarnation: string;
  readonly delivered: Position;
  readonly wanted: readonly PositionRange[];
}

/** The longest frame either side accepts: the largest record in a batch of its own. */
export const REPLICA_FRAME_LIMIT: number = 2 * 1024 * 1024;
const KINDS: readonly ReplicaFrame["kind"][] = ["offer", "held", "records", "trim", "refused"];
const HEAD = 5;

export function encodeReplicaFrame(frame: ReplicaFrame): Uint8Array {
  const body = bodyOf(frame);
  const bytes = new Uint8Array(HEAD + body.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, body.length + 1);
  view.setUint8(4, KINDS.indexOf(frame.kind));
  bytes.set(body, HEAD);
  return bytes;
}

/** Cuts a stream of bytes back into frames, however it was cut on the way. Throws `spool.batch.damaged`; then it is over. */
export class ReplicaCutter {
  #rest: Uint8Array = new Uint8Array(0);
  #consumed = 0;

  /** Bytes of the stream that belong to frames already given out. */
  get consumed(): number {
    return this.#consumed;
  }

  *cut(chunk: Uint8Array): IterableIterator<ReplicaFrame> {
    let bytes = chunk;
    if (this.#rest.length > 0) {
      bytes = new Uint8Array(this.#rest.length + chunk.length);
      bytes.set(this.#rest, 0);
      bytes.set(chunk, this.#rest.length);
    }
    let at = 0;
    while (bytes.length - at >= 4) {
      const length = new DataView(bytes.buffer, bytes.byteOffset + at, 4).getUint32(0);
      if (length < 1 || length > REPLICA_FRAME_LIMIT) throw damaged(`a replica frame of ${length} bytes`);
      if (bytes.length - at < 4 + length) break;
      const frame = decodeReplicaFrame(bytes.subarray(at + 4, at + 4 + length));
      at += 4 + length;
      this.#consumed += 4 + length;
      yield frame;
    }
    this.#rest = bytes.slice(at);
  }
}

function bodyOf(frame: ReplicaFrame): Uint8Array {
  switch (frame.kind) {
    case "offer":
      return utf8(JSON.stringify(frame.offer));
    case "held":
    case "refused":
      return positionBytes(frame.last);
    case "records":
      return frame.batch;
    case "trim":
      return positionBytes(frame.through);
  }
}

function decodeReplicaFrame(bytes: Uint8Array): ReplicaFrame {
  const kind = KINDS[bytes[0] ?? KINDS.length];
  const body = bytes.subarray(1);
  switch (kind) {
    case "offer":
      return { kind, offer: decodeOffer(body) };
    case "held":
    case "refused":
      return { kind, last: decodePosition(body) };
    case "records":
      return { kind, batch: body };
    case "trim":
      return { kind, through: decodePosition(body) };
    default:
      throw damaged(`a replica frame of kind ${bytes[0]}`);
  }
}

function decodeOffer(body: Uint8Array): ReplicaOffer {
  let value: unknown;
  try {
    value = JSON.parse(fromUtf8(body) ?? "");
  } catch (_notJson) {
    throw damaged("an offer that is no JSON");
  }
  if (typeof value !== "object" || value === null || !("format" in value) || value.format !== 1) {
    throw damaged("an offer of another format");
  }
  const isWhole =
    "incarnation" in value &&
    typeof value.incarnation === "string" &&
    "delivered" in value &&
    isPosition(value.delivered) &&
    "wanted" in value &&
    Array.isArray(value.wanted) &&
    value.wanted.every(
      (range: { after?: unknown; through?: unknown } | null) => isPosition(range?.after) && isPosition(range?.through),
    );
  if (!isWhole) throw damaged("an offer with something missing");
  return value as ReplicaOffer;
}

function isPosition(value: unknown): boolean {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}

function positionBytes(position: Position): Uint8Array {
  const bytes = new Uint8Array(8);
  setU53(new DataView(bytes.buffer), 0, position);
  return bytes;
}

function decodePosition(body: Uint8Array): Position {
  if (body.length !== 8) throw damaged(`a position of ${body.length} bytes`);
  const value = getU53(new DataView(body.buffer, body.byteOffset, 8), 0);
  if (!isPosition(value)) throw damaged("a position beyond all positions");
  return value as Position;
}

function damaged(what: string): Error {
  return spoolFault("spool.batch.damaged", `the peer sent ${what}`);
}
