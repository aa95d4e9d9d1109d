import { EdgeError } from "../../adapters/kit/edge-error.ts";
import { Fifo } from "../../adapters/kit/fifo.ts";

export interface LaneLimits {
  /** Turns that may wait in one device's lane. */
  readonly perDevice: number;
  /** Turns of all devices under way at once. */
  readonly atOnce: number;
}

interface Turn {
  readonly device: string;
  readonly run: () => Promise<void>;
}

/**
 * One conversation per device at a time, many devices side by side. Devices take turns in the order they asked, so that
 * one device with a long lane delays nobody else; a device that hangs holds one place until its own deadline.
 */
export class Lanes {
  readonly #limits: LaneLimits;
  readonly #waiting = new Map<string, Turn[]>();
  readonly #busy = new Set<string>();
  /** Devices with a turn waiting and none under way, in the order they became ready. */
  readonly #ready = new Fifo<string>();
  #underWay = 0;

  constructor(limits: LaneLimits) {
    this.#limits = limits;
  }

  get underWay(): number {
    return this.#underWay;
  }

  /** Runs `work` when it is this device's turn; rejects with `command.lane.full` where too many wait already. */
  take<T>(device: string, work: () => Promise<T>): Promise<T> {
    const lane = this.#waiting.get(device) ?? [];
    if (lane.length >= this.#limits.perDevice) return Promise.reject(laneFull(device, lane.length));
    return new Promise<T>((resolve, reject) => {
      lane.push({ device, run: () => work().then(resolve, reject) });
      this.#waiting.set(device, lane);
      if (!this.#busy.has(device) && lane.length === 1) this.#ready.push(device);
      this.#start();
    });
  }

  #start(): void {
    while (this.#underWay < this.#limits.atOnce) {
      const device = this.#ready.shift();
      if (device === undefined) return;
      const lane = this.#waiting.get(device);
      const turn = lane?.shift();
      if (lane === undefined || turn === undefined) continue;
      if (lane.length === 0) this.#waiting.delete(device);
      this.#busy.add(device);
      this.#underWay += 1;
      void turn.run().finally(() => this.#ended(device));
    }
  }

  #ended(device: string): void {
    this.#underWay -= 1;
    this.#busy.delete(device);
    if (this.#waiting.has(device)) this.#ready.push(device);
    this.#start();
  }
}

function laneFull(device: string, waiting: number): EdgeError {
  return new EdgeError({
    code: "command.lane.full",
    blame: "operator",
    retry: "backoff",
    message: `${waiting} conversations already wait for device ${device}; commands.maxPerDevice is the limit`,
  });
}
