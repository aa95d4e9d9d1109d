import { type BackoffSettings, pauseBefore } from "../../../adapters/kit/backoff.ts";
import { type EdgeError, toEdgeError } from "../../../adapters/kit/edge-error.ts";
import type { Random, Transport } from "../../../adapters/kit/ports.ts";
import type { Machine } from "../../../adapters/kit/step.ts";
import { type DurationMs, type Instant, later } from "../../../adapters/kit/time.ts";
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
  /** Told of every address that could not be reached. */
  readonly unreachable?: (address: Address, fault: EdgeError) => void;
  /** A device that has nothing to do looks again after so long, ms. */
  readonly idleMs?: DurationMs;
  /** Between two tries of the same thing, after a round without luck. */
  readonly again?: BackoffSettings;
}

/** Field devices wait a minute; the simulated ones are impatient, to show gaps. */
export const AGAIN: BackoffSettings = { firstMs: 20, maxMs: 1_000, factor: 2, jitter: 0.5 };

const IDLE_MS = 1_000;

/** Runs one simulated device on real transports until it is stopped. */
export class FleetDevice {
  readonly #parts: FleetDeviceParts;
  readonly #open = new Set<Transport>();
  #platform = 0;
  #failures = 0;
  #refusals = 0;
  #stopped = false;
  #cancelSleep: (() => void) | undefined;
  /** Ends a sleep in which there was nothing to do. */
  #rouse: (() => void) | undefined;

  constructor(parts: FleetDeviceParts) {
    this.#parts = parts;
  }

  async run(): Promise<void> {
    const { device, timers } = this.#parts;
    while (!this.#stopped) {
      const wakeAt = device.tick(timers.now());
      const conversation = device.next(timers.now());
      if (conversation === undefined) {
        const sleep = this.#sleepUntil(wakeAt);
        this.#rouse = this.#cancelSleep;
        await sleep;
        this.#rouse = undefined;
        continue;
      }
      const outcome = await this.#tell(conversation);
      this.#refusals = outcome === "refused" ? this.#refusals + 1 : 0;
      this.#failures = outcome === "not-answered" ? this.#failures + 1 : 0;
      if (outcome === "not-answered") {
        this.#platform = (this.#platform + 1) % this.#parts.platforms.length;
        // The other address is tried at once; only a round without luck is followed by a pause.
        if (this.#failures % this.#parts.platforms.length === 0) {
          await this.#pause(this.#failures / this.#parts.platforms.length);
        }
      }
      // Refused once, a device registers anew at once; refused again, it takes its time.
      if (this.#refusals > 1) await this.#pause(this.#refusals - 1);
    }
  }

  /** Somebody dialled the device. What it was told may be something to do now. */
  async answer(transport: Transport): Promise<void> {
    await this.#drive(this.#parts.device.answer(), transport, () => this.#rouse?.());
  }

  stop(): void {
    this.#stopped = true;
    this.#cancelSleep?.();
    for (const transport of this.#open) transport.destroy();
  }

  async #tell(conversation: ReturnType<SimulatedDevice["next"]> & object): Promise<InitiativeOutcome["kind"]> {
    const address = this.#parts.platforms[this.#platform];
    if (address === undefined) return "not-answered";
    let transport: Transport;
    try {
      transport = await this.#parts.dial(address);
    } catch (thrown) {
      if (!this.#stopped) this.#parts.unreachable?.(address, toEdgeError(thrown, "transport.failed"));
      return "not-answered";
    }
    let kind: InitiativeOutcome["kind"] = "not-answered";
    await this.#drive(conversation, transport, (outcome) => {
      kind = outcome.kind;
      // Nobody waits for the goodbye of a platform that does not answer.
      if (kind === "not-answered") transport.destroy();
    });
    return kind;
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

  #pause(rounds: number): Promise<void> {
    const { timers, random } = this.#parts;
    return this.#sleepUntil(later(timers.now(), pauseBefore(rounds, this.#parts.again ?? AGAIN, random)));
  }

  #sleepUntil(at: Instant | undefined): Promise<void> {
    const { timers } = this.#parts;
    return new Promise((resolve) => {
      const until = at ?? later(timers.now(), this.#parts.idleMs ?? IDLE_MS);
      const cancel = timers.at(until, resolve);
      this.#cancelSleep = () => {
        cancel();
        resolve();
      };
    });
  }
}
