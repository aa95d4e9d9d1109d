import type { z } from "zod";
import { type ConfigIssue, type IssueFacts, issueAt } from "./issue.ts";
import { type Key, type Located, nodeAt, pathText, type SourceText } from "./located.ts";
import { LITERAL_SECRET } from "./scalars.ts";
import { keysAt } from "./shape.ts";
import { nearest } from "./suggest.ts";

/** A text with its values: what an issue points into. */
export interface Place {
  readonly source: SourceText;
  readonly root: Located;
}

/** Puts a complaint at the value under `path`, or at the nearest key above it where the value is missing. */
export function complain(place: Place, path: readonly Key[], facts: Omit<IssueFacts, "path">): ConfigIssue {
  const { found, entry, depth } = nodeAt(place.root, path);
  const range = found ? entry.node.range : (entry.key ?? headOf(entry.node, depth));
  return issueAt(place.source, range, { ...facts, path: pathText(path) });
}

function headOf(node: Located, depth: number): { start: number; end: number } {
  return depth === 0 ? { start: 0, end: 1 } : { start: node.range.start, end: node.range.start + 1 };
}

/** What zod found, in sentences: the value, what was expected, what to do. `prefix` is where the schema was applied. */
export function fromZod(
  place: Place,
  prefix: readonly Key[],
  schema: z.ZodType,
  issues: readonly z.core.$ZodIssue[],
): ConfigIssue[] {
  return issues.flatMap((issue) => {
    const path = [...prefix, ...issue.path.map((key) => (typeof key === "symbol" ? String(key) : key))];
    if (issue.code === "unrecognized_keys") {
      return issue.keys.map((key) => unknownKey(place, path, key, keysAt(schema, issue.path)));
    }
    if (issue.code === "invalid_key") {
      return [
        complain(place, path, {
          code: "config.value.wrong",
          message: `expected ${issue.issues[0]?.message ?? issue.message}`,
        }),
      ];
    }
    return [wrongValue(place, path, issue)];
  });
}

export function unknownKey(place: Place, parent: readonly Key[], key: string, known: readonly string[]): ConfigIssue {
  const meant = nearest(key, known);
  const entry = nodeAt(place.root, [...parent, key]).entry;
  const fix = meant === undefined ? `known here: ${[...known].sort().join(", ")}` : `did you mean ${meant}?`;
  return issueAt(place.source, entry.key ?? entry.node.range, {
    code: "config.key.unknown",
    path: pathText([...parent, key]),
    message: "unknown key",
    fix,
  });
}

function wrongValue(place: Place, path: readonly Key[], issue: z.core.$ZodIssue): ConfigIssue {
  const { found, entry } = nodeAt(place.root, path);
  const params: Readonly<Record<string, unknown>> = issue.code === "custom" ? (issue.params ?? {}) : {};
  const expected = nounOf(issue);
  if (params["statement"] === true) {
    return complain(place, path, { code: "config.value.wrong", message: expected, fix: textOf(params["fix"]) });
  }
  if (!found) return complain(place, path, { code: "config.key.missing", message: `missing; expected ${expected}` });
  const value = entry.node.value;
  if (params["secret"] === true || (expected.startsWith(LITERAL_SECRET) && typeof value !== "object")) {
    const fix =
      textOf(params["fix"]) ??
      "put the secret into a file only busbar can read and write { file: /etc/busbar/… }, or { env: NAME }";
    return complain(place, path, {
      code: "config.secret.literal",
      message: `expected ${expected}, got the secret itself`,
      fix,
    });
  }
  return complain(place, path, {
    code: "config.value.wrong",
    message: `expected ${expected}, got ${show(value)}`,
    fix:
      textOf(params["fix"]) ??
      quotesFix(issue, value, place.source.text.slice(entry.node.range.start, entry.node.range.end)) ??
      meantChoice(issue, value),
  });
}

/** Sections have no noun of their own. */
function nounOf(issue: z.core.$ZodIssue): string {
  if (issue.code !== "invalid_type" || !issue.message.startsWith("Invalid input")) return issue.message;
  return issue.expected === "object" || issue.expected === "record" ? "keys with values" : `a ${issue.expected}`;
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

/** `written` is the value as it stands in the file: quoting must not lose the zeros of 0012. */
function quotesFix(issue: z.core.$ZodIssue, value: unknown, written: string): string | undefined {
  if (issue.code !== "invalid_type") return undefined;
  if (issue.expected === "string" && typeof value === "number") {
    if (issue.message.includes("not digits alone")) return `begin it with a letter, such as l${written}`;
    if (issue.message.startsWith("a duration")) return `write the unit, such as ${written}ms`;
    return issue.message.startsWith("a size")
      ? `write the unit, such as ${written}B`
      : `write it in quotes: "${written}"`;
  }
  if (issue.expected === "string" && typeof value === "boolean") return `write it in quotes: "${written}"`;
  if (issue.expected === "number" && typeof value === "string" && /^-?\d+(\.\d+)?$/.test(value)) {
    return `write it without quotes: ${value}`;
  }
  return undefined;
}

function meantChoice(issue: z.core.$ZodIssue, value: unknown): string | undefined {
  if (issue.code !== "invalid_value" || typeof value !== "string") return undefined;
  const meant = nearest(
    value,
    issue.values.filter((one) => typeof one === "string"),
  );
  return meant === undefined ? undefined : `did you mean ${meant}?`;
}

const SHOWN_CHARACTERS = 60;

/** A value as a person wrote it, short. */
export function show(value: unknown): string {
  if (value === null || value === undefined) return "nothing";
  if (typeof value === "string") {
    const short = value.length > SHOWN_CHARACTERS ? `${value.slice(0, SHOWN_CHARACTERS)}…` : value;
    return JSON.stringify(short.replace(/-----BEGIN[\s\S]*/, "-----BEGIN…"));
  }
  if (Array.isArray(value)) return value.length === 0 ? "an empty list" : "a list";
  return typeof value === "object" ? "a mapping" : String(value);
}
