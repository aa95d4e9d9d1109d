import { Fifo } from "../../adapters/kit/fifo.ts";
import { COMMAND_PRIORITIES, type CommandPriority } from "../model/command.ts";

/** Frees the place; calling it twice does nothing. */
export type FreeSlot = () => void;

interface Waiter {
  readonly grant: (free: FreeSlot | undefined) => void;
  gone: boolean;
}

/** A bounded number of places for what is under way at once. Urgent ones get the next free place, then first come. */
export class Slots {
  readonly #waiting: Readonly<Record<CommandPriority, Fifo<Waiter>>> = {
    urgent: new Fifo(),
    normal: new Fifo(),
    bulk: new Fifo(),
  };
  #free: number;

  constructor(atOnce: number) {
    this.#free = atOnce;
  }

  /** Resolves with the place, or with `undefined` where the signal was given first. */
  take(priority: CommandPriority, signal: AbortSignal): Promise<FreeSlot | undefined> {
    if (signal.aborted) return Promise.resolve(undefined);
    if (this.#free > 0) {
      this.#free -= 1;
      return Promise.resolve(this.#place());
    }
    return new Promise((resolve) => {
      const waiter: Waiter = {
        gone: false,
        grant: (free) => {
          signal.removeEventListener("abort", leave);
          resolve(free);
        },
      };
      const leave = (): void => {
        waiter.gone = true;
        resolve(undefined);
      };
      signal.addEventListener("abort", leave, { once: true });
      this.#waiting[priority].push(waiter);
    });
  }

  #place(): FreeSlot {
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      const next = this.#next();
      if (next === undefined) this.#free += 1;
      else next.grant(this.#place());
    };
  }

  #next(): Waiter | undefined {
    for (const priority of COMMAND_PRIORITIES) {
      const line = this.#waiting[priority];
      for (let waiter = line.shift(); waiter !== undefined; waiter = line.shift()) if (!waiter.gone) return waiter;
    }
    return undefined;
  }
}
