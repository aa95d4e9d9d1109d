import type { GeneralBlockTransfer } from "../../../adapters/dlms/apdu/general-block-transfer.ts";
import { INCOMING_OCTETS_MAX } from "../services/long-transfer.ts";

/** Blocks this meter takes at once. */
export const RECEIVE_WINDOW = 4;
/** Tag, control, two numbers, length of the data. */
export const BLOCK_HEADER_OCTETS = 9;

const NOTHING = new Uint8Array(0);

export interface Exchanged {
  readonly send: readonly GeneralBlockTransfer[];
  /** A whole APDU of the client. */
  readonly whole: Uint8Array | undefined;
}

/** One general block transfer in each direction (IEC 62056-5-3 9.4.6.13), as the meter does it. */
export class BlockExchange {
  #parts: Uint8Array[] = [];
  #length = 0;
  /** The last block received in order. */
  #received = 0;
  #blocks: readonly Uint8Array[] = [];
  /** Own blocks the client has confirmed. */
  #confirmed = 0;
  /** The number of the next own block that only confirms. */
  #own = 1;
  #window = 1;
  readonly #atOnce: number;

  /** @param atOnce own blocks without waiting: 1 where the carrier gives one turn at a time, as HDLC does. */
  constructor(atOnce: number) {
    this.#atOnce = atOnce;
  }

  take(block: GeneralBlockTransfer): Exchanged {
    if (this.#blocks.length > 0) {
      const going = this.#goOn(block);
      if (block.blockData.length === 0) return { send: going, whole: undefined };
    }
    this.#window = Math.max(1, block.window);
    if (block.blockNumber === 1 && this.#received !== 0 && block.blockData.length > 0) this.#restart();
    if (block.blockNumber === this.#received + 1) {
      this.#length += block.blockData.length;
      if (this.#length > INCOMING_OCTETS_MAX) {
        this.abort();
        return { send: [], whole: undefined };
      }
      this.#received += 1;
      this.#parts.push(block.blockData.slice());
      if (block.last) return { send: [], whole: this.#whole() };
    }
    // More of this window is coming without our saying so.
    return { send: block.streaming ? [] : [this.#confirmation()], whole: undefined };
  }

  /** The first blocks of an answer; the rest follows as the client confirms. */
  begin(octets: Uint8Array, room: number): readonly GeneralBlockTransfer[] {
    const blocks: Uint8Array[] = [];
    for (let at = 0; at < octets.length; at += room) blocks.push(octets.subarray(at, at + room));
    this.#blocks = blocks;
    this.#confirmed = 0;
    return this.#windowOf();
  }

  abort(): void {
    this.#restart();
    this.#blocks = [];
    this.#confirmed = 0;
    this.#window = 1;
  }

  #goOn(block: GeneralBlockTransfer): readonly GeneralBlockTransfer[] {
    if (block.blockNumberAck > this.#blocks.length) return [];
    this.#confirmed = Math.max(this.#confirmed, block.blockNumberAck);
    this.#window = Math.max(1, block.window);
    if (this.#confirmed < this.#blocks.length) return this.#windowOf();
    this.#blocks = [];
    this.#confirmed = 0;
    this.#restart();
    return [];
  }

  #windowOf(): readonly GeneralBlockTransfer[] {
    const end = Math.min(this.#blocks.length, this.#confirmed + Math.min(this.#window, this.#atOnce));
    const send: GeneralBlockTransfer[] = [];
    for (let at = this.#confirmed; at < end; at++) {
      const last = at === this.#blocks.length - 1;
      send.push({
        kind: "general-block-transfer",
        last,
        streaming: at < end - 1,
        window: RECEIVE_WINDOW,
        blockNumber: at + 1,
        blockNumberAck: this.#received,
        blockData: this.#blocks[at] ?? NOTHING,
      });
    }
    return send;
  }

  #confirmation(): GeneralBlockTransfer {
    return {
      kind: "general-block-transfer",
      last: false,
      streaming: false,
      window: RECEIVE_WINDOW,
      blockNumber: this.#own++,
      blockNumberAck: this.#received,
      blockData: NOTHING,
    };
  }

  #whole(): Uint8Array {
    const whole = new Uint8Array(this.#length);
    let at = 0;
    for (const part of this.#parts) {
      whole.set(part, at);
      at += part.length;
    }
    this.#parts = [];
    this.#length = 0;
    return whole;
  }

  #restart(): void {
    this.#parts = [];
    this.#length = 0;
    this.#received = 0;
    this.#own = 1;
  }
}
