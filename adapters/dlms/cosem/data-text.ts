import { fromHex, fromUtf8, toHex, utf8 } from "../../kit/bytes.ts";
import { dlmsFault } from "../codes.ts";
import { DATA_TAGS, type DataKind, type DlmsData, type SmallIntegerKind } from "../data/data.ts";

/**
 * A value as one line of text that can be read back, for commands, the probe and logs:
 * `structure{long-unsigned:8, octet-string:0000010000ff, array[]}`. Types by the standard's names; octets in hex, bits as
 * `0` and `1`, text in JSON quotes. `octet-string:"text"` and `octet-string:1-0:1.8.0*255`-like names are not needed: a
 * quoted octet-string is its UTF-8.
 */
export function dataText(data: DlmsData): string {
  switch (data.kind) {
    case "null-data":
    case "dont-care":
      return data.kind;
    case "structure":
      return `structure{${data.elements.map(dataText).join(", ")}}`;
    case "array":
    case "compact-array":
      return `array[${data.elements.map(dataText).join(", ")}]`;
    case "bit-string":
      return `bit-string:${bitsText(data)}`;
    case "visible-string":
      return `visible-string:${JSON.stringify(data.text)}`;
    case "utf8-string": {
      const text = fromUtf8(data.octets);
      return `utf8-string:${text === undefined ? toHex(data.octets) : JSON.stringify(text)}`;
    }
    case "octet-string":
    case "date-time":
    case "date":
    case "time":
      return `${data.kind}:${toHex(data.octets)}`;
    default:
      return `${data.kind}:${data.value}`;
  }
}

/** The bits of a bit-string as `0` and `1`, the first on the wire first. */
export function bitsText({ octets, length }: { readonly octets: Uint8Array; readonly length: number }): string {
  let text = "";
  for (let bit = 0; bit < length; bit++) text += ((octets[bit >> 3] ?? 0) >> (7 - (bit & 7))) & 1;
  return text;
}

/** Characters of a value in text. */
export const DATA_TEXT_MAX = 65_536;
const DEPTH_MAX = 16;

/** Reads what `dataText` writes; throws `dlms.data.malformed`, which names the place. */
export function parseDataText(text: string): DlmsData {
  if (text.length > DATA_TEXT_MAX) throw malformed(`a value of ${text.length} characters`, 0);
  const parser = new DataTextParser(text);
  return parser.whole();
}

class DataTextParser {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  whole(): DlmsData {
    const data = this.#value(0);
    this.#space();
    if (this.#at < this.#text.length) throw malformed("characters after the value", this.#at);
    return data;
  }

  #value(depth: number): DlmsData {
    if (depth > DEPTH_MAX) throw malformed(`more than ${DEPTH_MAX} levels`, this.#at);
    this.#space();
    const at = this.#at;
    const name = this.#match(/[a-z][a-z0-9-]*/y);
    if (name === undefined || !Object.hasOwn(DATA_TAGS, name)) {
      throw malformed(
        `a type such as long-unsigned, octet-string or structure is expected, not ${JSON.stringify(name ?? "")}`,
        at,
      );
    }
    const kind = name as DataKind;
    if (kind === "structure") return { kind, elements: this.#list("{", "}", depth) };
    if (kind === "array" || kind === "compact-array") return { kind: "array", elements: this.#list("[", "]", depth) };
    if (kind === "null-data" || kind === "dont-care") return { kind };
    this.#expect(":");
    const from = this.#at;
    const quoted = this.#match(/"(?:[^"\\]|\\.)*"/y);
    const literal = quoted ?? this.#match(/[^\s,}\]]*/y) ?? "";
    return scalar(kind, literal, quoted !== undefined, from);
  }

  #list(open: string, close: string, depth: number): DlmsData[] {
    this.#expect(open);
    const elements: DlmsData[] = [];
    this.#space();
    while (this.#text[this.#at] !== close) {
      elements.push(this.#value(depth + 1));
      this.#space();
      if (this.#text[this.#at] === ",") this.#at += 1;
      else if (this.#text[this.#at] !== close) throw malformed(`, or ${close} is expected`, this.#at);
      this.#space();
    }
    this.#at += 1;
    return elements;
  }

  #expect(character: string): void {
    this.#space();
    if (this.#text[this.#at] !== character) throw malformed(`${character} is expected`, this.#at);
    this.#at += 1;
    this.#space();
  }

  #space(): void {
    while (/\s/.test(this.#text[this.#at] ?? "")) this.#at += 1;
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0];
    if (found === undefined || found === "") return undefined;
    this.#at += found.length;
    return found;
  }
}

const RANGES: Readonly<Partial<Record<DataKind, readonly [low: number, high: number]>>> = {
  integer: [-0x80, 0x7f],
  long: [-0x8000, 0x7fff],
  "double-long": [-0x8000_0000, 0x7fff_ffff],
  unsigned: [0, 0xff],
  "long-unsigned": [0, 0xffff],
  "double-long-unsigned": [0, 0xffff_ffff],
  "delta-integer": [-0x80, 0x7f],
  "delta-long": [-0x8000, 0x7fff],
  "delta-double-long": [-0x8000_0000, 0x7fff_ffff],
  "delta-unsigned": [0, 0xff],
  "delta-long-unsigned": [0, 0xffff],
  "delta-double-long-unsigned": [0, 0xffff_ffff],
  enum: [0, 0xff],
  bcd: [0, 0xff],
};
const TIME_OCTETS = { "date-time": 12, date: 5, time: 4 } as const;

function scalar(kind: DataKind, literal: string, quoted: boolean, at: number): DlmsData {
  switch (kind) {
    case "boolean":
      if (literal === "true" || literal === "false") return { kind, value: literal === "true" };
      throw malformed("true or false is expected", at);
    case "bit-string":
      if (/^[01]*$/.test(literal)) return bitString(literal);
      throw malformed("bits are written as 0 and 1", at);
    case "visible-string": {
      const text = quoted ? unquoted(literal, at) : literal;
      for (const character of text)
        if ((character.codePointAt(0) ?? 0) > 0xff) throw malformed("a character beyond ISO 8859-1", at);
      return { kind, text };
    }
    case "octet-string":
    case "utf8-string":
      return { kind, octets: quoted ? utf8(unquoted(literal, at)) : hexOf(literal, at) };
    case "date-time":
    case "date":
    case "time": {
      const octets = hexOf(literal, at);
      if (octets.length === TIME_OCTETS[kind]) return { kind, octets };
      throw malformed(`a ${kind} has ${TIME_OCTETS[kind]} octets`, at);
    }
    case "float32":
    case "float64": {
      const value = Number(literal);
      if (literal !== "" && !Number.isNaN(value)) return { kind, value };
      throw malformed("a number is expected", at);
    }
    case "long64":
    case "long64-unsigned": {
      const value = /^-?\d{1,20}$/.test(literal) ? BigInt(literal) : undefined;
      const [low, high] = kind === "long64" ? [-(2n ** 63n), 2n ** 63n - 1n] : [0n, 2n ** 64n - 1n];
      if (value !== undefined && value >= low && value <= high) return { kind, value };
      throw malformed(`an integer that fits ${kind} is expected`, at);
    }
    default: {
      const range = RANGES[kind];
      const value = /^-?\d{1,10}$/.test(literal) ? Number(literal) : Number.NaN;
      if (range !== undefined && value >= range[0] && value <= range[1]) {
        return { kind: kind as SmallIntegerKind, value };
      }
      throw malformed(`an integer that fits ${kind} is expected`, at);
    }
  }
}

/** A bit-string of a text of `0` and `1`. */
export function bitString(bits: string): DlmsData & { readonly kind: "bit-string" } {
  const octets = new Uint8Array(Math.ceil(bits.length / 8));
  for (let bit = 0; bit < bits.length; bit++) {
    if (bits[bit] === "1") octets[bit >> 3] = (octets[bit >> 3] ?? 0) | (0x80 >> (bit & 7));
  }
  return { kind: "bit-string", octets, length: bits.length };
}

function hexOf(literal: string, at: number): Uint8Array {
  const octets = fromHex(literal);
  if (octets === undefined) throw malformed("octets are written in hex", at);
  return octets;
}

function unquoted(literal: string, at: number): string {
  try {
    return String(JSON.parse(literal));
  } catch (_badEscape) {
    throw malformed("text in JSON quotes is expected", at);
  }
}

function malformed(why: string, at: number): Error {
  return dlmsFault("dlms.data.malformed", `${why} (at character ${at})`, { blame: "operator", offset: at });
}
