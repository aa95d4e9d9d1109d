import type { CancelTimer, Timers } from "../../adapters/io/timers.ts";
import { later } from "../../adapters/kit/time.ts";
import type { EndTurn } from "./device-turns.ts";

/** Devices hang up when they have their answer; one that leaves its connection open is not waited for any longer. */
export const LINGER_MS = 500;

/** The turn of a conversation a device opened: from its first request until it hangs up, or some time after its last answer. */
export class ConversationTurn {
  readonly #timers: Timers;
  #end: EndTurn | undefined;
  #cancelLinger: CancelTimer | undefined;
  #over = false;

  constructor(timers: Timers) {
    this.#timers = timers;
  }

  /** Resolves when it is this conversation's turn, or `take` says that it goes on without. */
  async begin(take: () => Promise<EndTurn | undefined>): Promise<void> {
    this.#letGo();
    const end = await take();
    if (this.#over) end?.();
    else this.#end = end;
  }

  /** What the device said is stored: its answer leaves now. */
  answered(): void {
    this.#cancelLinger?.();
    this.#cancelLinger = undefined;
    if (this.#end === undefined) return;
    this.#cancelLinger = this.#timers.at(later(this.#timers.now(), LINGER_MS), () => this.#letGo());
  }

  /** The conversation is over. */
  end(): void {
    this.#over = true;
    this.#letGo();
  }

  #letGo(): void {
    this.#cancelLinger?.();
    this.#cancelLinger = undefined;
    this.#end?.();
    this.#end = undefined;
  }
}
