import type { Message } from "../edge-agent/model/message.ts";
import { positionOf } from "./position.ts";
import { SeenPositions } from "./seen-positions.ts";

/** What names a message for ever. */
export type MessageName = Pick<Message, "source" | "id">;

/**
 * Makes the effect of a message happen once although the message may come several times: the name is recorded in the same
 * transaction as the effect. Either both are there or neither.
 *
 * `Tx` is the transaction of the place where the effect goes; the inbox begins and ends none.
 */
export interface Inbox<Tx> {
  /** `repeat`: it was applied before, `effect` was not called. Rejects, with nothing recorded, where the effect rejects. */
  once(tx: Tx, message: Message, effect: () => Promise<void> | void): Promise<"applied" | "repeat">;
}

export function nameText(message: MessageName): string {
  return `${message.source} ${message.id}`;
}

export const REMEMBERED_IDS = 200_000;

/**
 * For effects in this process's memory, which end with it. Remembers positions for ever (bounded per device) and ids for the
 * last `REMEMBERED_IDS` messages.
 */
export class MemoryInbox implements Inbox<undefined> {
  readonly #seen = new SeenPositions();
  readonly #ids = new Set<string>();
  readonly #underWay = new Map<string, Promise<void>>();
  readonly #most: number;

  constructor(most: number = REMEMBERED_IDS) {
    this.#most = most;
  }

  async once(_tx: undefined, message: Message, effect: () => Promise<void> | void): Promise<"applied" | "repeat"> {
    const name = nameText(message);
    for (let other = this.#underWay.get(name); other !== undefined; other = this.#underWay.get(name)) {
      await other.catch(() => undefined);
    }
    const position = positionOf(message);
    const device = `${message.source} ${message.subject}`;
    if (this.#ids.has(name) || this.#seen.check(device, position) === "seen") return "repeat";
    const work = Promise.resolve().then(effect);
    this.#underWay.set(name, work);
    try {
      await work;
    } finally {
      this.#underWay.delete(name);
    }
    this.#seen.mark(device, position);
    this.#ids.add(name);
    if (this.#ids.size > this.#most) for (const oldest of this.#ids) return this.#forget(oldest);
    return "applied";
  }

  #forget(oldest: string): "applied" {
    this.#ids.delete(oldest);
    return "applied";
  }
}
