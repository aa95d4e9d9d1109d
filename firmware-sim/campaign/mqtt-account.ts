import type { Message } from "../../edge-agent/model/message.ts";

/** What the account of a run comes to. */
export interface MqttVerdict {
  readonly published: number;
  readonly acknowledged: number;
  /** Values that reached the core. */
  readonly delivered: number;
  /** Acknowledged to the device, and not at the core. */
  readonly lost: readonly string[];
  /** At the core under two ids: an effect twice. */
  readonly twice: readonly string[];
  /** QoS 2 values that were committed again, even under their one id. */
  readonly repeatedExactlyOnce: readonly string[];
  /** QoS 1 values a device had to say again, recognised at the core by their one id. */
  readonly recognised: number;
  /** Handed over again with a job the core had not finished. */
  readonly redelivered: number;
  /** Of one device, at the core before what it said earlier. */
  readonly disordered: readonly string[];
  /** The same of messages that say so: `late`, of an agent that was not there when the next one began. */
  readonly late: number;
  /** Values no device ever published. */
  readonly invented: readonly string[];
  /** Wills that spoke although no device has died. */
  readonly wills: number;
}

interface Entry {
  readonly qos: 1 | 2;
  readonly device: string;
  readonly number: number;
  isAcknowledged: boolean;
  readonly ids: Set<string>;
  /** Jobs of the queue it came with. */
  readonly jobs: Set<string>;
  deliveries: number;
}

/**
 * Keeps the books of devices and of the core, each from what it has seen itself: what devices published and were thanked
 * for, and what a core was handed. The gateway is never asked.
 */
export class MqttAccount {
  readonly #entries = new Map<string, Entry>();
  readonly #invented: string[] = [];
  readonly #disordered: string[] = [];
  /** The highest number of a device that the core has seen. */
  readonly #highest = new Map<string, number>();
  #acknowledged = 0;
  #late = 0;
  #wills = 0;

  get acknowledged(): number {
    return this.#acknowledged;
  }

  /** @param number is larger than every one before of this device */
  published(device: string, number: number, qos: 1 | 2): void {
    this.#entries.set(keyOf(device, number), {
      qos,
      device,
      number,
      isAcknowledged: false,
      ids: new Set(),
      jobs: new Set(),
      deliveries: 0,
    });
  }

  /** PUBACK or PUBCOMP has come. */
  thanked(device: string, number: number): void {
    const entry = this.#entries.get(keyOf(device, number));
    if (entry === undefined || entry.isAcknowledged) return;
    entry.isAcknowledged = true;
    this.#acknowledged += 1;
  }

  /**
   * The core was handed a message, for the first time or again.
   *
   * @param job one that the core took and did not finish in time comes again: what was committed once is handed over twice then
   */
  delivered(message: Message, job: string): void {
    if (message.type !== "busbar.reading.v1") return;
    const [point] = message.data.points;
    if (point?.name === "dead") this.#wills += 1;
    if (point?.name !== "n") return;
    const key = keyOf(message.subject, Number(point.value));
    const entry = this.#entries.get(key);
    if (entry === undefined) {
      this.#invented.push(key);
      return;
    }
    if (entry.deliveries === 0) {
      const highest = this.#highest.get(entry.device) ?? 0;
      if (entry.number < highest && message.late === true) this.#late += 1;
      else if (entry.number < highest) this.#disordered.push(`${key} after ${highest}`);
      this.#highest.set(entry.device, Math.max(highest, entry.number));
    }
    entry.deliveries += 1;
    entry.ids.add(message.id);
    entry.jobs.add(job);
  }

  /** Whether the core has all that devices were thanked for. */
  get isSettled(): boolean {
    for (const one of this.#entries.values()) if (one.isAcknowledged && one.deliveries === 0) return false;
    return true;
  }

  verdict(): MqttVerdict {
    const all = [...this.#entries];
    const those = (which: (one: Entry) => boolean): string[] =>
      all.filter(([, entry]) => which(entry)).map(([key, { qos }]) => `${key} (QoS ${qos})`);
    return {
      published: all.length,
      acknowledged: this.#acknowledged,
      delivered: all.filter(([, one]) => one.deliveries > 0).length,
      lost: those((one) => one.isAcknowledged && one.deliveries === 0),
      twice: those((one) => one.ids.size > 1),
      repeatedExactlyOnce: those((one) => one.qos === 2 && one.jobs.size > 1),
      recognised: all.filter(([, one]) => one.qos === 1 && one.jobs.size > 1 && one.ids.size === 1).length,
      redelivered: all.filter(([, one]) => one.deliveries > one.jobs.size).length,
      disordered: this.#disordered,
      late: this.#late,
      invented: this.#invented,
      wills: this.#wills,
    };
  }
}

/** The promises that did not hold; empty where all did. */
export function brokenPromises(verdict: MqttVerdict): readonly string[] {
  const { lost, twice, repeatedExactlyOnce, disordered, invented, wills } = verdict;
  const broken: string[] = [];
  const tell = (what: string, which: readonly string[]): void => {
    if (which.length > 0) broken.push(`${which.length} ${what}, such as ${which.slice(0, 3).join(", ")}`);
  };
  tell("acknowledged and lost", lost);
  tell("at the core under two ids", twice);
  tell("of QoS 2 committed twice", repeatedExactlyOnce);
  tell("out of order", disordered);
  tell("that nobody published", invented);
  if (wills > 0) broken.push(`${wills} wills of devices that live`);
  return broken;
}

function keyOf(device: string, number: number): string {
  return `${device} ${number}`;
}
