import { COMMAND_PRIORITIES, type CommandPriority } from "../model/command.ts";

export interface Laned {
  readonly device: string;
  readonly priority: CommandPriority;
}

/**
 * One lane per device: one command at a time, urgent before normal before bulk, first come first served within those.
 * Lanes know nothing of each other, so that a slow device delays only its own. A device without a command has no lane.
 */
export class Lanes<Item extends Laned> {
  readonly #perDevice: number;
  /** What waits behind the one under way, in the order it will run. */
  readonly #lanes = new Map<string, Item[]>();
  #waiting = 0;

  /** `perDevice`: commands that may wait in one lane. */
  constructor(perDevice: number) {
    this.#perDevice = perDevice;
  }

  /** Devices with a command under way. */
  get busy(): number {
    return this.#lanes.size;
  }

  get waiting(): number {
    return this.#waiting;
  }

  waitingFor(device: string): number {
    return this.#lanes.get(device)?.length ?? 0;
  }

  /** `start`: the device was free, run it now and call `done` after. `full`: it was not taken. */
  push(item: Item): "start" | "wait" | "full" {
    const lane = this.#lanes.get(item.device);
    if (lane === undefined) {
      this.#lanes.set(item.device, []);
      return "start";
    }
    if (lane.length >= this.#perDevice) return "full";
    const behind = lane.findIndex((one) => rank(one) > rank(item));
    lane.splice(behind === -1 ? lane.length : behind, 0, item);
    this.#waiting += 1;
    return "wait";
  }

  /** The device's command has ended. What it returns is to be run now, and ends with a `done` of its own. */
  done(device: string): Item | undefined {
    const lane = this.#lanes.get(device);
    const next = lane?.shift();
    if (next === undefined) this.#lanes.delete(device);
    else this.#waiting -= 1;
    return next;
  }

  /** Takes out of all lanes what waits and is chosen, lane by lane in the order it would have run. */
  takeWaiting(chosen: (item: Item) => boolean): Item[] {
    const taken: Item[] = [];
    for (const [device, lane] of this.#lanes) {
      const kept = lane.filter((item) => !chosen(item));
      if (kept.length === lane.length) continue;
      taken.push(...lane.filter(chosen));
      this.#lanes.set(device, kept);
    }
    this.#waiting -= taken.length;
    return taken;
  }
}

function rank(item: Laned): number {
  return COMMAND_PRIORITIES.indexOf(item.priority);
}
