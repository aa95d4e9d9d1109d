import type { Instant } from "../../adapters/kit/time.ts";

/** What an IED is going to do and when; acts of the same instant happen in the order they were put down. */
export class Agenda {
  #entries: { readonly at: Instant; readonly act: () => void }[] = [];

  get next(): Instant | undefined {
    return this.#entries[0]?.at;
  }

  /** @returns forgets it; may be called late. */
  at(at: Instant, act: () => void): () => void {
    const entry = { at, act };
    let place = this.#entries.length;
    while (place > 0 && (this.#entries[place - 1]?.at ?? at) > at) place -= 1;
    this.#entries.splice(place, 0, entry);
    return () => {
      this.#entries = this.#entries.filter((one) => one !== entry);
    };
  }

  /** Takes the next act that is due. One at a time, so that whoever runs it can show each the instant it was for. */
  take(now: Instant): { readonly at: Instant; readonly act: () => void } | undefined {
    const first = this.#entries[0];
    return first === undefined || first.at > now ? undefined : this.#entries.shift();
  }

  clear(): void {
    this.#entries = [];
  }
}
