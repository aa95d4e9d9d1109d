import { ByteReader } from "../../kit/byte-reader.ts";
import { concat } from "../../kit/bytes.ts";
import type { Apdu } from "../apdu/apdu.ts";
import { type Conformance, type ConformanceBit, conforms } from "../apdu/conformance.ts";
import type { DataBlock } from "../apdu/descriptor.ts";
import { encodeApdu } from "../apdu/encode-apdu.ts";
import { type DlmsFaultCode, dlmsFault } from "../codes.ts";
import type { AssociationLimits } from "./settings.ts";
import type { ShortNames } from "./short-names.ts";

/** A request as it leaves, with its plain octets. */
export interface Outgoing {
  readonly apdu: Apdu;
  readonly octets: Uint8Array;
  /** Nothing answers it: the exchange goes on at once, with this very APDU instead of an answer. */
  readonly isUnconfirmed?: true;
}

/** One service over one or several APDUs: it yields requests and is resumed with the answers to them. */
export type Exchange<Result> = Generator<Outgoing, Result, Apdu>;

/** What an exchange must know of the association it runs in. */
export interface ExchangeContext {
  readonly conformance: Conformance;
  /** `undefined` in an association of logical names. */
  readonly shortNames: ShortNames | undefined;
  /** Plain octets that fit one APDU the server takes. */
  readonly apduOctetsMax: number;
  readonly listItemsMax: number;
  readonly preferGeneralBlockTransfer: boolean;
  readonly limits: AssociationLimits;
  /** Invoke-Id-And-Priority of the next request; the long form has 24 bits of it. */
  nextInvoke(): number;
  nextLongInvoke(breakOnError: boolean): number;
}

export function outgoing(apdu: Apdu): Outgoing {
  return { apdu, octets: encodeApdu(apdu) };
}

/** The answer must be of one of these kinds; others are a fault of the exchange. */
export function unexpected(answer: Apdu, wanted: string): Error {
  return dlmsFault("dlms.association.unexpected-apdu", `${answer.kind} where ${wanted} should be`);
}

/** As many items at a time as the settings and the size of an APDU allow; at least one. */
export function* inParts<Item>(
  items: readonly Item[],
  context: ExchangeContext,
  octetsOf: (part: readonly Item[]) => number,
): Generator<readonly Item[], void, undefined> {
  const most = conforms(context.conformance, "multiple-references") ? Math.max(1, context.listItemsMax) : 1;
  for (let at = 0; at < items.length; ) {
    let count = Math.min(most, items.length - at);
    while (count > 1 && octetsOf(items.slice(at, at + count)) > context.apduOctetsMax) count = Math.ceil(count / 2);
    yield items.slice(at, at + count);
    at += count;
  }
}

/** Collects the blocks of a long answer, in order and within the limits. */
export class BlockCollector {
  readonly #limits: AssociationLimits;
  readonly #parts: Uint8Array[] = [];
  #octets = 0;
  #empty = 0;
  #next: number | undefined;

  constructor(limits: AssociationLimits) {
    this.#limits = limits;
  }

  /** The octets of all blocks once the last one came. Throws `dlms.block.*`. */
  add({ last, number, rawData }: DataBlock): Uint8Array | undefined {
    // Some servers count from 0.
    const first = this.#next === undefined && (number === 0 || number === 1);
    if (!first && number !== this.#next) {
      throw fault("dlms.block.out-of-order", `block ${number} where ${this.#next ?? 1} should be`);
    }
    this.#next = number + 1;
    this.#empty = rawData.length === 0 ? this.#empty + 1 : 0;
    if (!last && this.#empty > this.#limits.emptyBlocks) {
      throw fault("dlms.block.no-progress", `${this.#empty} blocks without an octet`);
    }
    this.#octets += rawData.length;
    this.#parts.push(rawData);
    if (this.#octets > this.#limits.transferOctets || this.#parts.length > this.#limits.blocks) {
      throw dlmsFault(
        "dlms.block.too-long",
        `a value of more than ${this.#limits.transferOctets} octets or ${this.#limits.blocks} blocks`,
      );
    }
    return last ? concat(this.#parts) : undefined;
  }
}

/** Cuts the octets of a long request; the first block has other things around it than the others. */
export function* inBlocks(
  octets: Uint8Array,
  apduOctetsMax: number,
  around: { readonly first: number; readonly others: number },
): Generator<DataBlock, void, undefined> {
  let number = 1;
  for (let at = 0; at < octets.length || number === 1; number++) {
    const room = apduOctetsMax - (number === 1 ? around.first : around.others) - LENGTH_OCTETS;
    if (room < 1) throw fault("dlms.service.too-long", "not one octet of the value fits a block", "never");
    const rawData = octets.subarray(at, at + room);
    at += rawData.length;
    yield { last: at >= octets.length, number, rawData };
  }
}

/** A length of up to 65,535 instead of 0. */
const LENGTH_OCTETS = 2;
export const EMPTY_BLOCK: DataBlock = { last: false, number: 1, rawData: new Uint8Array(0) };

/** Whether a request goes in blocks of its service; otherwise it goes whole, or in general block transfer. */
export function needsBlocks(context: ExchangeContext, octets: number, bit: ConformanceBit): boolean {
  if (octets <= context.apduOctetsMax || !conforms(context.conformance, bit)) return false;
  return !(context.preferGeneralBlockTransfer && conforms(context.conformance, "general-block-transfer"));
}

/** Reads what the blocks carried together; octets behind it are left out. */
export function reassembled<Value>(octets: Uint8Array, read: (reader: ByteReader) => Value): Value {
  return read(new ByteReader(octets, "dlms.apdu.truncated"));
}

export function resultCount(got: number, wanted: number): Error {
  return dlmsFault("dlms.service.result-count", `${got} results for ${wanted} requests`);
}

function fault(code: DlmsFaultCode, message: string, retry: "backoff" | "never" = "backoff"): Error {
  return dlmsFault(code, message, { retry });
}
