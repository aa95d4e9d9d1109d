import type { Timers } from "../../adapters/io/timers.ts";
import { Fifo } from "../../adapters/kit/fifo.ts";
import { type DurationMs, later } from "../../adapters/kit/time.ts";

/** Ends the turn; calling it twice does nothing. */
export type EndTurn = () => void;

/** Conversations that may wait for one device: a few of its own, and one command. */
const WAITING_PER_DEVICE = 8;

interface Waiter {
  readonly grant: (end: EndTurn | undefined) => void;
  gone: boolean;
}

/**
 * One conversation with a device at a time, whoever opened it: both directions share the device's counter, and much of the
 * firmware in the field does one thing at a time. First come, first served, and nobody waits for ever. A device with
 * nothing under way costs nothing.
 */
export class DeviceTurns {
  readonly #timers: Timers;
  readonly #perDevice: number;
  /** Who waits behind the conversation under way. */
  readonly #lines = new Map<string, Fifo<Waiter>>();
  /** Turns nobody got in time, since the beginning. */
  missed = 0;

  constructor(timers: Timers, perDevice: number = WAITING_PER_DEVICE) {
    this.#timers = timers;
    this.#perDevice = perDevice;
  }

  /** Devices with a conversation under way. */
  get busy(): number {
    return this.#lines.size;
  }

  isBusy(device: string): boolean {
    return this.#lines.has(device);
  }

  /** Resolves with the turn, or with `undefined` after `waitMs`, at once where too many wait already. */
  take(device: string, waitMs: DurationMs): Promise<EndTurn | undefined> {
    const line = this.#lines.get(device);
    if (line === undefined) {
      this.#lines.set(device, new Fifo());
      return Promise.resolve(this.#turn(device));
    }
    if (line.length >= this.#perDevice) {
      this.missed += 1;
      return Promise.resolve(undefined);
    }
    return new Promise((resolve) => {
      const waiter: Waiter = {
        gone: false,
        grant: (end) => {
          cancel();
          resolve(end);
        },
      };
      const cancel = this.#timers.at(later(this.#timers.now(), waitMs), () => {
        waiter.gone = true;
        this.missed += 1;
        resolve(undefined);
      });
      line.push(waiter);
    });
  }

  #turn(device: string): EndTurn {
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      this.#next(device);
    };
  }

  #next(device: string): void {
    const line = this.#lines.get(device);
    for (let waiter = line?.shift(); waiter !== undefined; waiter = line?.shift()) {
      if (waiter.gone) continue;
      waiter.grant(this.#turn(device));
      return;
    }
    this.#lines.delete(device);
  }
}
