import type { Json } from "../model/bounded-json.ts";

/** What a verb asks of a device: an action of the OSLP adapter. */
export interface ProbeRequest {
  readonly action: string;
  readonly value?: Json | undefined;
}

interface ProbeVerb {
  readonly usage: string;
  readonly summary: string;
  /** `undefined` where the arguments are not those of the usage. */
  readonly read: (args: readonly string[]) => ProbeRequest | undefined;
}

const VERBS: Readonly<Record<string, ProbeVerb>> = {
  status: plain("status", "light.status", "lights, links, mask and what else the device tells of itself"),
  "set-light": {
    usage: "set-light on|off [index] [percent]",
    summary: "switch all light relays, or one",
    read: readLight,
  },
  resume: {
    usage: "resume [index] [now]",
    summary: "give lights back to their schedule, at its next entry or now",
    read: (args) => {
      const index = args[0] === undefined || args[0] === "now" ? 0 : wholeOf(args[0], 6);
      if (index === undefined || args.length > 2) return undefined;
      return { action: "schedule.resume", value: { index, immediate: args.includes("now") } };
    },
  },
  "get-configuration": plain("get-configuration", "configuration.get", "its configuration"),
  firmware: plain("firmware", "firmware.version", "its firmware version"),
  reboot: plain("reboot", "device.reboot", "let it start anew"),
  "self-test": {
    usage: "self-test start|stop",
    summary: "all light relays on, and off again",
    read: ([word, ...more]) =>
      more.length === 0 && (word === "start" || word === "stop") ? { action: `self-test.${word}` } : undefined,
  },
  mask: {
    usage: "mask <0…255>",
    summary: "which groups of events it notifies",
    read: ([text, ...more]) => {
      const mask = text === undefined ? undefined : wholeOf(text, 255);
      if (mask === undefined || more.length > 0) return undefined;
      return { action: "notifications.set", value: { NotificationMask: mask } };
    },
  },
  transition: {
    usage: "transition day|night",
    summary: "tell it that it becomes light, or dark",
    read: ([word, ...more]) => {
      if (more.length > 0 || (word !== "day" && word !== "night")) return undefined;
      return { action: "transition.set", value: { transitionType: word === "day" ? "NIGHT_DAY" : "DAY_NIGHT" } };
    },
  },
  raw: {
    usage: "raw <action> [json]",
    summary: "any action of the adapter, e.g. raw schedule.set '{…}' (docs/protocols/oslp.md)",
    read: ([action, json, ...more]) => {
      if (action === undefined || more.length > 0) return undefined;
      return { action, value: json === undefined ? undefined : parsed(json) };
    },
  },
};

/** The request of a verb; a text that says what is wrong with it. */
export function readVerb(verb: string, args: readonly string[]): ProbeRequest | string {
  const known = Object.hasOwn(VERBS, verb) ? VERBS[verb] : undefined;
  if (known === undefined) return `there is no verb ${JSON.stringify(verb)}; busbar probe oslp --help lists them`;
  try {
    return known.read(args) ?? `usage: busbar probe oslp ${known.usage}`;
  } catch (thrown) {
    return `the value is not JSON: ${thrown instanceof Error ? thrown.message : String(thrown)}`;
  }
}

export const VERB_LINES: string = [
  ...Object.values(VERBS).map(({ usage, summary }) => line(usage, summary)),
  line("register", "be the device: register, confirm and notify once at --platform"),
].join("\n");

function line(usage: string, summary: string): string {
  return `  ${usage.padEnd(36)} ${summary}`;
}

function plain(usage: string, action: string, summary: string): ProbeVerb {
  return { usage, summary, read: (args) => (args.length === 0 ? { action } : undefined) };
}

function readLight(args: readonly string[]): ProbeRequest | undefined {
  const [word, indexText, percentText, ...more] = args;
  if ((word !== "on" && word !== "off") || more.length > 0) return undefined;
  const index = indexText === undefined ? 0 : wholeOf(indexText, 6);
  const percent = percentText === undefined ? undefined : wholeOf(percentText, 100);
  if (index === undefined || (percentText !== undefined && percent === undefined)) return undefined;
  const light = { index, on: word === "on", ...(percent === undefined ? {} : { dimValue: percent }) };
  return { action: "light.set", value: { values: [light] } };
}

function wholeOf(text: string, high: number): number | undefined {
  return /^\d+$/.test(text) && Number(text) <= high ? Number(text) : undefined;
}

function parsed(text: string): Json {
  const value: Json = JSON.parse(text);
  return value;
}
