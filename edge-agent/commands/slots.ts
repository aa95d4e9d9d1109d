import { Fifo } from "../../adapters/kit/fifo.ts";
import { COMMAND_PRIORITIES, type CommandPriority } from "../model/command.ts";

/** Frees the place; calling it twice does nothing. */
export type FreeSlot = () => void;

interface Waiter {
  readonly grant: (free: FreeSlot | undefined) => void;
  readonly signal: AbortSignal;
}

/** A bounded number of places for what is under way at once. Urgent ones get the next free place, then first come. */
export class Slots {
  readonly #waiting: Readonly<Record<CommandPriority, Fifo<Waiter>>> = {
    urgent: new Fifo(),
    normal: new Fifo(),
    bulk: new Fifo(),
  };
  readonly #watched = new WeakSet<AbortSignal>();
  readonly #granted: () => void;
  #free: number;
  #waitingNow = 0;

  /** `granted`: called when one of those who wait has got a place. */
  constructor(atOnce: number, granted: () => void = () => {}) {
    this.#free = atOnce;
    this.#granted = granted;
  }

  /** How many wait for a place. */
  get waiting(): number {
    return this.#waitingNow;
  }

  /** Resolves with the place, or with `undefined` where the signal was given first. */
  take(priority: CommandPriority, signal: AbortSignal): Promise<FreeSlot | undefined> {
    if (signal.aborted) return Promise.resolve(undefined);
    if (this.#free > 0) {
      this.#free -= 1;
      return Promise.resolve(this.#place());
    }
    return new Promise((grant) => {
      this.#waiting[priority].push({ grant, signal });
      this.#waitingNow += 1;
      this.#watch(signal);
    });
  }

  /** One listener for all who wait: thousands of them on one signal would each have to be looked for when it goes. */
  #watch(signal: AbortSignal): void {
    if (this.#watched.has(signal)) return;
    this.#watched.add(signal);
    signal.addEventListener("abort", () => this.#letGo(signal), { once: true });
  }

  #letGo(signal: AbortSignal): void {
    for (const priority of COMMAND_PRIORITIES) {
      const line = this.#waiting[priority];
      for (let left = line.length; left > 0; left--) {
        const waiter = line.shift();
        if (waiter === undefined) break;
        if (waiter.signal !== signal) {
          line.push(waiter);
          continue;
        }
        this.#waitingNow -= 1;
        waiter.grant(undefined);
      }
    }
  }

  #place(): FreeSlot {
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      const next = this.#next();
      if (next === undefined) {
        this.#free += 1;
        return;
      }
      this.#waitingNow -= 1;
      next.grant(this.#place());
      this.#granted();
    };
  }

  #next(): Waiter | undefined {
    for (const priority of COMMAND_PRIORITIES) {
      const line = this.#waiting[priority];
      const waiter = line.shift();
      if (waiter !== undefined) return waiter;
    }
    return undefined;
  }
}
