import { type ParseArgsConfig, parseArgs } from "node:util";

/** An option of a bench, and what it is for. One whose default is a number takes numbers only. */
export interface BenchOption {
  readonly type: "string" | "boolean";
  /** It may be given again; the default stands where it is not given at all. */
  readonly multiple?: true;
  readonly default?: string | boolean | readonly string[];
  readonly about: string;
}

type ValueOf<Option extends BenchOption> = Option["type"] extends "boolean"
  ? boolean
  : Option extends { readonly multiple: true }
    ? readonly string[]
    : Option extends { readonly default: string }
      ? string
      : string | undefined;

export type BenchValues<Options> = {
  readonly [Name in keyof Options]: Options[Name] extends BenchOption ? ValueOf<Options[Name]> : never;
};

/** What was asked for cannot be measured, or help was asked for: the text for the person, and how the program ends. */
export class BenchUsage extends Error {
  readonly exitCode: 0 | 2;

  constructor(text: string, exitCode: 0 | 2) {
    super(text);
    this.exitCode = exitCode;
  }
}

/** The options of one bench. Throws `BenchUsage` for `--help` and for what it does not know or cannot read. */
export function readOptions<const Options extends Record<string, BenchOption>>(
  args: readonly string[],
  options: Options,
): BenchValues<Options> {
  if (args.includes("--help")) throw new BenchUsage(listing(options), 0);
  let values: Record<string, unknown>;
  try {
    ({ values } = parseArgs({ args: [...args], options: asParsed(options) }));
  } catch (thrown) {
    throw new BenchUsage(`${thrown instanceof Error ? thrown.message : String(thrown)}\n\n${listing(options)}`, 2);
  }
  for (const [name, value] of Object.entries(values)) {
    if (!isNumber(options[name]?.default)) continue;
    for (const one of [value].flat()) {
      if (!isNumber(one)) throw new BenchUsage(`--${name} takes a number, not '${one}'\n\n${listing(options)}`, 2);
    }
  }
  // parseArgs checked every value against the types of the options.
  return values as BenchValues<Options>;
}

function asParsed(options: Record<string, BenchOption>): NonNullable<ParseArgsConfig["options"]> {
  return Object.fromEntries(
    Object.entries(options).map(([name, { type, multiple, default: value }]) => [
      name,
      { type, ...(multiple && { multiple }), ...defaultOf(value) },
    ]),
  );
}

function defaultOf(value: BenchOption["default"]): { default?: string | boolean | string[] } {
  if (value === undefined) return {};
  return { default: typeof value === "object" ? [...value] : value };
}

function isNumber(value: unknown): boolean {
  const texts = [value].flat();
  return texts.every((text) => typeof text === "string" && text !== "" && Number.isFinite(Number(text)));
}

function listing(options: Record<string, BenchOption>): string {
  const lines = Object.entries(options).map(([name, { about, default: value }]): [string, string] => {
    const isSaid = value !== undefined && typeof value !== "boolean";
    return [`  --${name}`, isSaid ? `${about} (${[value].flat().join(" ")})` : about];
  });
  const width = Math.max(...lines.map(([name]) => name.length));
  return lines.map(([name, about]) => `${name.padEnd(width)}  ${about}`).join("\n");
}
