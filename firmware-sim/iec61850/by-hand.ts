import { toHex } from "../../adapters/kit/bytes.ts";
import { EdgeError } from "../../adapters/kit/edge-error.ts";
import type { MmsData } from "../../adapters/iec61850/mms/data.ts";
import { bitsText } from "../../adapters/iec61850/mms/data.ts";
import { BEHAVIOURS, type BehaviourSettings } from "./behaviours/roster.ts";
import { trip } from "./behaviours/trips.ts";
import type { SimulatedIed } from "./ied.ts";
import { initialValue } from "./model/initial-value.ts";
import type { Leaf } from "./model/node.ts";
import { utcTime } from "./times.ts";
import type { Change } from "./updates.ts";

/** What a hand can do at an IED, as lines of text. */
export const HAND_COMMANDS: readonly string[] = [
  "set DOMAIN/ITEM VALUE   a variable, e.g. set BAY1CTRL/CILO1$ST$EnaCls$stVal false",
  "get DOMAIN/ITEM",
  "trip                    the protection opens the breaker, once",
  "behave NAME             a behaviour of --list-behaviours more",
  "stop NAME               and without it again",
  "restart                 power off and on: associations, buffers and EntryIDs are gone",
];

/** Carries out one line; returns what to say. Never throws on what was typed. */
export function byHand(ied: SimulatedIed, line: string, settings: BehaviourSettings): string {
  const [verb = "", name = "", ...rest] = line.trim().split(/\s+/);
  switch (verb) {
    case "set":
      return set(ied, name, rest.join(" "));
    case "get": {
      const leaf = leafOf(ied, name);
      return leaf === undefined ? `there is no variable ${name}` : textOf(leaf.value);
    }
    case "trip":
      trip(ied);
      return "tripped";
    case "behave": {
      const entry = Object.hasOwn(BEHAVIOURS, name) ? BEHAVIOURS[name] : undefined;
      if (entry === undefined) return `there is no behaviour ${name}`;
      ied.behave(entry.make(settings));
      return `now ${name}: ${entry.summary}`;
    }
    case "stop":
      ied.stopBehaving(name);
      return `no longer ${name}`;
    case "restart":
      ied.restart();
      return "restarted";
    default:
      return HAND_COMMANDS.join("\n");
  }
}

function set(ied: SimulatedIed, name: string, text: string): string {
  const leaf = leafOf(ied, name);
  if (leaf === undefined) return `there is no variable ${name}`;
  const [domain = "", item = ""] = name.split("/");
  try {
    const place = { file: "by hand", line: 1, column: 1, element: name };
    const bType = leaf.type.type === "bit-string" && leaf.type.size === 2 ? "Dbpos" : leaf.type.type;
    const value = initialValue(
      { bType, type: leaf.type, enumeration: leaf.enumeration, place },
      { text, sGroup: undefined },
    );
    const t = ied.find(domain, item.replace(/(\$(?:ST|MX)\$.*)\$[^$]+$/, "$1$t"));
    const changes: Change[] = [[leaf, value]];
    if (t !== undefined && t !== leaf && t.type.type === "utc-time") changes.push([t, utcTime(ied.wall)]);
    ied.set(changes, "hand");
    return `${name} is ${textOf(leaf.value)}`;
  } catch (thrown) {
    if (thrown instanceof EdgeError) return thrown.message;
    throw thrown;
  }
}

function leafOf(ied: SimulatedIed, name: string): Leaf | undefined {
  const [domain = "", item = ""] = name.split("/");
  return ied.find(domain, item);
}

function textOf(value: MmsData): string {
  if (value.type === "bit-string") return bitsText(value);
  if (value.type === "octet-string") return toHex(value.value);
  return "value" in value ? String(value.value) : value.type;
}
