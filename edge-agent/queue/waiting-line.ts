import type { EdgeError } from "../../adapters/kit/edge-error.ts";
import { Fifo } from "../../adapters/kit/fifo.ts";
import type { Instant } from "../../adapters/kit/time.ts";
import { type Load, type ScriptLimits, ScriptTally } from "./load.ts";

/** Who wants to know how an entry ended. Neither throws. */
export interface Settled {
  /** It is durable. */
  resolve(): void;
  reject(fault: EdgeError): void;
}

/** An entry that waits for its turn. */
export interface Waiting {
  readonly load: Load;
  readonly takenAt: Instant;
  readonly settled: Settled;
}

export interface WaitingLimits {
  /** Entries and bytes of JSON that may wait. */
  readonly waitingEntries: number;
  readonly waitingBytes: number;
}

/** Entries in the order they came, and how much of them there is. */
export class WaitingLine {
  readonly #limits: WaitingLimits;
  readonly #entries = new Fifo<Waiting>();
  #bytes = 0;
  #messages = 0;

  constructor(limits: WaitingLimits) {
    this.#limits = limits;
  }

  get entries(): number {
    return this.#entries.length;
  }

  get messages(): number {
    return this.#messages;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get oldest(): Instant | undefined {
    return this.#entries.peek()?.takenAt;
  }

  hasRoomFor(load: Load): boolean {
    return this.entries < this.#limits.waitingEntries && this.#bytes + load.bytes <= this.#limits.waitingBytes;
  }

  push(one: Waiting): void {
    this.#entries.push(one);
    this.#bytes += one.load.bytes;
    this.#messages += one.load.messages.length;
  }

  /** Takes from the front what one script carries. */
  takeScript(limits: ScriptLimits): Waiting[] {
    const tally = new ScriptTally(limits);
    const taken: Waiting[] = [];
    for (let next = this.#entries.peek(); next !== undefined; next = this.#entries.peek()) {
      if (!tally.takes(next.load)) break;
      taken.push(next);
      this.#shift();
    }
    return taken;
  }

  takeAll(): Waiting[] {
    const taken = [...this.#entries];
    while (this.entries > 0) this.#shift();
    return taken;
  }

  #shift(): void {
    const one = this.#entries.shift();
    this.#bytes -= one?.load.bytes ?? 0;
    this.#messages -= one?.load.messages.length ?? 0;
  }
}
