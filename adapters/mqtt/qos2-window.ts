import { QOS2_OPEN } from "./limits.ts";

/**
 * The receiver's half of QoS 2 [MQTT-4.3.3]: packet identifiers of one device whose PUBLISH is stored and whose PUBREL has
 * not come. It travels in the device's memory, stored in the same step as the message, so that the next active agent takes
 * a repeated PUBLISH for what it is.
 */
export class Qos2Window {
  readonly #open = new Map<number, string>();

  /** Reads what `toText` wrote; anything else is an empty window. */
  constructor(text: unknown = "") {
    if (typeof text !== "string") return;
    for (const entry of text.split(",")) {
      const match = /^(\d{1,5})=([0-9a-f]{8})$/.exec(entry);
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

  open(packetId: number, digest: string): void {
    this.#open.delete(packetId);
    this.#open.set(packetId, digest.slice(0, 8));
  }

  release(packetId: number): boolean {
    return this.#open.delete(packetId);
  }

  toText(): string {
    return [...this.#open].map(([packetId, digest]) => `${packetId}=${digest}`).join(",");
  }
}
