import { dlmsFault } from "./codes.ts";

declare const obis: unique symbol;

/**
 * The logical name of an object, in its one written form here: six numbers with dots, `1.0.1.8.0.255`. A string, so that
 * it is compared with `===`, keys a map and stands in JSON as it is.
 */
export type Obis = string & { readonly [obis]: true };

const DOTTED = /^\d{1,3}(?:\.\d{1,3}){5}$/;
/** IEC 62056-6-1 A-B:C.D.E*F; without F it is 255, without A-B it cannot be. `&F` occurs for manual resets. */
const REDUCED = /^(\d{1,3})-(\d{1,3}):(\d{1,3})\.(\d{1,3})(?:\.(\d{1,3}))?(?:[*&](\d{1,3}))?$/;

/** Reads `1.0.1.8.0.255`, `1-0:1.8.0*255`, `1-0:1.8.0`, or twelve hex digits; `undefined` for anything else. */
export function parseObis(text: string): Obis | undefined {
  const trimmed = text.trim();
  let groups: readonly number[] | undefined;
  const reduced = REDUCED.exec(trimmed);
  if (reduced !== null) {
    const [, a, b, c, d, e = "0", f = "255"] = reduced;
    groups = [a, b, c, d, e, f].map(Number);
  } else if (DOTTED.test(trimmed)) groups = trimmed.split(".").map(Number);
  else if (/^[0-9a-fA-F]{12}$/.test(trimmed)) groups = trimmed.match(/../g)?.map((pair) => Number.parseInt(pair, 16));
  if (groups === undefined || groups.some((group) => group > 255)) return undefined;
  return groups.join(".") as Obis;
}

/** As `parseObis`; throws `dlms.obis.malformed`. For literals in code and for values of a configuration. */
export function toObis(text: string): Obis {
  const parsed = parseObis(text);
  if (parsed !== undefined) return parsed;
  throw dlmsFault("dlms.obis.malformed", `${JSON.stringify(text.slice(0, 40))} is no OBIS code like 1-0:1.8.0*255`, {
    blame: "operator",
  });
}

/** The logical name in six octets; throws `dlms.obis.malformed` for any other number of them. */
export function obisFromOctets(octets: Uint8Array): Obis {
  const [a, b, c, d, e, f] = octets;
  if (octets.length !== 6) {
    throw dlmsFault("dlms.obis.malformed", `a logical name of ${octets.length} octets; it has 6`);
  }
  return `${a}.${b}.${c}.${d}.${e}.${f}` as Obis;
}

export function obisOctets(name: Obis): Uint8Array {
  const octets = new Uint8Array(6);
  let at = 0;
  let group = 0;
  for (let i = 0; i < name.length; i++) {
    const digit = name.charCodeAt(i) - 0x30;
    if (digit >= 0) group = group * 10 + digit;
    else {
      octets[at++] = group;
      group = 0;
    }
  }
  octets[at] = group;
  return octets;
}

/** As people write it: `1-0:1.8.0*255`. */
export function obisText(name: Obis): string {
  const [a, b, c, d, e, f] = name.split(".");
  return `${a}-${b}:${c}.${d}.${e}*${f}`;
}
