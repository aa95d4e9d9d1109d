export interface RecentLimits {
  /** Ids kept of one device. */
  readonly perDevice: number;
  /** Devices remembered; the one that was quiet the longest is forgotten first. */
  readonly devices: number;
}

/** A device repeats what it had no answer to, and that is its last few messages; sixteen of 40,000 devices fit in 100 MB. */
export const RECENT_LIMITS: RecentLimits = { perDevice: 16, devices: 50_000 };

/** So few ids are found as fast as in a set, and cost less. */
interface Ring {
  readonly ids: string[];
  oldest: number;
}

/**
 * Ids of messages that are durable, the last few of each device: a repeat is recognised without a second commit. It only
 * saves work; that nothing happens twice is decided by the ids at the core.
 */
export class RecentIds {
  readonly #limits: RecentLimits;
  /** In the order of their last message. */
  readonly #devices = new Map<string, Ring>();

  constructor(limits: RecentLimits = RECENT_LIMITS) {
    this.#limits = limits;
  }

  get devices(): number {
    return this.#devices.size;
  }

  has(device: string, id: string): boolean {
    return this.#devices.get(device)?.ids.includes(id) === true;
  }

  /** Only what is durable may be added, and what is not known yet: what is added again is kept twice. */
  add(device: string, id: string): void {
    const ring = this.#devices.get(device) ?? { ids: [], oldest: 0 };
    this.#devices.delete(device);
    this.#devices.set(device, ring);
    if (ring.ids.length < this.#limits.perDevice) ring.ids.push(id);
    else {
      ring.ids[ring.oldest] = id;
      ring.oldest = (ring.oldest + 1) % ring.ids.length;
    }
    if (this.#devices.size > this.#limits.devices) this.#forgetOne();
  }

  #forgetOne(): void {
    for (const first of this.#devices.keys()) {
      this.#devices.delete(first);
      return;
    }
  }
}
