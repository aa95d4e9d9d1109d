import type { DeviceLog } from "../../../firmware-sim/oslp/device-state.ts";

/** One line of the core's journal, as far as the accounts need it. */
export interface ReceivedMessage {
  readonly id: string;
  readonly type: string;
  readonly subject: string;
  readonly data?: { readonly text?: string };
}

export interface Balance {
  /** Events the simulated devices were acknowledged for. */
  readonly sent: number;
  /** Of them, those found in the core's journal. */
  readonly received: number;
  readonly lost: number;
  /** Messages whose effect the core applied more than once. */
  readonly duplicates: number;
  /** Events of one device applied after a later event of the same device. */
  readonly outOfOrder: number;
}

/**
 * The books of a run: what every device was acknowledged for, written by the devices alone, against what the core has in
 * its journal. No part of the agents has a hand in either.
 */
export class Accounts {
  readonly #acknowledged = new Map<string, string[]>();
  readonly executed: Map<string, number> = new Map();
  #lastAt: number | undefined;
  #count = 0;
  readonly #waiting: ((at: number) => void)[] = [];

  /** Events acknowledged so far. */
  get acknowledged(): number {
    return this.#count;
  }

  get lastAcknowledgedAt(): number | undefined {
    return this.#lastAt;
  }

  /** Resolves with the instant of the next acknowledgement any device gets. */
  nextAcknowledged(): Promise<number> {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  logOf(device: string): DeviceLog {
    const mine: string[] = [];
    this.#acknowledged.set(device, mine);
    return {
      acknowledged: ({ description }) => {
        mine.push(description);
        this.#count += 1;
        this.#lastAt = performance.now();
        for (const resolve of this.#waiting.splice(0)) resolve(this.#lastAt);
      },
      executed: ({ member }) => {
        this.executed.set(member, (this.executed.get(member) ?? 0) + 1);
      },
      note: () => {},
    };
  }

  balance(journal: Iterable<ReceivedMessage>): Balance {
    const ids = new Set<string>();
    const heard = new Map<string, string[]>();
    let duplicates = 0;
    for (const message of journal) {
      if (ids.has(message.id)) duplicates += 1;
      ids.add(message.id);
      const text = message.data?.text;
      if (message.type !== "busbar.event.v1" || text === undefined) continue;
      const list = heard.get(message.subject);
      if (list === undefined) heard.set(message.subject, [text]);
      else list.push(text);
    }
    let received = 0;
    let outOfOrder = 0;
    for (const [device, sent] of this.#acknowledged) {
      const list = heard.get(device) ?? [];
      const known = new Set(list);
      received += sent.filter((text) => known.has(text)).length;
      outOfOrder += countOutOfOrder(list);
    }
    return { sent: this.#count, received, lost: this.#count - received, duplicates, outOfOrder };
  }
}

/** Texts end in `#N`, counted by the device: N must grow. */
function countOutOfOrder(texts: readonly string[]): number {
  let highest = 0;
  let count = 0;
  for (const text of texts) {
    const number = Number(/#(\d+)$/.exec(text)?.[1] ?? Number.NaN);
    if (Number.isNaN(number)) continue;
    if (number < highest) count += 1;
    else highest = number;
  }
  return count;
}
