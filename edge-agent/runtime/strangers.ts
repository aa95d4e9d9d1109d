import type { RefusalRecord, UnknownDevice } from "../model/device-status.ts";

/** More than these, and the one that was silent for longest is forgotten: anybody may call himself anything. */
export const STRANGERS_KEPT = 1_000;

/** Keeps who was refused because nobody knows it, once for each name it gave. */
export class Strangers {
  /** The one refused last is the last in the map. */
  readonly #kept = new Map<string, UnknownDevice>();
  /** Given up for others since the beginning. */
  forgotten = 0;

  /** Whether it is one we had not heard of. */
  note({ at, protocol, peer, code, decoded: claimed }: RefusalRecord): boolean {
    if (claimed === undefined || !code.endsWith(".device.unknown")) return false;
    // By the name it gives itself; one that gives none, by all that it said.
    const key = JSON.stringify([protocol, claimed["identification"] ?? claimed]);
    const known = this.#kept.get(key);
    this.#kept.delete(key);
    this.#kept.set(key, {
      protocol,
      claimed,
      peer,
      firstAt: known?.firstAt ?? at,
      lastAt: at,
      times: (known?.times ?? 0) + 1,
    });
    const [oldest] = this.#kept.keys();
    if (oldest !== undefined && this.#kept.size > STRANGERS_KEPT) {
      this.#kept.delete(oldest);
      this.forgotten += 1;
    }
    return known === undefined;
  }

  /** The one refused last first. */
  all(): readonly UnknownDevice[] {
    return [...this.#kept.values()].reverse();
  }
}
