import type { WallMs } from "../../adapters/kit/time.ts";
import { HOUR_MS } from "../../adapters/kit/time.ts";
import type { Relay } from "./device-state.ts";

/** What a device has consumed, per relay and in all. */
export interface Meter {
  /** Up to when the below is counted. */
  countedTo: WallMs;
  wattHours: number;
  /** By relay index, milliseconds on. */
  readonly onMs: Map<number, number>;
}

/** A lamp at full light. */
export const LAMP_WATTS = 100;

/** Present power in watts. Tariff relays switch somebody else's load. */
export function powerOf(relays: readonly Relay[]): number {
  let watts = 0;
  for (const { on, type, dim } of relays) if (on && type === "LIGHT") watts += (LAMP_WATTS * dim) / 100;
  return watts;
}

/** Counts up to now with the relays as they are: to be called before they change. */
export function count(meter: Meter, relays: readonly Relay[], now: WallMs): void {
  const ms = Math.max(0, now - meter.countedTo);
  meter.wattHours += (powerOf(relays) * ms) / HOUR_MS;
  for (const { on, index } of relays) if (on) meter.onMs.set(index, (meter.onMs.get(index) ?? 0) + ms);
  meter.countedTo = now;
}
