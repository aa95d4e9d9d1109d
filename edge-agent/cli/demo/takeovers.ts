import type { Accounts } from "./accounts.ts";

export interface Takeover {
  readonly reason: string;
  /** From the fault to the first acknowledgement any device got afterwards. */
  readonly ms: number;
}

/** Measures what the devices see of a fault. */
export class TakeoverWatch {
  readonly #accounts: Accounts;
  readonly takeovers: Takeover[] = [];

  constructor(accounts: Accounts) {
    this.#accounts = accounts;
  }

  /** Commits the fault and waits, at most `patienceMs`, until a device is acknowledged again. */
  async during(reason: string, fault: () => void | Promise<void>, patienceMs: number): Promise<void> {
    const at = performance.now();
    await fault();
    const acknowledged = this.#accounts.nextAcknowledged();
    const timeout = new Promise<undefined>((resolve) => setTimeout(() => resolve(undefined), patienceMs).unref());
    const next = await Promise.race([acknowledged, timeout]);
    this.takeovers.push({ reason, ms: Math.round((next ?? at + patienceMs) - at) });
  }
}
