import { writeFileSync } from "node:fs";

/**
 * Each agent of a bed has its own view of names, as two hosts have with two `/etc/hosts`: one name of Redis and of each
 * device is another loopback address for each. So both read the same configuration, and a cable still knows whose
 * connection it carries: by the address it was reached at.
 *
 * Addresses are 127.<view>.<high>.<low>; the fleet itself is in 127.64.0.0/16.
 */
const FIRST_VIEW = 80;
const REDIS_INDEX = 0xffff;

export const REDIS_NAME = "redis.bed";

export function deviceName(index: number): string {
  return `device-${index}.bed`;
}

/** The environment of the agent at a place in the list of agents. */
export function viewEnv(hookFile: string, place: number): Readonly<Record<string, string>> {
  return { NODE_OPTIONS: `--require ${hookFile}`, BUSBAR_BED_VIEW: String(FIRST_VIEW + place) };
}

/** Which agent's view an address belongs to, by the agent's place in the list; `undefined` for any other address. */
export function placeOf(address: string | undefined): number | undefined {
  const view = Number(address?.split(".")[1]) - FIRST_VIEW;
  return address?.startsWith("127.") === true && view >= 0 ? view : undefined;
}

/** The address a device of the fleet really listens at, given how an agent sees it. */
export function fleetAddress(seen: string): string {
  const [, , high, low] = seen.split(".");
  return `127.64.${high}.${low}`;
}

/** Written as a script of its own: it runs in the agents' processes, before anything of theirs. */
const HOOK = `"use strict";
const dns = require("node:dns");
const lookup = dns.lookup;
dns.lookup = (name, options, callback) => {
  const match = /^(?:device-(\\d+)|redis)\\.bed$/.exec(name);
  if (match === null) return lookup.call(dns, name, options, callback);
  const done = typeof options === "function" ? options : callback;
  const index = match[1] === undefined ? ${REDIS_INDEX} : Number(match[1]);
  const address = \`127.\${process.env.BUSBAR_BED_VIEW}.\${index >> 8}.\${index & 255}\`;
  const all = typeof options === "object" && options !== null && options.all === true;
  process.nextTick(() => (all ? done(null, [{ address, family: 4 }]) : done(null, address, 4)));
};
`;

export function writeHook(file: string): void {
  writeFileSync(file, HOOK);
}
