import { isAlias, isMap, isScalar, isSeq, LineCounter, type Node, parseDocument } from "yaml";
import { type ConfigIssue, issueAt, issueOfFile } from "./issue.ts";
import type { Entry, Key, Located, Range } from "./located.ts";
import { pathText, SourceText } from "./located.ts";

/** What a file may cost us before we look at its meaning. */
export const MAX_DEPTH = 32;
/** Values in one file, aliases counted as what they stand for. */
export const MAX_VALUES = 2_000_000;

export interface ParsedYaml {
  readonly source: SourceText;
  /** `undefined` where the text is not a document at all. */
  readonly root: Located | undefined;
  readonly issues: readonly ConfigIssue[];
}

/** Decodes the bytes of a text file; an issue where they are not UTF-8 text or too many. */
export function decodeText(
  file: string,
  bytes: Uint8Array,
  maxBytes: number,
): { readonly text: string | undefined; readonly issues: readonly ConfigIssue[] } {
  const refuse = (facts: Parameters<typeof issueOfFile>[1]) => ({
    text: undefined,
    issues: [issueOfFile(file, facts)],
  });
  if (bytes.length > maxBytes) {
    return refuse({
      code: "config.file.too-large",
      message: `the file has more than ${maxBytes} bytes`,
      fix: "move the devices into a file of their own and write devices: { file: devices.csv }",
    });
  }
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (_notUtf8) {
    return refuse({ code: "config.file.not-text", message: "the file is not UTF-8 text", fix: "save it as UTF-8" });
  }
  const nul = text.indexOf("\0");
  if (nul !== -1) {
    return refuse({ code: "config.file.not-text", message: `the file is binary: a NUL byte at offset ${nul}` });
  }
  return { text, issues: [] };
}

/** Reads one YAML 1.2 document with the place of every value. Never throws, whatever the text. */
export function parseYaml(file: string, text: string): ParsedYaml {
  const source = new SourceText(file, text);
  const issues: ConfigIssue[] = [];
  try {
    const document = parseDocument(text, {
      lineCounter: new LineCounter(),
      prettyErrors: false,
      uniqueKeys: false,
      stringKeys: false,
      logLevel: "silent",
    });
    for (const error of telling(document.errors)) issues.push(syntaxIssue(source, error));
    if (issues.length > 0) return { source, root: undefined, issues };
    const root = new Walk(source, issues).node(document.contents, [], { start: 0, end: 1 });
    return { source, root, issues };
  } catch (thrown) {
    if (!(thrown instanceof TooMuch) && !(thrown instanceof RangeError)) throw thrown;
    issues.push(
      thrown instanceof TooMuch
        ? issueAt(source, thrown.range, { code: thrown.code, message: thrown.message })
        : issueOfFile(file, { code: "config.syntax.too-deep", message: `values are nested deeper than ${MAX_DEPTH}` }),
    );
    return { source, root: undefined, issues };
  }
}

class TooMuch extends Error {
  readonly code: "config.syntax.too-deep" | "config.syntax.too-large";
  readonly range: Range;

  constructor(code: TooMuch["code"], range: Range, message: string) {
    super(message);
    this.code = code;
    this.range = range;
  }
}

const NO_ENTRIES: ReadonlyMap<Key, Entry> = new Map();

/** Turns the library's nodes into ours, in order, so that an alias is met after its anchor. */
class Walk {
  readonly #source: SourceText;
  readonly #issues: ConfigIssue[];
  readonly #anchors = new Map<string, { readonly node: Located; readonly values: number }>();
  #values = 0;

  constructor(source: SourceText, issues: ConfigIssue[]) {
    this.#source = source;
    this.#issues = issues;
  }

  node(node: Node | null, path: readonly Key[], where: Range): Located {
    const range = node === null ? where : rangeOf(node, where);
    if (path.length > MAX_DEPTH) {
      throw new TooMuch("config.syntax.too-deep", range, `values are nested deeper than ${MAX_DEPTH}`);
    }
    this.#count(1, range);
    if (isAlias(node)) return this.#alias(node.source, range, path);
    const before = this.#values;
    const located = this.#plain(node, path, range);
    const anchor = isScalar(node) || isMap(node) || isSeq(node) ? node.anchor : undefined;
    if (anchor !== undefined) this.#anchors.set(anchor, { node: located, values: this.#values - before + 1 });
    return located;
  }

  #plain(node: Node | null, path: readonly Key[], range: Range): Located {
    if (isMap(node)) return this.#mapping(node, path, range);
    if (isSeq(node)) return this.#sequence(node, path, range);
    return { value: isScalar(node) ? node.value : null, range, entries: NO_ENTRIES };
  }

  #mapping(node: { items: readonly unknown[] }, path: readonly Key[], range: Range): Located {
    const value: Record<string, unknown> = Object.create(null);
    const entries = new Map<Key, Entry>();
    for (const item of node.items) {
      const pair = item as { readonly key: Node | null; readonly value: Node | null };
      const keyRange = pair.key === null ? range : rangeOf(pair.key, range);
      const name = isScalar(pair.key) ? String(pair.key.value) : undefined;
      if (name === undefined) {
        this.#issues.push(
          issueAt(this.#source, keyRange, { code: "config.syntax.invalid", message: "a key must be plain text" }),
        );
        continue;
      }
      const first = entries.get(name);
      if (first !== undefined) {
        const at = this.#source.position(first.key?.start ?? 0);
        this.#issues.push(
          issueAt(this.#source, keyRange, {
            code: "config.key.duplicate",
            path: pathText([...path, name]),
            message: `given twice, first at line ${at.line}`,
            fix: "keep one of them",
          }),
        );
        continue;
      }
      const child = this.node(pair.value, [...path, name], { start: keyRange.end, end: keyRange.end + 1 });
      value[name] = child.value;
      entries.set(name, { key: keyRange, node: child });
    }
    return { value: { ...value }, range, entries };
  }

  #sequence(node: { items: readonly unknown[] }, path: readonly Key[], range: Range): Located {
    const value: unknown[] = [];
    const entries = new Map<Key, Entry>();
    for (const [index, item] of node.items.entries()) {
      const child = this.node(item as Node | null, [...path, index], range);
      value.push(child.value);
      entries.set(index, { key: undefined, node: child });
    }
    return { value, range, entries };
  }

  #alias(name: string, range: Range, path: readonly Key[]): Located {
    const anchor = this.#anchors.get(name);
    if (anchor === undefined) {
      this.#issues.push(
        issueAt(this.#source, range, {
          code: "config.syntax.invalid",
          path: pathText(path),
          message: `*${name} stands before or inside the value it names`,
        }),
      );
      return { value: null, range, entries: NO_ENTRIES };
    }
    this.#count(anchor.values, range);
    return { value: anchor.node.value, range, entries: anchor.node.entries };
  }

  #count(values: number, range: Range): void {
    this.#values += values;
    if (this.#values <= MAX_VALUES) return;
    throw new TooMuch("config.syntax.too-large", range, `the file stands for more than ${MAX_VALUES} values`);
  }
}

function rangeOf(node: Node, otherwise: Range): Range {
  const range = node.range;
  if (range === null || range === undefined) return otherwise;
  return { start: range[0], end: Math.max(range[0] + 1, range[1]) };
}

const FRIENDLY: Readonly<Record<string, { readonly message: string; readonly fix: string }>> = {
  TAB_AS_INDENT: { message: "a tab is used to indent", fix: "indent with spaces" },
  MULTIPLE_DOCS: { message: "a second document begins here", fix: "keep one document: remove the line ---" },
  BAD_ALIAS: { message: "an alias names nothing", fix: "put text that begins with * in quotes" },
};

interface SyntaxError {
  readonly code: string;
  readonly message: string;
  readonly pos: readonly [number, number];
}

const MAX_SYNTAX_ISSUES = 5;

/** One slip makes every following token unexpected; those say nothing new. */
function telling(errors: readonly SyntaxError[]): readonly SyntaxError[] {
  return errors.filter((error, index) => index === 0 || error.code !== "UNEXPECTED_TOKEN").slice(0, MAX_SYNTAX_ISSUES);
}

function syntaxIssue(source: SourceText, error: SyntaxError): ConfigIssue {
  const known = FRIENDLY[error.code];
  const range = { start: error.pos[0], end: Math.max(error.pos[0] + 1, error.pos[1]) };
  const message = known?.message ?? sentence(error.message);
  return issueAt(source, range, { code: "config.syntax.invalid", message, fix: known?.fix });
}

function sentence(message: string): string {
  const [line = message] = message.split("\n");
  if (/^Missing closing/.test(line)) return "a quote is never closed";
  return line.charAt(0).toLowerCase() + line.slice(1);
}
