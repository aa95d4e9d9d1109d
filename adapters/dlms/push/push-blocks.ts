import { concat, equalBytes } from "../../kit/bytes.ts";
import { decodeApdu } from "../apdu/decode-apdu.ts";
import { encodeApdu } from "../apdu/encode-apdu.ts";
import type { GeneralBlockTransfer } from "../apdu/general-block-transfer.ts";
import { APDU_TAGS } from "../apdu/tags.ts";
import { dlmsFault } from "../codes.ts";

export interface PushBlocksLimits {
  /** Octets of one push, those of pushes that stopped before it included. */
  readonly pushBytes: number;
  /** Blocks of it, repeated ones and those of pushes that stopped before it included. */
  readonly pushBlocks: number;
}

/** What one APDU of a meter came to. */
export interface BlocksTaken {
  /** A whole push, which came in one piece or is complete now. */
  readonly whole: Uint8Array | undefined;
  /** Says which blocks are here, to a meter that waits for it before it goes on. */
  readonly send: Uint8Array | undefined;
  /** An earlier push stopped in the middle and is left. */
  readonly broken: boolean;
  /**
   * What goes back once the push is stored: the confirmation that it asks for, in a block where the meter takes blocks; and
   * to such a meter that its last block is here, where it asks for no confirmation.
   */
  readonly answer: (confirmation: Uint8Array | undefined) => Uint8Array | undefined;
}

/** Blocks we take at once. */
const WINDOW = 16;
const NOTHING = new Uint8Array(0);
const bare: BlocksTaken["answer"] = (confirmation) => confirmation;

/**
 * Puts together what a meter pushes in general block transfer (IEC 62056-5-3 clause 9.4.6.13). Most say with a window of 0
 * that they hear nothing back and send all blocks at once: one that is missing is then missing for good. Others are told what
 * is here, and asked again from there. Block 1 always begins anew, so that two pushes are never mixed.
 *
 * Held at most: one push of `pushBytes`.
 */
export class PushBlocks {
  readonly #limits: PushBlocksLimits;
  #from = "";
  #parts: Uint8Array[] = [];
  /** Since the last push that became whole: whoever only ever begins comes to an end as well. */
  #octets = 0;
  #seen = 0;
  /** Our own blocks so far: each is numbered. */
  #own = 0;

  constructor(limits: PushBlocksLimits) {
    this.#limits = limits;
  }

  /** A push has begun and is not whole. */
  get pending(): boolean {
    return this.#parts.length > 0;
  }

  /** @param from who pushes, as the link below has it. Throws `dlms.block.*`, and for what cannot be read. */
  take(octets: Uint8Array, from: string): BlocksTaken {
    const block = octets[0] === APDU_TAGS["general-block-transfer"] ? decodeApdu(octets) : undefined;
    if (block?.kind === "general-block-transfer") return this.#add(block, from);
    const broken = this.pending;
    this.#forget();
    return { whole: octets, send: undefined, broken, answer: bare };
  }

  #add(block: GeneralBlockTransfer, from: string): BlocksTaken {
    const { blockNumber, last, streaming, window } = block;
    const broken = blockNumber === 1 && this.pending;
    if (blockNumber === 1) this.#forget();
    this.#seen += 1;
    if (this.#seen > this.#limits.pushBlocks) throw tooLong(`${this.#seen} blocks`);
    const isNext = blockNumber === this.#parts.length + 1 && (blockNumber === 1 || from === this.#from);
    if (isNext) this.#append(block, from);
    else if (from !== this.#from || !(this.#isRepeated(block) || this.#isAhead(block))) {
      throw this.#outOfOrder(blockNumber);
    }
    if (!(isNext && last)) {
      const send = window === 0 || streaming ? undefined : this.#acknowledgement();
      return { whole: undefined, send, broken, answer: bare };
    }
    const whole = concat(this.#parts);
    const answered = this.#answer();
    this.#forget();
    this.#octets = 0;
    this.#seen = 0;
    return { whole, send: undefined, broken, answer: window === 0 ? bare : answered };
  }

  #append({ blockData }: GeneralBlockTransfer, from: string): void {
    this.#octets += blockData.length;
    if (this.#octets > this.#limits.pushBytes) throw tooLong(`${this.#octets} octets`);
    this.#from = from;
    // What the link gave is its own: it lasts no longer than this call.
    this.#parts.push(blockData.slice());
  }

  /** One before it was lost; a meter that hears us sends both again. */
  #isAhead({ blockNumber, window }: GeneralBlockTransfer): boolean {
    return window > 0 && blockNumber > this.#parts.length;
  }

  /** The meter did not hear that it is here. */
  #isRepeated({ blockNumber, blockData }: GeneralBlockTransfer): boolean {
    const held = this.#parts[blockNumber - 1];
    return held !== undefined && equalBytes(held, blockData);
  }

  #acknowledgement(): Uint8Array {
    this.#own += 1;
    return ownBlock(this.#own, this.#parts.length, NOTHING);
  }

  /** The numbers are those of the push that has just become whole; the next may have begun when it is stored. */
  #answer(): BlocksTaken["answer"] {
    const [own, received] = [this.#own + 1, this.#parts.length];
    return (confirmation) => ownBlock(own, received, confirmation ?? NOTHING);
  }

  #forget(): void {
    this.#parts = [];
    this.#own = 0;
    this.#from = "";
  }

  #outOfOrder(number: number): Error {
    const wanted = this.#parts.length + 1;
    return dlmsFault("dlms.block.out-of-order", `block ${number} of a push where ${wanted} should be`, {
      retry: "backoff",
    });
  }
}

function ownBlock(blockNumber: number, blockNumberAck: number, blockData: Uint8Array): Uint8Array {
  return encodeApdu({
    kind: "general-block-transfer",
    last: true,
    streaming: false,
    window: WINDOW,
    blockNumber,
    blockNumberAck,
    blockData,
  });
}

function tooLong(what: string): Error {
  return dlmsFault("dlms.block.too-long", `a push in blocks of more than the limit: ${what} so far`);
}
