import { ByteReader } from "../../kit/byte-reader.ts";
import { ByteWriter } from "../../kit/byte-writer.ts";
import { concat } from "../../kit/bytes.ts";
import { iec61850Fault } from "../codes.ts";
import { TSDU_FRAGMENT_LIMIT, TSDU_LIMIT_BYTES } from "../limits.ts";
import { encodeTpkt } from "./tpkt.ts";

/** What a connect request and a connect confirm say besides their references (X.224 §13.3.4). */
export interface CotpParameters {
  /** 0xC0: TPDU size as a power of two, 7 to 13; RFC 1006 also allows 16. */
  readonly tpduSize?: number;
  /** 0xC1 */
  readonly callingSelector?: Uint8Array;
  /** 0xC2 */
  readonly calledSelector?: Uint8Array;
  /** Any other parameter, in the order it came. */
  readonly others?: readonly { readonly code: number; readonly value: Uint8Array }[];
}

interface CotpConnection extends CotpParameters {
  readonly destination: number;
  readonly source: number;
  /** Class in the upper four bits, options below; class 0 is all we speak. */
  readonly classAndOptions: number;
}

/** A TPDU of X.224 class 0. */
export type Cotp =
  | ({ readonly kind: "connect-request" } & CotpConnection)
  | ({ readonly kind: "connect-confirm" } & CotpConnection)
  /** `last` is the end-of-TSDU mark. `payload` is a view. */
  | { readonly kind: "data"; readonly last: boolean; readonly payload: Uint8Array }
  | {
      readonly kind: "disconnect-request";
      readonly destination: number;
      readonly source: number;
      readonly reason: number;
    }
  | { readonly kind: "disconnect-confirm"; readonly destination: number; readonly source: number }
  | { readonly kind: "error"; readonly destination: number; readonly cause: number };

const CODE = { cr: 0xe0, cc: 0xd0, dt: 0xf0, dr: 0x80, dc: 0xc0, er: 0x70 } as const;
const PARAMETER = { size: 0xc0, calling: 0xc1, called: 0xc2 } as const;
/** Length indicator, code and end mark of a data TPDU: counted in the TPDU size. */
const DT_HEADER_BYTES = 3;

/** @param tpdu what one TPKT carries. */
export function decodeCotp(tpdu: Uint8Array): Cotp {
  const reader = new ByteReader(tpdu, "iec61850.cotp.truncated");
  const indicator = reader.u8();
  const header = reader.slice(indicator);
  const code = header.u8();
  switch (code & 0xf0) {
    case CODE.dt: {
      const mark = header.u8();
      if (indicator !== 2) throw malformed("a data TPDU of class 0 has a header of two octets", 0);
      return { kind: "data", last: (mark & 0x80) !== 0, payload: reader.rest() };
    }
    case CODE.cr:
    case CODE.cc: {
      const connection = { destination: header.u16(), source: header.u16(), classAndOptions: header.u8() };
      const kind = (code & 0xf0) === CODE.cr ? "connect-request" : "connect-confirm";
      return { kind, ...connection, ...parameters(header) };
    }
    case CODE.dr:
      return {
        kind: "disconnect-request",
        destination: header.u16(),
        source: header.u16(),
        // What ends a connection is not refused for lacking its reason.
        reason: header.remaining > 0 ? header.u8() : 0,
      };
    case CODE.dc:
      return { kind: "disconnect-confirm", destination: header.u16(), source: header.u16() };
    case CODE.er:
      return { kind: "error", destination: header.u16(), cause: header.remaining > 0 ? header.u8() : 0 };
    default:
      throw malformed(`TPDU code 0x${code.toString(16)} is not of class 0`, 1);
  }
}

/** The TPDU, without its TPKT. */
export function encodeCotp(tpdu: Cotp): Uint8Array {
  const header = new ByteWriter(32);
  switch (tpdu.kind) {
    case "connect-request":
    case "connect-confirm":
      header.u8(tpdu.kind === "connect-request" ? CODE.cr : CODE.cc);
      header.u16(tpdu.destination).u16(tpdu.source).u8(tpdu.classAndOptions);
      if (tpdu.tpduSize !== undefined) header.u8(PARAMETER.size).u8(1).u8(tpdu.tpduSize);
      if (tpdu.calledSelector !== undefined) parameter(header, PARAMETER.called, tpdu.calledSelector);
      if (tpdu.callingSelector !== undefined) parameter(header, PARAMETER.calling, tpdu.callingSelector);
      for (const other of tpdu.others ?? []) parameter(header, other.code, other.value);
      break;
    case "data":
      return concat([Uint8Array.of(2, CODE.dt, tpdu.last ? 0x80 : 0), tpdu.payload]);
    case "disconnect-request":
      header.u8(CODE.dr).u16(tpdu.destination).u16(tpdu.source).u8(tpdu.reason);
      break;
    case "disconnect-confirm":
      header.u8(CODE.dc).u16(tpdu.destination).u16(tpdu.source);
      break;
    case "error":
      header.u8(CODE.er).u16(tpdu.destination).u8(tpdu.cause);
      break;
  }
  const content = header.finish();
  return concat([Uint8Array.of(content.length), content]);
}

/** The octets a TPDU of that size code may have; the largest is what one TPKT can carry. */
export function tpduBytes(sizeCode: number): number {
  return Math.min(2 ** Math.min(16, Math.max(7, sizeCode)), 65_531);
}

/**
 * One TSDU as the TPKTs that carry it.
 *
 * @param tpduLimit octets of one TPDU, its header of three included.
 */
export function segmentTsdu(tsdu: Uint8Array, tpduLimit: number): readonly Uint8Array[] {
  const room = tpduLimit - DT_HEADER_BYTES;
  const frames: Uint8Array[] = [];
  let at = 0;
  do {
    const end = Math.min(tsdu.length, at + room);
    const mark = end === tsdu.length ? 0x80 : 0;
    frames.push(encodeTpkt(Uint8Array.of(2, CODE.dt, mark), tsdu.subarray(at, end)));
    at = end;
  } while (at < tsdu.length);
  return frames;
}

/** Joins the fragments of a TSDU. It holds at most `limit` octets and refuses fragments that say nothing. */
export class TsduAssembler {
  readonly #limit: number;
  #parts: Uint8Array[] = [];
  #length = 0;

  constructor(limit: number = TSDU_LIMIT_BYTES) {
    this.#limit = limit;
  }

  /** Octets of an unfinished TSDU. */
  get pending(): number {
    return this.#length;
  }

  /** The whole TSDU when this was its last fragment. */
  take(data: { readonly last: boolean; readonly payload: Uint8Array }): Uint8Array | undefined {
    const { last, payload } = data;
    if (payload.length === 0) throw malformed("a data TPDU without data", 3);
    this.#length += payload.length;
    if (this.#length > this.#limit || this.#parts.length >= TSDU_FRAGMENT_LIMIT)
      throw iec61850Fault("iec61850.cotp.overlong", `fragments of more than ${this.#limit} octets, and no end`);
    if (last && this.#parts.length === 0) {
      this.#length = 0;
      return payload;
    }
    this.#parts.push(payload);
    if (!last) return undefined;
    const whole = concat(this.#parts);
    this.#parts = [];
    this.#length = 0;
    return whole;
  }
}

function parameters(header: ByteReader): CotpParameters {
  const found: { -readonly [K in keyof CotpParameters]: CotpParameters[K] } = {};
  const others: { code: number; value: Uint8Array }[] = [];
  while (header.remaining > 0) {
    const at = header.offset;
    const code = header.u8();
    const value = header.bytes(header.u8()).slice();
    if (code === PARAMETER.size) {
      const [size] = value;
      if (value.length !== 1 || size === undefined || size < 7 || size > 16)
        throw malformed("a TPDU size that is none", at);
      found.tpduSize = size;
    } else if (code === PARAMETER.calling) found.callingSelector = value;
    else if (code === PARAMETER.called) found.calledSelector = value;
    else others.push({ code, value });
  }
  if (others.length > 0) found.others = others;
  return found;
}

function parameter(writer: ByteWriter, code: number, value: Uint8Array): void {
  writer.u8(code).u8(value.length).bytes(value);
}

function malformed(message: string, offset: number): Error {
  return iec61850Fault("iec61850.cotp.malformed", message, { offset });
}
