import { type BackoffSettings, pauseBefore } from "../../../adapters/kit/backoff.ts";
import type { Random, Transport } from "../../../adapters/kit/ports.ts";
import type { Machine } from "../../../adapters/kit/step.ts";
import { type Instant, later } from "../../../adapters/kit/time.ts";
import { Driver } from "../../../adapters/io/drive.ts";
import type { Timers } from "../../../adapters/io/timers.ts";
import type { AnsweringOutcome } from "../answering.ts";
import type { SimulatedDevice } from "../device.ts";
import type { InitiativeOutcome } from "../initiative.ts";

export interface Address {
  readonly host: string;
  readonly port: number;
}

export interface FleetDeviceParts {
  readonly device: SimulatedDevice;
  /** The platform's addresses in the order the device tries them. */
  readonly platforms: readonly Address[];
  readonly dial: (address: Address) => Promise<Transport>;
  readonly timers: Timers;
  readonly random: Random;
}

/** Between two tries of the same thing. Field devices wait a minute; the simulated ones are impatient, to show gaps. */
const AGAIN: BackoffSettings = { firstMs: 20, maxMs: 1_000, factor: 2, jitter: 0.5 };

/** Runs one simulated device on real transports until it is stopped. */
export class FleetDevice {
  readonly #parts: FleetDeviceParts;
  readonly #open = new Set<Transport>();
  #platform = 0;
  #failures = 0;
  #stopped = false;
  #cancelSleep: (() => void) | undefined;

  constructor(parts: FleetDeviceParts) {
    this.#parts = parts;
  }

  async run(): Promise<void> {
    const { device, timers } = this.#parts;
    while (!this.#stopped) {
      const wakeAt = device.tick(timers.now());
      const conversation = device.next(timers.now());
      if (conversation === undefined) {
        await this.#sleepUntil(wakeAt);
        continue;
      }
      const told = await this.#tell(conversation);
      this.#failures = told ? 0 : this.#failures + 1;
      if (told) continue;
      this.#platform = (this.#platform + 1) % this.#parts.platforms.length;
      // The other address is tried at once; only a round without luck is followed by a pause.
      if (this.#failures % this.#parts.platforms.length === 0) await this.#pause();
    }
  }

  /** Somebody dialled the device. */
  async answer(transport: Transport): Promise<void> {
    await this.#drive(this.#parts.device.answer(), transport);
  }

  stop(): void {
    this.#stopped = true;
    this.#cancelSleep?.();
    for (const transport of this.#open) transport.destroy();
  }

  async #tell(conversation: ReturnType<SimulatedDevice["next"]> & object): Promise<boolean> {
    const address = this.#parts.platforms[this.#platform];
    if (address === undefined) return false;
    let transport: Transport;
    try {
      transport = await this.#parts.dial(address);
    } catch (_unreachable) {
      return false;
    }
    let answered = false;
    await this.#drive(conversation, transport, (outcome) => {
      answered = outcome.kind === "answered";
    });
    return answered;
  }

  async #drive<Outcome extends InitiativeOutcome | AnsweringOutcome>(
    machine: Machine<Outcome>,
    transport: Transport,
    take: (outcome: Outcome) => void = () => {},
  ): Promise<void> {
    if (this.#stopped) {
      transport.destroy();
      return;
    }
    this.#open.add(transport);
    const driver = new Driver<Outcome>({ machine, transport, timers: this.#parts.timers, permit: () => true, take });
    await driver.run();
    this.#open.delete(transport);
  }

  #pause(): Promise<void> {
    const { timers, random } = this.#parts;
    const rounds = this.#failures / this.#parts.platforms.length;
    return this.#sleepUntil(later(timers.now(), pauseBefore(rounds, AGAIN, random)));
  }

  #sleepUntil(at: Instant | undefined): Promise<void> {
    const { timers } = this.#parts;
    return new Promise((resolve) => {
      const until = at ?? later(timers.now(), 1_000);
      const cancel = timers.at(until, resolve);
      this.#cancelSleep = () => {
        cancel();
        resolve();
      };
    });
  }
}
