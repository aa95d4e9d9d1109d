import { sha256 } from "../model/digest.ts";
import type { CountedGroups } from "./sections.ts";

const encoder = new TextEncoder();
const HASH_DIGITS = 13;

/** The names of `groups: { count, prefix }`: `g0`, `g1`, … */
export function countedNames({ count, prefix }: Pick<CountedGroups, "count" | "prefix">): readonly string[] {
  return Array.from({ length: count }, (_, index) => `${prefix}${index}`);
}

/**
 * The group of a device that names none: by its uid and the number of groups alone. It is the same on every host and for
 * ever, whatever agents there are; another number of groups is another place for most devices.
 */
export function groupOfDevice(uid: string, groups: Pick<CountedGroups, "count" | "prefix">): string {
  const hash = Number.parseInt(sha256(encoder.encode(uid)).slice(0, HASH_DIGITS), 16);
  return `${groups.prefix}${hash % groups.count}`;
}
