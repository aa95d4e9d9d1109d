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
  /** What the ids end in, as numbers: they lie together, and texts are compared only where they are the same. */
  readonly ends: number[];
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
    const ring = this.#devices.get(device);
    if (ring === undefined) return false;
    const end = endOf(id);
    for (let at = ring.ends.indexOf(end); at >= 0; at = ring.ends.indexOf(end, at + 1)) {
      if (ring.ids[at] === id) return true;
    }
    return false;
  }

  /** Only what is durable may be added, and what is not known yet: what is added again is kept twice. */
  add(device: string, id: string): void {
    const ring = this.#devices.get(device) ?? { ids: [], ends: [], oldest: 0 };
    this.#devices.delete(device);
    this.#devices.set(device, ring);
    if (ring.ids.length < this.#limits.perDevice) {
      ring.ids.push(id);
      ring.ends.push(endOf(id));
    } else {
      ring.ids[ring.oldest] = id;
      ring.ends[ring.oldest] = endOf(id);
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

/** Of the last four characters; ids nearly always end in a digest. */
function endOf(id: string): number {
  let end = 0;
  for (let at = Math.max(0, id.length - 4); at < id.length; at++) end = (end << 7) ^ id.charCodeAt(at);
  return end;
}
