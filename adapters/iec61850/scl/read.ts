import { SaxesParser, type SaxesTagNS } from "saxes";
import { EdgeError } from "../../kit/edge-error.ts";
import type { SclDocument } from "./document.ts";
import { type Folded, type KeptName, SclElement, shortened } from "./element.ts";
import { FOLDS, isKept } from "./folds.ts";
import { SCL_LIMITS, type SclLimits } from "./limits.ts";
import { type SclFaultCode, type SclPlace, sclFault } from "./place.ts";

/**
 * Reads an SCL file. It is never held as a tree: an element becomes its value when its end tag comes, and its children are
 * forgotten. A document type is refused, so there are no entities but the five of XML, and nothing outside is fetched.
 * Throws `iec61850.scl.*` with file, line, column and element.
 * @param file what faults call it.
 */
export function readScl(bytes: Uint8Array, file: string, limits: SclLimits = SCL_LIMITS): SclDocument {
  if (bytes.length > limits.bytes) {
    const place = { file, line: 1, column: 1, element: "SCL" };
    throw sclFault("iec61850.scl.too-large", place, `is in a file of ${bytes.length} bytes; ${limits.bytes} are read`);
  }
  const reading = new Reading(file, limits);
  reading.write(decoded(bytes, file));
  return reading.end();
}

/** Characters given to the parser at a time. */
const PIECE = 65_536;

/** IEC 61850-6, 8.1. Edition 1 files sometimes have no namespace at all. */
const NAMESPACES: readonly string[] = ["http://www.iec.ch/61850/2003/SCL", ""];

/** An element that is open: kept, or inside something that is not. */
type Open = SclElement | "skipped";

class Reading {
  readonly #parser: SaxesParser<{ xmlns: true }>;
  readonly #file: string;
  readonly #limits: SclLimits;
  readonly #open: Open[] = [];
  #elements = 0;
  #startedAt: { readonly line: number; readonly column: number } = { line: 1, column: 1 };
  #document: SclDocument | undefined;

  constructor(file: string, limits: SclLimits) {
    this.#file = file;
    this.#limits = limits;
    const parser = new SaxesParser({ xmlns: true });
    this.#parser = parser;
    parser.on("error", (error) => {
      const said = error.message.replace(/^\d+:\d+: /, "");
      throw this.#fault("iec61850.scl.not-xml", `is not well-formed XML: ${said}`);
    });
    parser.on("doctype", () => {
      throw this.#fault("iec61850.scl.not-xml", "comes after a document type, which is not accepted");
    });
    parser.on("opentagstart", () => this.#start());
    parser.on("opentag", (tag) => this.#opened(tag));
    parser.on("closetag", () => this.#closed());
    const text = (piece: string): void => {
      const top = this.#open.at(-1);
      if (top !== undefined && top !== "skipped") top.takeText(piece, this.#limits.text);
    };
    parser.on("text", text);
    parser.on("cdata", text);
  }

  write(text: string): void {
    for (let at = 0; at < text.length; at += PIECE) this.#parser.write(text.slice(at, at + PIECE));
  }

  end(): SclDocument {
    this.#parser.close();
    if (this.#document === undefined) throw this.#fault("iec61850.scl.not-xml", "is not there");
    return this.#document;
  }

  #start(): void {
    this.#startedAt = { line: this.#parser.line, column: Math.max(1, this.#parser.column) };
    this.#elements += 1;
    if (this.#elements > this.#limits.elements)
      throw this.#fault("iec61850.scl.too-large", `is one of more than ${this.#limits.elements} elements`);
    if (this.#open.length >= this.#limits.depth)
      throw this.#fault("iec61850.scl.too-deep", `is inside ${this.#limits.depth} others`);
  }

  #opened(tag: SaxesTagNS): void {
    const attributes = Object.values(tag.attributes);
    const place: SclPlace = { file: this.#file, ...this.#startedAt, element: shortened(tag.name) };
    if (attributes.length > this.#limits.attributes)
      throw sclFault("iec61850.scl.too-large", place, `has more than ${this.#limits.attributes} attributes`);
    const name = NAMESPACES.includes(tag.uri) ? tag.local : "";
    if (this.#open.length === 0 && name !== "SCL")
      throw sclFault("iec61850.scl.element", place, "is not the root of an SCL file");
    if (this.#open.at(-1) === "skipped" || !isKept(name)) {
      this.#open.push("skipped");
      return;
    }
    const own = attributes.filter((one) => one.prefix === "").map((one) => [one.local, one.value] as const);
    this.#open.push(new SclElement(name, place, new Map(own)));
  }

  #closed(): void {
    const element = this.#open.pop();
    if (element === undefined || element === "skipped") return;
    const value = fold(element);
    const parent = this.#open.at(-1);
    if (parent === undefined) this.#document = value as SclDocument;
    else if (parent !== "skipped") parent.take(element.name, value);
  }

  #fault(code: SclFaultCode, sentence: string): EdgeError {
    const element = this.#open.findLast((one) => one instanceof SclElement)?.name ?? "SCL";
    const { line, column } = this.#parser;
    return sclFault(code, { file: this.#file, line, column: Math.max(1, column), element }, sentence);
  }
}

function fold(element: SclElement): Folded[KeptName] {
  return FOLDS[element.name](element);
}

/** UTF-8 unless a byte order mark or the XML declaration says otherwise (XML 1.0, appendix F). */
function decoded(bytes: Uint8Array, file: string): string {
  const [first, second] = bytes;
  const marked =
    first === 0xff && second === 0xfe ? "utf-16le" : first === 0xfe && second === 0xff ? "utf-16be" : undefined;
  const head = String.fromCharCode(...bytes.subarray(0, 200));
  const encoding =
    marked ?? /^(?:\xef\xbb\xbf)?<\?xml[^>]*encoding=["']([A-Za-z0-9._-]+)["']/.exec(head)?.[1] ?? "utf-8";
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch (cause) {
    if (cause instanceof EdgeError) throw cause;
    const place = { file, line: 1, column: 1, element: "SCL" };
    throw sclFault("iec61850.scl.not-xml", place, `is not text in ${encoding}`);
  }
}
