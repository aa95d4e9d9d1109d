import type { Json } from "../model/bounded-json.ts";

/** What the words after `probe dlms` ask for. */
export type DlmsVerb =
  | { readonly kind: "objects" }
  | { readonly kind: "scan" }
  | { readonly kind: "read"; readonly of: readonly ObjectWord[] }
  | { readonly kind: "write"; readonly of: ObjectWord; readonly data: string }
  | { readonly kind: "invoke"; readonly of: ObjectWord; readonly data: string | undefined }
  | { readonly kind: "profile"; readonly of: ObjectWord }
  | { readonly kind: "action"; readonly action: string; readonly value: Json | undefined };

/** `[class/]OBIS[:attribute]`. */
export interface ObjectWord {
  readonly classId: number | undefined;
  readonly obis: string;
  /** Number or name of an attribute, or of a method where one is invoked. */
  readonly part: string | undefined;
}

const WORD =
  /^(?:(\d{1,5})\/)?(\d+-\d+:\d+\.\d+(?:\.\d+)?(?:[*&]\d+)?|\d+(?:\.\d+){5})(?::([a-z][a-z0-9-]*|\d{1,3}))?$/;

export function readObjectWord(text: string): ObjectWord | undefined {
  const match = WORD.exec(text);
  if (match === null) return undefined;
  const [, classId, obis = "", part] = match;
  return { classId: classId === undefined ? undefined : Number(classId), obis, part };
}

const USAGES: Readonly<Record<string, readonly [usage: string, summary: string]>> = {
  objects: ["objects", "what the association lets us see: class, logical name, rights"],
  read: ["read [class/]OBIS[:attribute]…", "e.g. read 1-0:1.8.0 0-0:1.0.0:time-zone 8/0-0:1.0.0:3"],
  write: [
    "write [class/]OBIS[:attribute] VALUE",
    "VALUE by type, e.g. long:60 or 'structure{enum:1, octet-string:00}'",
  ],
  invoke: ["invoke [class/]OBIS:method [VALUE]", "e.g. invoke 70/0-0:96.3.10:remote-disconnect integer:0"],
  profile: ["profile OBIS", "rows between --from and --to, the last day where they are not given"],
  scan: ["scan", "which clients the logical device lets in without authentication, and which devices are there"],
  raw: ["raw ACTION [JSON]", "any action of the adapter, e.g. raw readings.actual (docs/protocols/dlms.md)"],
};

export const DLMS_VERB_LINES: string = Object.values(USAGES)
  .map(([usage, summary]) => `  ${usage.padEnd(38)} ${summary}`)
  .join("\n");

/** The verb, or a text that says what is wrong with it. */
export function readDlmsVerb(verb: string, args: readonly string[]): DlmsVerb | string {
  const known = Object.hasOwn(USAGES, verb) ? USAGES[verb] : undefined;
  if (known === undefined) return `there is no verb ${JSON.stringify(verb)}; busbar probe dlms --help lists them`;
  const json = verb === "raw" ? args[1] : undefined;
  if (json !== undefined && parsed(json) === undefined) return `${json} is not JSON such as {"channel": 1}`;
  return verbOf(verb, args) ?? `usage: busbar probe dlms ${known[0]}`;
}

function verbOf(verb: string, args: readonly string[]): DlmsVerb | undefined {
  const [first, second, ...more] = args;
  const word = first === undefined ? undefined : readObjectWord(first);
  switch (verb) {
    case "objects":
    case "scan":
      return args.length === 0 ? { kind: verb } : undefined;
    case "read": {
      const of = args.map(readObjectWord);
      return args.length > 0 && of.every((one) => one !== undefined) ? { kind: "read", of } : undefined;
    }
    case "write":
      if (word === undefined || second === undefined || more.length > 0) return undefined;
      return { kind: "write", of: word, data: second };
    case "invoke":
      if (word?.part === undefined || more.length > 0) return undefined;
      return { kind: "invoke", of: word, data: second };
    case "profile":
      return word === undefined || second !== undefined ? undefined : { kind: "profile", of: word };
    default:
      if (first === undefined || more.length > 0) return undefined;
      return { kind: "action", action: first, value: second === undefined ? undefined : parsed(second) };
  }
}

function parsed(text: string): Json | undefined {
  try {
    const value: Json = JSON.parse(text);
    return value;
  } catch (_notJson) {
    return undefined;
  }
}
