import type { Obis } from "../obis.ts";

/**
 * What an OBIS code is called (IEC 62056-6-1), canonical for the message model and in words for people. Value group by
 * value group: a code nobody listed still gets a name of its parts, and what has none gets `undefined`.
 */

/** Value groups A to F. */
export function obisGroups(name: Obis): readonly number[] {
  return name.split(".").map(Number);
}

const QUANTITIES: Readonly<Record<number, string>> = {
  1: "active.import",
  2: "active.export",
  3: "reactive.import",
  4: "reactive.export",
  5: "reactive.q1",
  6: "reactive.q2",
  7: "reactive.q3",
  8: "reactive.q4",
  9: "apparent.import",
  10: "apparent.export",
  15: "active.absolute",
  16: "active.net",
};

/** Canonical name of a point: `energy.active.import.total`, `voltage.l1`, `gas.volume`. */
export function pointName(name: Obis): string | undefined {
  const [a = 0, b = 0, c = 0, d = 0, e = 0] = obisGroups(name);
  if (a === 1) return electricityName(c, d, e);
  if (a === 0 && c === 24 && d === 2) return `mbus.${b}.value.${e}`;
  if (a === 0 && c === 96 && d === 7) return `power.failures.${e}`;
  if (a === 0 && c === 1 && d === 0) return "clock";
  if (a === 4) return `heat-cost.${c}.${d}.${e}`;
  const medium = MEDIA[a];
  return medium === undefined ? undefined : `${medium}.${c}.${d}.${e}`;
}

const MEDIA: Readonly<Record<number, string>> = { 5: "cooling", 6: "heat", 7: "gas", 8: "water.cold", 9: "water.hot" };

function electricityName(c: number, d: number, e: number): string | undefined {
  const phase = c > 20 && c < 80 ? `.l${Math.floor((c - 1) / 20)}` : "";
  const quantity = phase === "" ? c : ((c - 1) % 20) + 1;
  const power = QUANTITIES[quantity];
  if (power !== undefined) {
    if (d === 8 || d === 9 || d === 29) {
      const tariff = e === 0 ? ".total" : `.t${e}`;
      return `energy.${power}${phase}${tariff}${d === 29 ? ".interval" : ""}`;
    }
    const manner = MANNERS[d];
    return manner === undefined ? undefined : `power.${power}${phase}${manner}`;
  }
  const manner = MANNERS[d];
  if (quantity === 11 || quantity === 12) {
    const name = quantity === 11 ? "current" : "voltage";
    if (e === 124) return `${name}${phase}.thd${manner === "" ? "" : `.${d}`}`;
    return manner === undefined ? counted(`${name}${phase}`, d) : `${name}${phase}${manner}`;
  }
  if (quantity === 13 && manner !== undefined) return `power-factor${phase}${manner}`;
  if (quantity === 14 && manner !== undefined) return `frequency${manner}`;
  if (c === 90 && manner !== undefined) return `current.sum${manner}`;
  if (c === 91 && manner !== undefined) return `current.n${manner}`;
  return undefined;
}

/** Processing of value group D as a suffix. */
const MANNERS: Readonly<Record<number, string>> = {
  7: "",
  4: ".average",
  5: ".average",
  24: ".average",
  6: ".max",
  3: ".min",
};

function counted(base: string, d: number): string | undefined {
  switch (d) {
    case 32:
      return `${base}.sags`;
    case 33:
      return `${base}.sag.duration`;
    case 34:
      return `${base}.sag.magnitude`;
    case 36:
      return `${base}.swells`;
    case 37:
      return `${base}.swell.duration`;
    case 38:
      return `${base}.swell.magnitude`;
    default:
      return undefined;
  }
}

/** Objects every meter has at the same place, in words. */
const WELL_KNOWN: readonly (readonly [pattern: string, title: string])[] = [
  ["0.0.1.0.0.255", "clock"],
  ["0.0.2.0.0.255", "modem configuration"],
  ["0.0.2.1.0.255", "auto connect"],
  ["0.0.2.2.0.255", "auto answer"],
  ["0.0.10.0.*.255", "script table"],
  ["0.0.11.0.0.255", "special days"],
  ["0.0.12.0.0.255", "schedule"],
  ["0.0.13.0.0.255", "activity calendar"],
  ["0.0.14.0.0.255", "register activation"],
  ["0.0.15.*.*.255", "single action schedule"],
  ["0.0.16.*.*.255", "register monitor"],
  ["0.0.17.0.*.255", "limiter"],
  ["0.0.19.*.*.255", "payment metering"],
  ["0.0.20.0.0.255", "local port"],
  ["0.0.22.0.0.255", "HDLC setup"],
  ["0.*.24.1.0.255", "M-Bus client"],
  ["0.*.24.2.*.255", "M-Bus value"],
  ["0.*.24.3.*.255", "M-Bus profile"],
  ["0.*.24.9.0.255", "M-Bus diagnostic"],
  ["0.*.25.0.0.255", "TCP-UDP setup"],
  ["0.*.25.1.0.255", "IPv4 setup"],
  ["0.*.25.2.0.255", "MAC address"],
  ["0.*.25.3.0.255", "PPP setup"],
  ["0.*.25.4.0.255", "GPRS modem"],
  ["0.*.25.6.0.255", "GSM diagnostic"],
  ["0.*.25.7.0.255", "IPv6 setup"],
  ["0.*.25.9.0.255", "push setup"],
  ["0.0.40.0.*.255", "association"],
  ["0.0.41.0.0.255", "SAP assignment"],
  ["0.0.42.0.0.255", "logical device name"],
  ["0.0.43.0.*.255", "security setup"],
  ["0.0.43.1.*.255", "invocation counter"],
  ["0.0.44.0.0.255", "image transfer"],
  ["0.*.96.1.*.255", "device identification"],
  ["0.0.96.3.10.255", "disconnect control"],
  ["0.0.96.5.*.255", "operating status"],
  ["0.0.96.7.*.255", "power failures"],
  ["0.0.96.8.*.255", "operating time"],
  ["0.*.96.10.*.255", "profile status"],
  ["0.0.96.11.*.255", "event code"],
  ["0.0.97.97.*.255", "error register"],
  ["0.0.97.98.0.255", "alarm register 1"],
  ["0.0.97.98.1.255", "alarm register 2"],
  ["0.0.97.98.2.255", "alarm register 3"],
  ["0.0.97.98.10.255", "alarm filter 1"],
  ["0.0.97.98.11.255", "alarm filter 2"],
  ["0.0.97.98.12.255", "alarm filter 3"],
  ["*.0.98.1.0.255", "billing profile"],
  ["0.0.99.98.*.255", "event log"],
  ["1.0.99.1.0.255", "load profile 1"],
  ["1.0.99.2.0.255", "load profile 2"],
  ["1.0.99.97.0.255", "power failure log"],
];

/** In words for people: `clock`, `active import, total`; `undefined` where the code says nothing to us. */
export function obisTitle(name: Obis): string | undefined {
  const groups = obisGroups(name);
  for (const [pattern, title] of WELL_KNOWN) {
    const parts = pattern.split(".");
    if (parts.every((part, index) => part === "*" || Number(part) === groups[index])) return title;
  }
  return pointName(name)?.replaceAll(".", " ");
}
