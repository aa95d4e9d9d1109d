import type { IedDevice, Relay } from "../device.ts";

/** How the device is wired where nobody said otherwise. */
const DEFAULT_RELAYS: readonly Relay[] = [
  { internal: 1, index: 1, kind: "tariff" },
  { internal: 2, index: 2, kind: "light" },
  { internal: 3, index: 3, kind: "light" },
  { internal: 4, index: 4, kind: "light" },
];

export function relaysOf(device: IedDevice): readonly Relay[] {
  return device.relays ?? DEFAULT_RELAYS;
}

/** The relays an index means: 0 are all lights. `undefined` where no relay has it. */
export function relaysAt(device: IedDevice, index: number): readonly Relay[] | undefined {
  const relays = relaysOf(device);
  const meant =
    index === 0 ? relays.filter((one) => one.kind === "light") : relays.filter((one) => one.index === index);
  return meant.length === 0 ? undefined : meant;
}

/** What the outside calls the relay of that internal number; 0 where nobody does. */
export function externalIndex(device: IedDevice, internal: number): number {
  return relaysOf(device).find((one) => one.internal === internal)?.index ?? 0;
}
