import { mqttFault } from "./mqtt-fault.ts";
import { filterFlaw } from "./topic.ts";

type Part =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "any" }
  | { readonly kind: "rest" }
  /** A whole level, or the middle of one: `dev-{device}` has the prefix `dev-`. */
  | { readonly kind: "variable"; readonly name: string; readonly prefix: string; readonly suffix: string };

const VARIABLE = /^([^{}]*)\{([a-z][A-Za-z0-9]*)\}([^{}]*)$/;

/**
 * A topic with named levels: `{device}/measurement`, `sensors/{device}/{point}`, `plant/+/{device}/#`. It matches topic
 * names and gives what stands in the named levels, and it writes topic names and filters from values.
 */
export class TopicTemplate {
  readonly text: string;
  readonly variables: readonly string[];
  readonly #parts: readonly Part[];

  /** Throws `mqtt.template.invalid`, blaming the operator. */
  constructor(text: string) {
    this.text = text;
    this.#parts = text.split("/").map((level) => toPart(level, text));
    const names = this.#parts.flatMap((part) => (part.kind === "variable" ? [part.name] : []));
    if (new Set(names).size !== names.length) throw invalid(text, "a variable stands twice");
    this.variables = names;
    const flaw = filterFlaw(this.filter());
    if (flaw !== undefined) throw invalid(text, flaw);
  }

  /** The values of the variables, or `undefined` where the name does not match. A variable is never empty. */
  match(levels: readonly string[]): Readonly<Record<string, string>> | undefined {
    const values: Record<string, string> = {};
    if (levels[0]?.startsWith("$") === true && this.#parts[0]?.kind !== "text") return undefined;
    for (const [index, part] of this.#parts.entries()) {
      if (part.kind === "rest") return values;
      const level = levels[index];
      if (level === undefined) return undefined;
      if (part.kind === "text" && part.text !== level) return undefined;
      if (part.kind !== "variable") continue;
      if (!level.startsWith(part.prefix) || !level.endsWith(part.suffix)) return undefined;
      const value = level.slice(part.prefix.length, level.length - part.suffix.length);
      if (value === "" || level.length < part.prefix.length + part.suffix.length) return undefined;
      values[part.name] = value;
    }
    return this.#parts.length === levels.length ? values : undefined;
  }

  /** The topic filter of everything the template may match; values fill their variables, the others become `+`. */
  filter(values: Readonly<Record<string, string>> = {}): string {
    return this.#parts.map((part) => written(part, values)).join("/");
  }

  /** The topic name; `undefined` where a value is missing or is no single level, or the template has a wildcard. */
  name(values: Readonly<Record<string, string>>): string | undefined {
    if (this.variables.some((name) => !isLevel(values[name]))) return undefined;
    const name = this.filter(values);
    return this.#parts.some((part) => part.kind === "any" || part.kind === "rest") ? undefined : name;
  }
}

/** Whether a value may stand as one level of a topic name. */
export function isLevel(value: string | undefined): value is string {
  return value !== undefined && value !== "" && !/[+#/\0]/.test(value);
}

function written(part: Part, values: Readonly<Record<string, string>>): string {
  switch (part.kind) {
    case "text":
      return part.text;
    case "any":
      return "+";
    case "rest":
      return "#";
    case "variable": {
      const value = values[part.name];
      return value === undefined ? "+" : `${part.prefix}${value}${part.suffix}`;
    }
  }
}

function toPart(level: string, text: string): Part {
  if (level === "+") return { kind: "any" };
  if (level === "#") return { kind: "rest" };
  const variable = VARIABLE.exec(level);
  if (variable !== null) {
    const [, prefix = "", name = "", suffix = ""] = variable;
    return { kind: "variable", name, prefix, suffix };
  }
  if (/[{}]/.test(level)) throw invalid(text, "a level has at most one {variable}");
  return { kind: "text", text: level };
}

function invalid(text: string, why: string): Error {
  return mqttFault("mqtt.template.invalid", `${JSON.stringify(text)} is no topic template: ${why}`, {
    blame: "operator",
  });
}
