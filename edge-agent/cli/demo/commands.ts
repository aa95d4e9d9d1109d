import { CommandClient } from "../../../core-client/command-client.ts";
import type { DemoPart, PartCommand } from "./part.ts";

export interface CommandTotals {
  sent: number;
  ended: number;
  readonly byState: Record<string, number>;
}

const DEADLINE_MS = 30_000;

/** Switches lights and asks the other parts' devices, as a core would: one command after another, each to the next. */
export class DemoCommands {
  readonly totals: CommandTotals = { sent: 0, ended: 0, byState: {} };
  readonly #client: CommandClient;
  readonly #sources: readonly ((n: number) => PartCommand | undefined)[];
  readonly #open = new Set<Promise<void>>();

  constructor(redisUrl: string, lights: readonly string[], parts: readonly DemoPart[]) {
    this.#client = new CommandClient({ redis: redisUrl });
    this.#sources = [(n) => lightCommand(lights, n), ...parts.map((part) => (n: number) => part.command(n))];
  }

  sendOne(): void {
    const number = this.totals.sent;
    const source = this.#sources[number % this.#sources.length];
    const command = source?.(Math.floor(number / this.#sources.length)) ?? this.#sources[0]?.(number);
    if (command === undefined) return;
    this.totals.sent += 1;
    const running = this.#follow(`demo-${process.pid}-${number}`, command).catch(() => this.#ended("unsettled"));
    this.#open.add(running);
    void running.finally(() => this.#open.delete(running));
  }

  /** Waits until every command sent has ended. */
  async settle(): Promise<void> {
    await Promise.all(this.#open);
    await this.#client.close();
  }

  async #follow(uid: string, command: PartCommand): Promise<void> {
    const until = Date.now() + DEADLINE_MS;
    const request = {
      uid,
      ...command,
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

function lightCommand(devices: readonly string[], n: number): PartCommand | undefined {
  const device = devices[n % devices.length];
  const on = n % 2 === 0;
  return device === undefined ? undefined : { device, action: "light.set", value: on ? { on, dimValue: 50 } : { on } };
}
