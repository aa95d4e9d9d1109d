import process from "node:process";
import { pause } from "../bed/until.ts";

export interface StallsSettings {
  /** Whose turn it is; `undefined`: nobody's. */
  readonly pid: () => number | undefined;
  /** Each of them, ms; 0: there is none. */
  readonly forMs: number;
  /** Between two of them, ms. */
  readonly restMs: number;
}

/** A process that stands still again and again: its connections stay open, and nobody answers. */
export class Stalls {
  readonly #settings: StallsSettings;
  readonly #done: Promise<void>;
  #running = true;
  #count = 0;

  constructor(settings: StallsSettings) {
    this.#settings = settings;
    this.#done = this.#run();
  }

  get count(): number {
    return this.#count;
  }

  /** Resolves when nobody is held any more. */
  async stop(): Promise<void> {
    this.#running = false;
    await this.#done;
  }

  async #run(): Promise<void> {
    const { pid, forMs, restMs } = this.#settings;
    while (this.#running && forMs > 0) {
      const held = pid();
      if (held !== undefined && signal(held, "SIGSTOP")) {
        this.#count += 1;
        await pause(forMs);
        signal(held, "SIGCONT");
      }
      await pause(restMs);
    }
  }
}

/** `false`: it has died meanwhile. */
function signal(pid: number, name: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, name);
  } catch (_gone) {
    return false;
  }
}
