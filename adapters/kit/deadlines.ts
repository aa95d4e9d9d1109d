import type { Instant } from "./time.ts";

/** Named absolute deadlines of one machine, so that a log can say which one fired. */
export class Deadlines<Name extends string> {
  readonly #at = new Map<Name, Instant>();

  set(name: Name, at: Instant): void {
    // Deleted first, so that a deadline set anew is the last of its ties.
    this.#at.delete(name);
    this.#at.set(name, at);
  }

  clear(name: Name): void {
    this.#at.delete(name);
  }

  clearAll(): void {
    this.#at.clear();
  }

  has(name: Name): boolean {
    return this.#at.has(name);
  }

  /** For `Step.wakeAt`. */
  earliest(): Instant | undefined {
    let first: Instant | undefined;
    for (const at of this.#at.values()) if (first === undefined || at < first) first = at;
    return first;
  }

  /** Takes the deadlines that have passed, earliest first, ties in the order they were set. */
  takeDue(now: Instant): Name[] {
    const due = [...this.#at].filter(([, at]) => at <= now).sort(([, a], [, b]) => a - b);
    for (const [name] of due) this.#at.delete(name);
    return due.map(([name]) => name);
  }
}
