import type { Clock } from "../../adapters/kit/ports.ts";
import { SECOND_MS, type WallMs } from "../../adapters/kit/time.ts";
import type { MessageType } from "../model/message.ts";
import { Tally } from "./distribution.ts";
import { ReignCounts } from "./reign-counts.ts";

const RATE_SECONDS = 10;

/** What one agent did since it started, in plain numbers. The metrics page and the status are made of these. */
export class Counters {
  messagesStored = 0;
  commandsConcluded = 0;
  refusals = 0;
  takeovers = 0;
  handovers = 0;
  stepDowns = 0;
  hookRuns = 0;
  hookFailures = 0;
  adapterRestarts = 0;
  lastStoredAt: WallMs | undefined;
  readonly messagesByType: Map<MessageType, number> = new Map();
  readonly commandsByEnd: Map<string, number> = new Map();
  /** What committers and command intakes counted. */
  readonly reigns: ReignCounts = new ReignCounts();
  /** From asking Redis to its answer. */
  readonly renewMs: Tally = new Tally();
  /** From a command's arrival to its end. */
  readonly commandMs: Tally = new Tally();
  readonly #clock: Clock;
  /** Messages of each of the last seconds, by second modulo the window. */
  readonly #perSecond: { second: number; messages: number }[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  stored(type: MessageType): void {
    this.messagesStored += 1;
    this.messagesByType.set(type, (this.messagesByType.get(type) ?? 0) + 1);
    this.lastStoredAt = this.#clock.wall();
    const second = this.#second();
    const slot = this.#perSecond[second % RATE_SECONDS];
    if (slot?.second === second) slot.messages += 1;
    else this.#perSecond[second % RATE_SECONDS] = { second, messages: 1 };
  }

  concluded(end: string): void {
    this.commandsConcluded += 1;
    this.commandsByEnd.set(end, (this.commandsByEnd.get(end) ?? 0) + 1);
  }

  /** Messages per second over the last ten whole seconds and the present one. */
  storedPerSecond(): number {
    const second = this.#second();
    let messages = 0;
    for (const slot of this.#perSecond)
      if (slot !== undefined && second - slot.second < RATE_SECONDS) messages += slot.messages;
    return messages / RATE_SECONDS;
  }

  #second(): number {
    return Math.floor(this.#clock.now() / SECOND_MS);
  }
}
