import { QOS2_OPEN } from "./limits.ts";

/**
 * The receiver's half of QoS 2 [MQTT-4.3.3]: packet identifiers of one device whose PUBLISH is stored and whose PUBREL has
 * not come. It travels in the device's memory, stored in the same step as the message, so that the next active agent takes
 * a repeated PUBLISH for what it is.
 */
export class Qos2Window {
  readonly #open = new Map<number, string>();
  /** A run of ascending packet identifiers: named by the reign it began in and a number; 0.0 with a device's first message. */
  #turn = { epoch: 0, count: 0 };
  /** The highest identifier of the turn. */
  #last = 0;

  /** Reads what `toText` wrote; anything else is an empty window. */
  constructor(text: unknown = "") {
    if (typeof text !== "string") return;
    for (const entry of text.split(",")) {
      const match = /^(\d{1,5})=([0-9a-f]{8})$/.exec(entry);
      const turn = /^@(\d{1,10})\.(\d{1,15})\/(\d{1,5})$/.exec(entry);
      if (turn !== null) {
        this.#turn = { epoch: Number(turn[1]), count: Number(turn[2]) };
        this.#last = Number(turn[3]);
      }
      if (match !== null && this.#open.size < QOS2_OPEN) this.#open.set(Number(match[1]), match[2] ?? "");
    }
  }

  get size(): number {
    return this.#open.size;
  }

  get isFull(): boolean {
    return this.#open.size >= QOS2_OPEN;
  }

  /** Whether this identifier is open with the same content: the device has not heard our PUBREC. */
  isRepeat(packetId: number, digest: string): boolean {
    return this.#open.get(packetId) === digest.slice(0, 8);
  }

  has(packetId: number): boolean {
    return this.#open.has(packetId);
  }

  /**
   * Returns what tells the message from others of the same content. It follows from what is remembered of the device and from
   * the identifier: where an agent stored a message that nobody was thanked for, and it comes to light later than its repeat
   * at the next agent, both have the same. An identifier that does not ascend begins a turn under the name of this reign, so
   * that none is ever given to two messages.
   */
  open(packetId: number, digest: string, epoch: number): string {
    this.#open.delete(packetId);
    this.#open.set(packetId, digest.slice(0, 8));
    if (packetId <= this.#last) {
      const count = this.#turn.epoch === epoch ? this.#turn.count + 1 : 1;
      this.#turn = { epoch, count };
    }
    this.#last = packetId;
    return `qos2 ${this.#turn.epoch}.${this.#turn.count}/${packetId}`;
  }

  release(packetId: number): boolean {
    return this.#open.delete(packetId);
  }

  toText(): string {
    const { epoch, count } = this.#turn;
    const turn = this.#last === 0 ? [] : [`@${epoch}.${count}/${this.#last}`];
    return [...turn, ...[...this.#open].map(([packetId, digest]) => `${packetId}=${digest}`)].join(",");
  }
}
