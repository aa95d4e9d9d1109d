import { invariant } from "../../adapters/kit/invariant.ts";
import { earliest, type Instant } from "../../adapters/kit/time.ts";
import type { SimulatedMeter } from "./meter.ts";
import { logicalDeviceName } from "./meter-state.ts";

/** The meters behind one address: one, or several logical devices of one physical device. */
export class MeterPost {
  readonly #meters = new Map<number, SimulatedMeter>();

  constructor(meters: readonly SimulatedMeter[]) {
    for (const meter of meters) {
      const { logicalDevice } = meter.state.identity;
      invariant(!this.#meters.has(logicalDevice), "logical devices at one address have SAPs of their own");
      this.#meters.set(logicalDevice, meter);
    }
    const list = meters.map(({ state: { identity } }) => ({
      sap: identity.logicalDevice,
      name: logicalDeviceName(identity),
    }));
    for (const meter of meters) meter.standsBeside(() => list);
  }

  get meters(): Iterable<SimulatedMeter> {
    return this.#meters.values();
  }

  at(sap: number): SimulatedMeter | undefined {
    return this.#meters.get(sap);
  }

  /** Lets time pass for all of them. */
  tick(now: Instant): Instant | undefined {
    return earliest(...[...this.#meters.values()].map((meter) => meter.tick(now)));
  }
}
