import type { SimClock } from "./clock.ts";
import type { Packet, Wire } from "./connection.ts";

export interface PipeSettings {
  readonly clock: SimClock;
  /** ms for the next packet; a later packet never arrives before an earlier one. */
  readonly delay: () => number;
  readonly isCut: () => boolean;
  /** Packets wait here while the link is cut; the network empties it when the link is healed. */
  readonly waiting: Set<Pipe>;
  /** How long the sender's kernel repeats itself before it gives up. */
  readonly giveUpMs: number;
  readonly deliver: (packet: Packet) => void;
  readonly onGivenUp: () => void;
}

/** One direction of one connection. TCP hides loss, so that a cut link delays; only a cut that lasts breaks. */
export class Pipe implements Wire {
  readonly #settings: PipeSettings;
  readonly #held: Packet[] = [];
  #lastArrival = 0;
  #cancelGivingUp: (() => void) | undefined;

  constructor(settings: PipeSettings) {
    this.#settings = settings;
  }

  send(packet: Packet): void {
    const { clock, delay } = this.#settings;
    this.#lastArrival = Math.max(this.#lastArrival, clock.now + delay());
    clock.at(this.#lastArrival, () => this.#arrive(packet));
  }

  /** The link is whole again: what waited is sent once more, in its order. */
  release(): void {
    this.#cancelGivingUp?.();
    this.#cancelGivingUp = undefined;
    this.#settings.waiting.delete(this);
    for (const packet of this.#held.splice(0)) this.send(packet);
  }

  #arrive(packet: Packet): void {
    const { clock, isCut, waiting, giveUpMs, deliver } = this.#settings;
    if (this.#held.length === 0 && !isCut()) {
      deliver(packet);
      return;
    }
    this.#held.push(packet);
    waiting.add(this);
    this.#cancelGivingUp ??= clock.after(giveUpMs, () => this.#giveUp());
  }

  #giveUp(): void {
    this.#cancelGivingUp = undefined;
    this.#held.length = 0;
    this.#settings.waiting.delete(this);
    this.#settings.onGivenUp();
  }
}
