import type { CancelTimer, Timers } from "../../adapters/io/timers.ts";
import { SeededRandom } from "../../adapters/kit/random.ts";
import { type DurationMs, later, SECOND_MS } from "../../adapters/kit/time.ts";
import type { Broker, Credentials } from "./broker-address.ts";
import { mixFor } from "./behaviour-mix.ts";
import type { BehaviourSettings } from "./behaviours/roster.ts";
import { SimulatedDevice } from "./device.ts";
import type { FleetMember } from "./fleet-plan.ts";
import type { DeviceLog } from "./log.ts";

export interface FleetParts {
  readonly members: readonly FleetMember[];
  /** Tried in turn. */
  readonly brokers: readonly Broker[];
  readonly credentials: Credentials;
  readonly protocolVersion: 4 | 5;
  readonly seed: string;
  readonly settings: BehaviourSettings;
  /** Devices that are switched on in a second. */
  readonly startsPerSecond: number;
  readonly timers: Timers;
  readonly logOf: (member: FleetMember) => DeviceLog;
}

const LEAVE_MS: DurationMs = 3 * SECOND_MS;

/** Many simulated devices in one process, each with a client of its own. */
export class Fleet {
  readonly #devices: readonly SimulatedDevice[];
  readonly #parts: FleetParts;
  readonly #starting = new Set<CancelTimer>();

  constructor(parts: FleetParts) {
    this.#parts = parts;
    const random = new SeededRandom(0).of(parts.seed);
    this.#devices = parts.members.map(
      (member) =>
        new SimulatedDevice({
          ...parts,
          member,
          behaviours: mixFor(member, parts.settings),
          random: random.of(member.uid),
          log: parts.logOf(member),
        }),
    );
  }

  get connected(): number {
    return this.#devices.filter(({ isConnected }) => isConnected).length;
  }

  /** Messages that wait for their acknowledgement. */
  get outstanding(): number {
    return this.#devices.reduce((total, device) => total + device.outstanding, 0);
  }

  start(): void {
    const { timers, startsPerSecond } = this.#parts;
    for (const [index, device] of this.#devices.entries()) {
      const at = later(timers.now(), (index / startsPerSecond) * SECOND_MS);
      const cancel = timers.at(at, () => {
        this.#starting.delete(cancel);
        device.start();
      });
      this.#starting.add(cancel);
    }
  }

  /** Waits a moment for what is on its way; then all take their leave. */
  async stop(): Promise<void> {
    for (const cancel of this.#starting) cancel();
    await Promise.all(this.#devices.map((device) => device.stop(LEAVE_MS)));
  }
}
