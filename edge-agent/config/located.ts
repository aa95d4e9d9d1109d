/** A value of a configuration file together with where it stands, so that every complaint can point at it. */

/** Offsets into the text of the file, in UTF-16 units; `end` is exclusive. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

export type Key = string | number;

export interface Located {
  readonly value: unknown;
  readonly range: Range;
  /** The entries of a mapping or a sequence; empty for a scalar. */
  readonly entries: ReadonlyMap<Key, Entry>;
}

export interface Entry {
  /** Where the key stands; the entry of a sequence has none. */
  readonly key: Range | undefined;
  readonly node: Located;
}

/** One text and its lines. `file` is shown to people exactly as they gave it. */
export class SourceText {
  readonly file: string;
  readonly text: string;
  readonly #starts: number[] = [0];

  constructor(file: string, text: string) {
    this.file = file;
    this.text = text;
    for (let at = text.indexOf("\n"); at !== -1; at = text.indexOf("\n", at + 1)) this.#starts.push(at + 1);
  }

  /** Line and column, both from 1. */
  position(offset: number): { readonly line: number; readonly column: number } {
    let low = 0;
    let high = this.#starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.#starts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return { line: low + 1, column: offset - (this.#starts[low] ?? 0) + 1 };
  }

  /** The text of a line (from 1), without its end. */
  line(number: number): string {
    const start = this.#starts[number - 1];
    if (start === undefined) return "";
    const end = this.#starts[number] ?? this.text.length + 1;
    return this.text.slice(start, end - 1).replace(/\r$/, "");
  }
}

/** The node at `path`, or the nearest one above it that exists. */
export function nodeAt(
  root: Located,
  path: readonly Key[],
): { readonly found: boolean; readonly entry: Entry; readonly depth: number } {
  let entry: Entry = { key: undefined, node: root };
  for (const [depth, key] of path.entries()) {
    const next = entry.node.entries.get(key);
    if (next === undefined) return { found: false, entry, depth };
    entry = next;
  }
  return { found: true, entry, depth: path.length };
}

/** `devices[3].publicKey` */
export function pathText(path: readonly Key[]): string {
  let text = "";
  for (const key of path) {
    if (typeof key === "number") text += `[${key}]`;
    else text += text === "" ? key : `.${key}`;
  }
  return text;
}
