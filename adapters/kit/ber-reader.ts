import { type BerTag, sameTag, TAG_CLASSES, TAG_NUMBER_MAX, tagText } from "./ber-tag.ts";
import { ByteReader } from "./byte-reader.ts";
import { EdgeError, type FaultCode, type Layer } from "./edge-error.ts";

/** What BER can be refused for; `dlms.ber` makes `dlms.ber.truncated` of it. */
export type BerFault =
  /** A length reaches past the end of what it is in. */
  | "truncated"
  /** 0x80: allowed by BER, sent by nobody here, and a way to make a decoder look for an end that never comes. */
  | "indefinite-length"
  /** A length in more than four octets. */
  | "length-too-long"
  | "tag-malformed"
  | "too-deep"
  | "unexpected-tag"
  | "value-malformed"
  /** More elements than there should be. */
  | "trailing";

/** The layer and room whose codes the faults carry. */
export type BerPrefix = `${Layer}.${string}`;

/** Nesting accepted where a codec does not say otherwise. MMS data may nest; ten levels are more than any IED has. */
export const BER_DEPTH_LIMIT = 16;

/** One tag, length and content. */
export interface BerElement {
  readonly tag: BerTag;
  /** Where the tag starts, counted from the start of the frame. */
  readonly offset: number;
  /** A view into the frame: valid while the frame's buffer is. */
  readonly content: Uint8Array;
  /** Octets of the content. */
  readonly length: number;
  /** One octet of the content without a view of it, which would cost more than a short value; 0 beyond its end. */
  octet(at: number): number;
  /** Where the content starts. */
  readonly contentOffset: number;
  /** The elements inside. Throws `too-deep` beyond the limit, `unexpected-tag` where the form is primitive. */
  children(): BerReader;
  /** Refuses the element for what its content says. */
  refuse(sentence: string): EdgeError;
}

/** How deep a reader stands, and how it names what it refuses. One for each level of a frame. */
class Place {
  readonly prefix: BerPrefix;
  readonly truncated: FaultCode;
  readonly depth: number;
  readonly depthLimit: number;
  #inside: Place | undefined;

  constructor(prefix: BerPrefix, depth: number, depthLimit: number) {
    this.prefix = prefix;
    this.truncated = faultCode(prefix, "truncated");
    this.depth = depth;
    this.depthLimit = depthLimit;
  }

  get inside(): Place {
    this.#inside ??= new Place(this.prefix, this.depth + 1, this.depthLimit);
    return this.#inside;
  }
}

/** Reads elements of definite length one after the other (X.690 clause 8.1). Faults blame the device. */
export class BerReader {
  readonly #reader: ByteReader;
  readonly #place: Place;

  /** @param source a whole frame, or a reader that stands where the elements begin: then offsets are those of its frame. */
  constructor(
    source: Uint8Array | ByteReader,
    prefix: BerPrefix,
    options: { readonly depthLimit?: number; readonly depth?: number } | Place = {},
  ) {
    this.#place =
      options instanceof Place ? options : new Place(prefix, options.depth ?? 1, options.depthLimit ?? BER_DEPTH_LIMIT);
    this.#reader = source instanceof ByteReader ? source : new ByteReader(source, this.#place.truncated);
  }

  /** In the frame. */
  get offset(): number {
    return this.#reader.offset;
  }

  get done(): boolean {
    return this.#reader.remaining === 0;
  }

  next(): BerElement {
    const offset = this.offset;
    const tag = this.#tag();
    const length = this.#length();
    if (length > this.#reader.remaining) {
      throw this.#fault(
        "truncated",
        offset,
        `${tagText(tag)} announces ${length} bytes, ${this.#reader.remaining} are there`,
      );
    }
    return new ReadElement(tag, offset, this.#reader.skip(length), length, this.#reader.frame, this.#place);
  }

  /** The next element, which must have that tag. */
  expect(tag: BerTag): BerElement {
    const offset = this.offset;
    if (this.done) throw this.#fault("truncated", offset, `${tagText(tag)} should follow, and nothing does`);
    const element = this.next();
    if (sameTag(element.tag, tag)) return element;
    throw this.#fault("unexpected-tag", offset, `${tagText(element.tag)} where ${tagText(tag)} should be`);
  }

  /** The next element if it has that tag; otherwise nothing is taken. */
  optional(tag: BerTag): BerElement | undefined {
    const next = this.peek();
    return next !== undefined && sameTag(next, tag) ? this.next() : undefined;
  }

  /** The tag of the next element, `undefined` at the end. */
  peek(): BerTag | undefined {
    if (this.done) return undefined;
    const first = this.#reader.peek() ?? 0;
    // The short form is known by its first octet.
    if ((first & 0x1f) !== 0x1f) return shortTag(first);
    return new BerReader(this.#reader.fork(), this.#place.prefix).#tag();
  }

  expectEnd(): void {
    if (!this.done)
      throw this.#fault("trailing", this.offset, `${this.#reader.remaining} bytes follow the last element`);
  }

  #tag(): BerTag {
    const offset = this.offset;
    const first = this.#reader.u8();
    if ((first & 0x1f) !== 0x1f) return shortTag(first);
    const tagClass = TAG_CLASSES[first >> 6] ?? "universal";
    const constructed = (first & 0x20) !== 0;
    let number = 0;
    for (let octet = 0x80; (octet & 0x80) !== 0; ) {
      octet = this.#reader.u8();
      if (number === 0 && octet === 0x80) throw this.#fault("tag-malformed", offset, "a tag number starts with zeros");
      number = number * 128 + (octet & 0x7f);
      if (number > TAG_NUMBER_MAX) throw this.#fault("tag-malformed", offset, "a tag number of more than 28 bits");
    }
    if (number < 0x1f) throw this.#fault("tag-malformed", offset, `tag number ${number} in the long form`);
    return { class: tagClass, constructed, number };
  }

  #length(): number {
    const offset = this.offset;
    const first = this.#reader.u8();
    if (first < 0x80) return first;
    if (first === 0x80) throw this.#fault("indefinite-length", offset, "a length that is not given");
    const octets = first & 0x7f;
    if (octets > 4) throw this.#fault("length-too-long", offset, `a length in ${octets} octets; 4 are accepted`);
    return this.#reader.uint(octets);
  }

  #fault(reason: BerFault, offset: number, message: string): EdgeError {
    return berFault(this.#place.prefix, reason, offset, message);
  }
}

/** An element that makes its view and its reader when somebody asks for them. */
class ReadElement implements BerElement {
  readonly tag: BerTag;
  readonly offset: number;
  readonly contentOffset: number;
  readonly length: number;
  readonly #frame: Uint8Array;
  readonly #place: Place;
  #content: Uint8Array | undefined;

  constructor(tag: BerTag, offset: number, contentOffset: number, length: number, frame: Uint8Array, place: Place) {
    this.tag = tag;
    this.offset = offset;
    this.contentOffset = contentOffset;
    this.length = length;
    this.#frame = frame;
    this.#place = place;
  }

  get content(): Uint8Array {
    this.#content ??= this.#frame.subarray(this.contentOffset, this.contentOffset + this.length);
    return this.#content;
  }

  octet(at: number): number {
    return at < this.length ? (this.#frame[this.contentOffset + at] ?? 0) : 0;
  }

  children(): BerReader {
    const { prefix, truncated, depth, depthLimit } = this.#place;
    if (!this.tag.constructed)
      throw berFault(prefix, "unexpected-tag", this.offset, `${tagText(this.tag)} where elements should be inside`);
    if (depth >= depthLimit)
      throw berFault(prefix, "too-deep", this.offset, `more than ${depthLimit} levels of elements`);
    const range = { start: this.contentOffset, end: this.contentOffset + this.length };
    return new BerReader(new ByteReader(this.#frame, truncated, range), prefix, this.#place.inside);
  }

  refuse(sentence: string): EdgeError {
    return berFault(this.#place.prefix, "value-malformed", this.contentOffset, sentence);
  }
}

/** The tags of one octet, all of them: a tag is a value, so that one serves for ever. */
const SHORT_TAGS: readonly BerTag[] = Array.from({ length: 256 }, (_, octet) => ({
  class: TAG_CLASSES[octet >> 6] ?? "universal",
  constructed: (octet & 0x20) !== 0,
  number: octet & 0x1f,
}));

function shortTag(octet: number): BerTag {
  return SHORT_TAGS[octet] as BerTag;
}

function berFault(prefix: BerPrefix, reason: BerFault, offset: number, message: string): EdgeError {
  const code = faultCode(prefix, reason);
  return new EdgeError({ code, blame: "device", retry: "never", offset, message: `${message} (byte ${offset})` });
}

function faultCode(prefix: BerPrefix, reason: BerFault): FaultCode {
  return `${prefix}.${reason}` as FaultCode;
}
