/**
 * Numbers the messages of each device within one reign, from 1. A new reign has a larger epoch and starts over, so
 * (epoch, sequence) of a device never goes back.
 */
export class Sequences {
  readonly #next = new Map<string, number>();

  take(device: string): number {
    const sequence = (this.#next.get(device) ?? 0) + 1;
    this.#next.set(device, sequence);
    return sequence;
  }
}
