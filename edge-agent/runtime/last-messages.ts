import type { Message } from "../model/message.ts";

const PER_DEVICE = 8;
/** Of all devices together, in values: a reading has a few, a profile many. About 4 MiB. */
const VALUES = 20_000;

interface Remembered {
  /** Oldest first. */
  readonly messages: Message[];
  values: number;
}

/** The last messages of each device, for people who ask what it said; bounded over all devices, the longest silent go first. */
export class LastMessages {
  /** The device that spoke last is the last in the map. */
  readonly #devices = new Map<string, Remembered>();
  #values = 0;

  get values(): number {
    return this.#values;
  }

  note(messages: readonly Message[]): void {
    for (const message of messages) this.#add(message);
    for (const [device, remembered] of this.#devices) {
      if (this.#values <= VALUES) return;
      this.#devices.delete(device);
      this.#values -= remembered.values;
    }
  }

  /** Newest first. */
  of(device: string): readonly Message[] {
    return [...(this.#devices.get(device)?.messages ?? [])].reverse();
  }

  #add(message: Message): void {
    const remembered = this.#devices.get(message.subject) ?? { messages: [], values: 0 };
    this.#devices.delete(message.subject);
    this.#devices.set(message.subject, remembered);
    const { messages } = remembered;
    messages.push(message);
    const forgotten = messages.length > PER_DEVICE ? messages.shift() : undefined;
    const change = valuesIn(message) - (forgotten === undefined ? 0 : valuesIn(forgotten));
    remembered.values += change;
    this.#values += change;
  }
}

/** About how much a message holds. */
function valuesIn(message: Message): number {
  const { data } = message;
  if ("rows" in data) return 5 + data.rows.length * (1 + data.columns.length);
  return 5 + ("points" in data ? (data.points?.length ?? 0) : 0);
}
