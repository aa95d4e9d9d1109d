import { CommandClient } from "../../../core-client/command-client.ts";

export interface CommandTotals {
  sent: number;
  ended: number;
  readonly byState: Record<string, number>;
}

const DEADLINE_MS = 30_000;

/** Switches lights, as a core would: one command after another to one device after another. */
export class DemoCommands {
  readonly totals: CommandTotals = { sent: 0, ended: 0, byState: {} };
  readonly #client: CommandClient;
  readonly #devices: readonly string[];
  readonly #open = new Set<Promise<void>>();

  constructor(redisUrl: string, devices: readonly string[]) {
    this.#client = new CommandClient({ redis: redisUrl });
    this.#devices = devices;
  }

  sendOne(): void {
    const number = this.totals.sent;
    const device = this.#devices[number % this.#devices.length];
    if (device === undefined) return;
    this.totals.sent += 1;
    const running = this.#follow(`demo-${process.pid}-${number}`, device, number % 2 === 0).catch(() =>
      this.#ended("unsettled"),
    );
    this.#open.add(running);
    void running.finally(() => this.#open.delete(running));
  }

  /** Waits until every command sent has ended. */
  async settle(): Promise<void> {
    await Promise.all(this.#open);
    await this.#client.close();
  }

  async #follow(uid: string, device: string, on: boolean): Promise<void> {
    const until = Date.now() + DEADLINE_MS;
    const request = {
      uid,
      device,
      action: "light.set",
      value: on ? { on, dimValue: 50 } : { on },
      deadline: new Date(until).toISOString(),
      idempotent: true,
      maxAttempts: 3,
      issuedBy: "demo",
    };
    // The queue may be away for a while: sending is repeated, and the uid makes it one command.
    for (let sent = false; !sent && Date.now() < until; ) {
      try {
        await this.#client.send(request, { group: "main" });
        sent = true;
      } catch (_redisIsAway) {
        await new Promise((resolve) => setTimeout(resolve, 200));
      }
    }
    while (Date.now() < until + DEADLINE_MS) {
      try {
        const record = await this.#client.result(uid, { timeoutMs: DEADLINE_MS, where: { group: "main" } });
        this.#ended(record.state);
        return;
      } catch (_notYet) {
        await new Promise((resolve) => setTimeout(resolve, 200));
      }
    }
    this.#ended("unsettled");
  }

  #ended(state: string): void {
    this.totals.ended += 1;
    this.totals.byState[state] = (this.totals.byState[state] ?? 0) + 1;
  }
}
