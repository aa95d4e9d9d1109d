import type { DeviceStateChange } from "./device-states.ts";

/** Stored at once: a network that falls silent as a whole changes the state of every device in one second. */
const UNDER_WAY = 200;

/**
 * Changes of device states on their way to the cores, a bounded number at a time. A device whose state changes again while
 * it waits has one place in the line, and is told as it is when its turn comes.
 */
export class StateLine {
  readonly #store: (change: DeviceStateChange) => Promise<void>;
  readonly #waiting = new Map<string, DeviceStateChange>();
  #underWay = 0;

  /** @param store its rejection loses the change: a state that could not be stored is said again by the next reign */
  constructor(store: (change: DeviceStateChange) => Promise<void>) {
    this.#store = store;
  }

  tell(change: DeviceStateChange): void {
    this.#waiting.set(change.device, change);
    this.#goOn();
  }

  /** What waits is not told any more. */
  end(): void {
    this.#waiting.clear();
  }

  #goOn(): void {
    for (const [device, change] of this.#waiting) {
      if (this.#underWay >= UNDER_WAY) return;
      this.#waiting.delete(device);
      this.#underWay += 1;
      const done = (): void => {
        this.#underWay -= 1;
        this.#goOn();
      };
      this.#store(change).then(done, done);
    }
  }
}
