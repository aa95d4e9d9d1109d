import { concat } from "../../kit/bytes.ts";
import { invariant } from "../../kit/invariant.ts";
import type { GeneralBlockTransfer } from "../apdu/general-block-transfer.ts";
import { dlmsFault } from "../codes.ts";

/** Tag, control, two block numbers, and a length of up to 65,535. */
export const GENERAL_BLOCK_OVERHEAD = 9;
const NOTHING = new Uint8Array(0);

export interface GeneralBlocksLimits {
  readonly transferOctets: number;
  readonly blocks: number;
  /** Blocks one after the other that bring us no further. */
  readonly emptyBlocks: number;
}

/**
 * One exchange carried in general block transfer, both directions (IEC 62056-5-3 clause 9.4.6.13). Blocks count from 1 in
 * each direction; whoever misses one says which was the last good one, and the other sends again from there.
 */
export class GeneralBlocks {
  readonly #window: number;
  readonly #limits: GeneralBlocksLimits;
  #outgoing: readonly Uint8Array[] = [];
  /** Our last block that the peer confirmed, and the last that left. */
  #confirmed = 0;
  #sent = 0;
  readonly #received: Uint8Array[] = [];
  #octets = 0;
  /** The last block of the peer received in order. */
  #lastGood = 0;
  #idle = 0;
  #blocksSeen = 0;

  /** @param window blocks we take at once, 1 to 63. */
  constructor(window: number, limits: GeneralBlocksLimits) {
    invariant(window >= 1 && window <= 63, "a window has 1 to 63 blocks");
    this.#window = window;
    this.#limits = limits;
  }

  /** The first block of a long APDU; the peer's window is not known before it answers. */
  begin(octets: Uint8Array, blockOctets: number): readonly GeneralBlockTransfer[] {
    invariant(blockOctets >= 1 && octets.length > 0, "a block has octets");
    const parts: Uint8Array[] = [];
    for (let at = 0; at < octets.length; at += blockOctets) parts.push(octets.subarray(at, at + blockOctets));
    if (parts.length > 0xffff) throw tooLong(octets.length);
    this.#outgoing = parts;
    return this.#batch(1);
  }

  /** What a block of the peer is answered with, and its whole APDU once the last block is there. */
  take(block: GeneralBlockTransfer): {
    readonly send: readonly GeneralBlockTransfer[];
    readonly whole: Uint8Array | undefined;
  } {
    this.#blocksSeen += 1;
    if (this.#blocksSeen > this.#limits.blocks) throw tooLong(this.#octets);
    const before = this.#confirmed + this.#received.length;
    const acknowledges = block.blockData.length === 0 && this.#confirmed < this.#outgoing.length;
    this.#confirm(block, acknowledges);
    if (acknowledges) {
      this.#follow(block.blockNumber);
      this.#progress(before);
      return { send: this.#batch(Math.max(1, block.window)), whole: undefined };
    }
    const taken = this.#append(block);
    this.#progress(before);
    if (taken && block.last) return { send: [], whole: concat(this.#received) };
    // The peer goes on by itself within its window.
    return { send: block.streaming ? [] : [this.#acknowledgement()], whole: undefined };
  }

  #confirm(block: GeneralBlockTransfer, acknowledges: boolean): void {
    // Data instead of a confirmation: the peer had everything it needed.
    this.#confirmed = acknowledges ? Math.min(block.blockNumberAck, this.#sent) : this.#outgoing.length;
  }

  #append({ blockNumber, blockData }: GeneralBlockTransfer): boolean {
    // Some servers count from 0, and some do not count the confirmations they sent before.
    const begins = this.#received.length === 0 && blockNumber <= this.#lastGood + 1;
    if (!begins && blockNumber !== this.#lastGood + 1) return false;
    this.#lastGood = blockNumber;
    this.#octets += blockData.length;
    if (this.#octets > this.#limits.transferOctets) throw tooLong(this.#octets);
    this.#received.push(blockData);
    return true;
  }

  /** A confirmation has a number of its own. */
  #follow(blockNumber: number): void {
    if (blockNumber === this.#lastGood + 1) this.#lastGood = blockNumber;
  }

  #progress(before: number): void {
    const advanced = this.#confirmed + this.#received.length > before;
    this.#idle = advanced ? 0 : this.#idle + 1;
    if (this.#idle <= this.#limits.emptyBlocks) return;
    throw dlmsFault("dlms.block.no-progress", `${this.#idle} blocks of general block transfer without progress`, {
      retry: "backoff",
    });
  }

  /** From the first block that is not confirmed, as many as the peer takes at once. */
  #batch(peerWindow: number): GeneralBlockTransfer[] {
    const first = this.#confirmed + 1;
    const last = Math.min(this.#outgoing.length, this.#confirmed + peerWindow);
    const blocks: GeneralBlockTransfer[] = [];
    for (let number = first; number <= last; number++) {
      blocks.push(this.#block(number, this.#outgoing[number - 1] ?? NOTHING, number < last));
    }
    this.#sent = Math.max(this.#sent, last);
    return blocks;
  }

  #acknowledgement(): GeneralBlockTransfer {
    this.#sent += 1;
    return { ...this.#block(this.#sent & 0xffff, NOTHING, false), last: true };
  }

  #block(number: number, blockData: Uint8Array, streaming: boolean): GeneralBlockTransfer {
    return {
      kind: "general-block-transfer",
      last: number === this.#outgoing.length,
      streaming,
      window: this.#window,
      blockNumber: number,
      blockNumberAck: this.#lastGood,
      blockData,
    };
  }
}

function tooLong(octets: number): Error {
  return dlmsFault("dlms.block.too-long", `general block transfer of more than the limit, ${octets} octets so far`);
}
