import { type ConfigIssue, issueAt, issueOfFile } from "./issue.ts";
import type { Entry, Key, Located, Range } from "./located.ts";
import { SourceText } from "./located.ts";

/** One field and where it stands, quotes included. */
interface Cell {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

export interface ParsedCsv {
  readonly source: SourceText;
  /** A sequence of mappings, one per row, as if it had been written in YAML; all values are text. */
  readonly root: Located;
  readonly issues: readonly ConfigIssue[];
}

const SEPARATORS = [",", ";", "\t"] as const;
const NO_ENTRIES: ReadonlyMap<Key, Entry> = new Map();

/**
 * Reads CSV (RFC 4180; also with semicolons or tabs, as spreadsheets write it). The first row names the columns, a dot in a
 * name makes a nested mapping (`publicKey.file`), an empty cell is an absent value, a line that begins with # is a comment.
 */
export function parseCsv(file: string, text: string): ParsedCsv {
  const source = new SourceText(file, text);
  const issues: ConfigIssue[] = [];
  const start = text.startsWith("\ufeff") ? 1 : 0;
  const separator = separatorOf(text);
  const rows = readRows(source, start, separator, issues);
  const entries = new Map<Key, Entry>();
  const header = rows.next().value;
  if (header === undefined) {
    issues.push(
      issueOfFile(file, {
        code: "config.syntax.invalid",
        message: "the file is empty; the first line names the columns",
      }),
    );
  } else if (checkHeader(source, header, issues)) {
    for (const row of rows) {
      const range = rangeOf(source, header, row, issues);
      if (range === undefined) continue;
      entries.set(entries.size, { key: undefined, node: new Row(source, header, separator, range) });
    }
  }
  return { source, root: new Rows(entries), issues };
}

/** All rows. What they say is put together when it is asked for: of 40,000 devices it is a quarter of a gigabyte. */
class Rows implements Located {
  readonly range: Range = { start: 0, end: 1 };
  readonly entries: ReadonlyMap<Key, Entry>;

  constructor(entries: ReadonlyMap<Key, Entry>) {
    this.entries = entries;
  }

  get value(): unknown {
    return [...this.entries.values()].map((entry) => entry.node.value);
  }
}

/** One row: where it stands, and what it says, read again from the text each time. */
class Row implements Located {
  readonly range: Range;
  readonly #source: SourceText;
  readonly #header: readonly Cell[];
  readonly #separator: string;

  constructor(source: SourceText, header: readonly Cell[], separator: string, range: Range) {
    this.#source = source;
    this.#header = header;
    this.#separator = separator;
    this.range = range;
  }

  get value(): unknown {
    return recordOf(this.entries);
  }

  get entries(): ReadonlyMap<Key, Entry> {
    const row = readRows(this.#source, this.range.start, this.#separator, []).next().value ?? [];
    return entriesOf(this.#header, row);
  }
}

function separatorOf(text: string): string {
  const line = text.split("\n").find((one) => one.trim() !== "" && !one.startsWith("#")) ?? "";
  const counts = SEPARATORS.map((separator) => ({ separator, times: line.split(separator).length }));
  return counts.reduce((best, one) => (one.times > best.times ? one : best)).separator;
}

function* readRows(
  source: SourceText,
  from: number,
  separator: string,
  issues: ConfigIssue[],
): Generator<Cell[], undefined> {
  const text = source.text;
  let at = from;
  while (at < text.length) {
    if (text[at] === "#") {
      const end = text.indexOf("\n", at);
      at = end === -1 ? text.length : end + 1;
      continue;
    }
    const row: Cell[] = [];
    let more = true;
    while (more) {
      const cell = text[at] === '"' ? quoted(source, at, issues) : plain(text, at, separator);
      row.push(cell);
      at = cell.end;
      if (text[at] === separator) at += 1;
      else more = false;
    }
    if (at < text.length && text[at] !== "\n" && text[at] !== "\r") {
      issues.push(
        issueAt(
          source,
          { start: at, end: at + 1 },
          { code: "config.syntax.invalid", message: "text follows a closing quote" },
        ),
      );
      const end = text.indexOf("\n", at);
      at = end === -1 ? text.length : end;
    }
    if (text[at] === "\r") at += 1;
    if (text[at] === "\n") at += 1;
    if (row.length > 1 || row[0]?.text !== "") yield row;
  }
}

function plain(text: string, start: number, separator: string): Cell {
  let end = start;
  while (end < text.length && text[end] !== separator && text[end] !== "\n" && text[end] !== "\r") end += 1;
  return { text: text.slice(start, end).trim(), start, end };
}

function quoted(source: SourceText, start: number, issues: ConfigIssue[]): Cell {
  let at = start + 1;
  let value = "";
  while (at < source.text.length) {
    const quote = source.text.indexOf('"', at);
    if (quote === -1) break;
    value += source.text.slice(at, quote);
    if (source.text[quote + 1] !== '"') return { text: value, start, end: quote + 1 };
    value += '"';
    at = quote + 2;
  }
  issues.push(
    issueAt(source, { start, end: start + 1 }, { code: "config.syntax.invalid", message: "the quote is never closed" }),
  );
  return { text: value, start, end: source.text.length };
}

function checkHeader(source: SourceText, header: readonly Cell[], issues: ConfigIssue[]): boolean {
  const before = issues.length;
  const seen = new Set<string>();
  for (const cell of header) {
    const facts =
      cell.text === ""
        ? ({ code: "config.syntax.invalid", message: "a column without a name" } as const)
        : seen.has(cell.text)
          ? ({ code: "config.key.duplicate", message: `the column ${cell.text} is there twice` } as const)
          : undefined;
    seen.add(cell.text);
    if (facts !== undefined) issues.push(issueAt(source, cell, facts));
  }
  return issues.length === before;
}

/** Where a row stands; `undefined` where it does not have as many fields as the header. */
function rangeOf(
  source: SourceText,
  header: readonly Cell[],
  row: readonly Cell[],
  issues: ConfigIssue[],
): Range | undefined {
  const first = row[0];
  const last = row.at(-1);
  if (first === undefined || last === undefined) return undefined;
  const range = { start: first.start, end: Math.max(first.start + 1, last.end) };
  if (row.length === header.length) return range;
  issues.push(
    issueAt(source, range, {
      code: "config.syntax.invalid",
      message: `the row has ${row.length} fields, the header ${header.length}`,
      fix: "put a field that holds the separator in double quotes",
    }),
  );
  return undefined;
}

function entriesOf(header: readonly Cell[], row: readonly Cell[]): ReadonlyMap<Key, Entry> {
  const entries = new Map<Key, Entry>();
  for (const [index, cell] of row.entries()) {
    const column = header[index];
    if (column === undefined || cell.text === "") continue;
    const at = { start: cell.start, end: Math.max(cell.start + 1, cell.end) };
    place(entries, column.text.split("."), { key: at, node: { value: cell.text, range: at, entries: NO_ENTRIES } });
  }
  return entries;
}

function place(entries: Map<Key, Entry>, [name = "", ...rest]: readonly string[], entry: Entry): void {
  if (rest.length === 0) {
    entries.set(name, entry);
    return;
  }
  const inner = new Map<Key, Entry>(entries.get(name)?.node.entries);
  place(inner, rest, entry);
  entries.set(name, { key: entry.key, node: { value: recordOf(inner), range: entry.node.range, entries: inner } });
}

function recordOf(entries: ReadonlyMap<Key, Entry>): Record<string, unknown> {
  return Object.fromEntries([...entries].map(([key, entry]) => [key, entry.node.value]));
}
