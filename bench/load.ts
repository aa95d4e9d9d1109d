import type { AgentPath } from "./agent-path.ts";
import type { ExampleDevice } from "./example-event.ts";

/** Keeps a source from running away from whoever comes behind the queue. */
export class Lead {
  readonly #most: number;
  #waiting: (() => void)[] = [];
  #applied = 0;
  said = 0;

  constructor(most: number) {
    this.#most = most;
  }

  get isFull(): boolean {
    return this.said - this.#applied >= this.#most;
  }

  applied(count: number): void {
    this.#applied = count;
    this.release();
  }

  /** Everybody looks again. */
  release(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const wake of waiting) wake();
  }

  free(): Promise<void> {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }
}

/** One event of a device, as its session would hand it over. Resolves when the device may be told "received". */
export function say(path: AgentPath, device: ExampleDevice): Promise<void> {
  const { drafts, memory } = device.next();
  path.work.heard(device.uid);
  return path.work.store(device.uid, drafts, memory);
}

/** Every device says the next thing when it was told that the last one was received, as OSLP devices do. */
export class StopAndWait {
  readonly #path: AgentPath;
  readonly #lead: Lead;
  #running: Promise<unknown> = Promise.resolve();
  #isOver = false;
  stored = 0;

  constructor(path: AgentPath, lead: Lead) {
    this.#path = path;
    this.#lead = lead;
  }

  begin(): void {
    this.#running = Promise.all(this.#path.devices.map((device) => this.#run(device)));
  }

  async halt(): Promise<void> {
    this.#isOver = true;
    this.#lead.release();
    await this.#running;
  }

  async #run(device: ExampleDevice): Promise<void> {
    for (;;) {
      while (this.#lead.isFull && !this.#isOver) await this.#lead.free();
      if (this.#isOver) return;
      this.#lead.said += 1;
      await say(this.#path, device);
      this.stored += 1;
    }
  }
}

export interface PacedReport {
  /** From when each event was due until its device could be told "received". */
  readonly ackMs: readonly number[];
  /** Events offered late, because machine or loop were busy. */
  readonly late: number;
  /** Events that were not taken: a device would say them again. */
  readonly refused: number;
}

/**
 * Events at a fixed rate from devices in turn, whatever happens to those before. A time counts from when the event was due:
 * a stall counts for everything that came into it.
 */
export function sayAtRate(
  path: AgentPath,
  pace: { readonly perSecond: number; readonly warmUpMs: number; readonly forMs: number },
): Promise<PacedReport> {
  const ackMs: number[] = [];
  const open = new Set<Promise<void>>();
  const start = performance.now();
  const all = Math.floor(((pace.warmUpMs + pace.forMs) * pace.perSecond) / 1_000);
  let said = 0;
  let late = 0;
  let refused = 0;
  const sayDue = (): void => {
    const now = performance.now();
    for (; said < all; said++) {
      const dueAt = start + (said * 1_000) / pace.perSecond;
      if (dueAt > now) return;
      if (now - dueAt > LATE_MS) late += 1;
      const device = path.devices[said % path.devices.length];
      if (device === undefined) return;
      const counts = dueAt - start >= pace.warmUpMs;
      const one = say(path, device)
        .then(
          () => {
            if (counts) ackMs.push(performance.now() - dueAt);
          },
          () => {
            refused += 1;
          },
        )
        .finally(() => open.delete(one));
      open.add(one);
    }
  };
  return new Promise((resolve, reject) => {
    const ticking = setInterval(() => {
      sayDue();
      if (said < all) return;
      clearInterval(ticking);
      Promise.all(open).then(() => resolve({ ackMs, late, refused }), reject);
    }, 1);
  });
}

/** An event offered so much later than due says that the machine, or the agent's own loop, was busy. */
const LATE_MS = 5;
