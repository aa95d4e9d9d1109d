import type { Instant } from "../../adapters/kit/time.ts";

/** What a meter will do by itself, at its time. */
export class Agenda {
  readonly #tasks: { readonly at: Instant; readonly task: (now: Instant) => void }[] = [];

  at(at: Instant, task: (now: Instant) => void): void {
    this.#tasks.push({ at, task });
  }

  get next(): Instant | undefined {
    let first: Instant | undefined;
    for (const { at } of this.#tasks) if (first === undefined || at < first) first = at;
    return first;
  }

  /** Runs what is due, in the order of its time. */
  run(now: Instant): void {
    const due = this.#tasks.filter(({ at }) => at <= now).sort((a, b) => a.at - b.at);
    for (const one of due) {
      this.#tasks.splice(this.#tasks.indexOf(one), 1);
      one.task(now);
    }
  }

  clear(): void {
    this.#tasks.length = 0;
  }
}
