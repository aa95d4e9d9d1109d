import type { Instant } from "../../adapters/kit/time.ts";

type Act = (now: Instant) => void;

/** What a device is going to do and when. Acts of the same instant happen in the order they were put down. */
export class Agenda {
  #entries: { readonly at: Instant; readonly act: Act }[] = [];

  get length(): number {
    return this.#entries.length;
  }

  /** When the first act is due; `undefined` where nothing is planned. */
  get next(): Instant | undefined {
    return this.#entries[0]?.at;
  }

  at(at: Instant, act: Act): void {
    let place = this.#entries.length;
    while (place > 0 && (this.#entries[place - 1]?.at ?? at) > at) place -= 1;
    this.#entries.splice(place, 0, { at, act });
  }

  /** Does what is due, in order; an act may plan others, also for now. */
  run(now: Instant): void {
    for (let done = 0; done < ACTS_AT_ONCE; done++) {
      const first = this.#entries[0];
      if (first === undefined || first.at > now) return;
      this.#entries.shift();
      first.act(now);
    }
  }

  clear(): void {
    this.#entries = [];
  }
}

/** An act that plans itself for now again and again does not stop time: the rest comes with the next tick. */
const ACTS_AT_ONCE = 1_000;
