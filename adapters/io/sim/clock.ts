import { invariant } from "../../kit/invariant.ts";
import type { CancelTimer } from "../timers.ts";

interface Entry {
  readonly at: number;
  readonly order: number;
  run: (() => void) | undefined;
}

/**
 * The one true time of a simulated world, in milliseconds. Time passes only between events: whatever an event caused is
 * finished, promises included, before the next one runs. Ties run in the order they were set.
 */
export class SimClock {
  readonly #heap: Entry[] = [];
  #now: number;
  #orders = 0;
  #events = 0;

  constructor(startMs: number = 0) {
    this.#now = startMs;
  }

  get now(): number {
    return this.#now;
  }

  /** Events run so far. */
  get events(): number {
    return this.#events;
  }

  /** Calls back once at `at`, or after everything due now where that has passed. */
  at(at: number, run: () => void): CancelTimer {
    const entry: Entry = { at: Math.max(at, this.#now), order: this.#orders++, run };
    this.#push(entry);
    return () => {
      entry.run = undefined;
    };
  }

  after(ms: number, run: () => void): CancelTimer {
    return this.at(this.#now + ms, run);
  }

  /** Runs everything due up to `at`, which is then the time. */
  async runUntil(at: number): Promise<void> {
    await drain();
    for (let next = this.#next(); next !== undefined && next.at <= at; next = this.#next()) await this.#runNext();
    this.#now = Math.max(this.#now, at);
  }

  async runFor(ms: number): Promise<void> {
    await this.runUntil(this.#now + ms);
  }

  /**
   * Runs until nothing is left to happen. A world that never becomes idle is a busy loop or wants `runUntil`: after
   * `maxEvents` more events it throws.
   */
  async runUntilIdle(maxEvents: number = 1_000_000): Promise<void> {
    const limit = this.#events + maxEvents;
    await drain();
    while (this.#next() !== undefined) {
      invariant(this.#events < limit, `a simulated world becomes idle within ${maxEvents} events`);
      await this.#runNext();
    }
  }

  /** Runs until the promise has settled, and returns what it came to; throws where nothing is left that could settle it. */
  async runUntilSettled<T>(promise: Promise<T>, maxEvents: number = 1_000_000): Promise<T> {
    let settled = false;
    const settle = (): void => {
      settled = true;
    };
    promise.then(settle, settle);
    const limit = this.#events + maxEvents;
    await drain();
    while (!settled) {
      invariant(this.#next() !== undefined, "something is left that can settle the promise");
      invariant(this.#events < limit, `the promise settles within ${maxEvents} events`);
      await this.#runNext();
    }
    return promise;
  }

  async #runNext(): Promise<void> {
    const entry = this.#pop();
    this.#now = entry.at;
    this.#events += 1;
    const { run } = entry;
    entry.run = undefined;
    run?.();
    await drain();
  }

  /** The earliest entry that was not cancelled. */
  #next(): Entry | undefined {
    while (this.#heap[0] !== undefined && this.#heap[0].run === undefined) this.#pop();
    return this.#heap[0];
  }

  #push(entry: Entry): void {
    const heap = this.#heap;
    let at = heap.push(entry) - 1;
    while (at > 0) {
      const above = (at - 1) >> 1;
      const parent = heap[above];
      if (parent === undefined || !before(entry, parent)) break;
      heap[at] = parent;
      at = above;
    }
    heap[at] = entry;
  }

  #pop(): Entry {
    const heap = this.#heap;
    const first = heap[0];
    const last = heap.pop();
    invariant(first !== undefined && last !== undefined, "an entry is taken where there is one");
    if (first === last) return first;
    let at = 0;
    for (;;) {
      let below = 2 * at + 1;
      let child = heap[below];
      const right = heap[below + 1];
      if (child !== undefined && right !== undefined && before(right, child)) {
        below += 1;
        child = right;
      }
      if (child === undefined || before(last, child)) break;
      heap[at] = child;
      at = below;
    }
    heap[at] = last;
    return first;
  }
}

function before(a: Entry, b: Entry): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}

/** One turn of the event loop: every promise that can go on has gone on. Nothing under simulation waits for more. */
function drain(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
