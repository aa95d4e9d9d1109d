import { InvalidArgumentError } from "commander";
import type { Ingredient } from "../../adapters/kit/mix.ts";
import { readIngredient } from "../../firmware-sim/oslp/behaviour-mix.ts";
import type { ContractVersion } from "../../proto/oslp/gen/fields.ts";

/** Values of the options of `simulate` and `probe`. All throw commander's InvalidArgumentError: usage, exit code 2. */

export interface HostPort {
  readonly host: string;
  readonly port: number;
}

/** Where platforms listen, by the version of the contract. */
export type Platforms = Readonly<Record<ContractVersion, readonly HostPort[]>>;

/** The ports of the contract, where none is given. */
export const PLATFORM_PORTS: Readonly<Record<ContractVersion, number>> = { "0.5.1": 12_121, "0.6.1": 12_122 };

/** `30s`, `500ms`, `5min`, `2h` in milliseconds. */
export function toMs(text: string): number {
  const [, n, unit] = /^(\d+(?:\.\d+)?)(ms|s|m|min|h|d)$/.exec(text) ?? [];
  const factor = { ms: 1, s: 1_000, m: 60_000, min: 60_000, h: 3_600_000, d: 86_400_000 }[unit ?? ""];
  if (n === undefined || factor === undefined) throw new InvalidArgumentError("a duration such as 30s, 500ms or 5min");
  return Number(n) * factor;
}

export function toWhole(low: number, high: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < low || value > high)
      throw new InvalidArgumentError(`a whole number from ${low} to ${high}`);
    return value;
  };
}

/** `HOST`, `HOST:PORT` or `[IPv6]:PORT`; without a port `port` is undefined. */
export function toHost(text: string): { readonly host: string; readonly port: number | undefined } {
  const [, six, rest] = /^\[([0-9a-fA-F:]+)\](?::(\d+))?$/.exec(text) ?? [];
  const [, plain, port] = /^([A-Za-z0-9._-]+)(?::(\d+))?$/.exec(text) ?? [];
  const host = six ?? plain;
  const number = six === undefined ? port : rest;
  if (host === undefined || (number !== undefined && !(Number(number) >= 1 && Number(number) <= 65_535)))
    throw new InvalidArgumentError(`${JSON.stringify(text)} is not HOST:PORT`);
  return { host, port: number === undefined ? undefined : Number(number) };
}

/**
 * `a:12122,b:12122`: the same addresses for both versions. `0.5.1=a:12121` is for one version; `a` alone has the port of
 * each version.
 */
export function toPlatforms(text: string): Platforms {
  const found: Record<ContractVersion, HostPort[]> = { "0.5.1": [], "0.6.1": [] };
  for (const one of text.split(",")) {
    const [, version, address] = /^(?:(0\.5\.1|0\.6\.1)=)?(.+)$/.exec(one.trim()) ?? [];
    if (address === undefined) throw new InvalidArgumentError("HOST:PORT, several separated by commas");
    const { host, port } = toHost(address);
    for (const each of ["0.5.1", "0.6.1"] as const)
      if (version === undefined || version === each) found[each].push({ host, port: port ?? PLATFORM_PORTS[each] });
  }
  return found;
}

/** `name,name=5%`: behaviours of the roster with their share of the devices. */
export function toIngredients(text: string): readonly Ingredient[] {
  return text.split(",").map((one) => {
    const ingredient = readIngredient(one.trim());
    if (ingredient !== undefined) return ingredient;
    const hint = "busbar simulate oslp --list-behaviours lists them";
    throw new InvalidArgumentError(`there is no behaviour ${JSON.stringify(one)}; ${hint}`);
  });
}

/** A file of which the ending says what is in it. */
export function toExportFile(text: string): string {
  if (/\.(?:ya?ml|csv)$/.test(text)) return text;
  throw new InvalidArgumentError("a file that ends in .yaml or .csv");
}

export function toSpeed(text: string): number {
  const speed = Number(text);
  if (!(speed >= 1 && speed <= 10_000)) throw new InvalidArgumentError("a number from 1 to 10000");
  return speed;
}
