import { decodeMessage } from "../model/batch.ts";
import type { Message } from "../model/message.ts";
import type { SplitMessage } from "../model/shared-attributes.ts";

const PER_DEVICE = 8;
/** Of all devices together, characters of JSON: about 3,500 events. */
const CHARACTERS = 2_097_152;

interface Remembered {
  /** Oldest first. */
  readonly messages: SplitMessage[];
  characters: number;
}

/**
 * The last messages of each device, for people who ask what it said; bounded over all devices, the longest silent go first.
 * They are kept as the text they travel in: that is there already, and the garbage collector has one thing to look at
 * instead of a dozen.
 */
export class LastMessages {
  /** The device that spoke last is the last in the map. */
  readonly #devices = new Map<string, Remembered>();
  #characters = 0;

  get characters(): number {
    return this.#characters;
  }

  /** @param device the subject of the messages */
  note(device: string, messages: readonly SplitMessage[]): void {
    if (messages.length === 0) return;
    const remembered = this.#devices.get(device) ?? { messages: [], characters: 0 };
    this.#devices.delete(device);
    this.#devices.set(device, remembered);
    for (const message of messages) this.#add(remembered, message);
    if (this.#characters > CHARACTERS) this.#forget();
  }

  /** Newest first. */
  of(device: string): readonly Message[] {
    return (this.#devices.get(device)?.messages ?? []).map(decodeMessage).reverse();
  }

  #add(remembered: Remembered, message: SplitMessage): void {
    const { messages } = remembered;
    messages.push(message);
    const forgotten = messages.length > PER_DEVICE ? messages.shift() : undefined;
    const change = message.own.length - (forgotten?.own.length ?? 0);
    remembered.characters += change;
    this.#characters += change;
  }

  #forget(): void {
    for (const [device, remembered] of this.#devices) {
      if (this.#characters <= CHARACTERS) return;
      this.#devices.delete(device);
      this.#characters -= remembered.characters;
    }
  }
}
