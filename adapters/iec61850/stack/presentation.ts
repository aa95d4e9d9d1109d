import { type BerElement, BerReader } from "../../kit/ber-reader.ts";
import { universal, UNIVERSAL } from "../../kit/ber-tag.ts";
import { toInteger, toObjectIdentifier } from "../../kit/ber-values.ts";
import { BerWriter } from "../../kit/ber-writer.ts";
import { application, sameTag } from "../../kit/ber-tag.ts";
import { iec61850Fault } from "../codes.ts";
import { LIST_LIMIT } from "../limits.ts";
import { constructed, primitive } from "../tags.ts";

/** Abstract and transfer syntaxes (ISO 8650, ISO 9506-2, X.690). */
export const SYNTAX = { acse: "2.2.1.0.1", mms: "1.0.9506.2.1", ber: "2.1.1" } as const;

/** The context identifiers everybody proposes; the client chooses, and whoever answers remembers. */
export const CONTEXT = { acse: 1, mms: 3 } as const;

export interface PresentationContext {
  readonly id: number;
  readonly abstractSyntax: string;
  readonly transferSyntaxes: readonly string[];
}

/** One result of the proposed contexts: 0 acceptance, 1 user rejection, 2 provider rejection. */
export interface ContextResult {
  readonly result: number;
  readonly transferSyntax?: string;
  readonly reason?: number;
}

/** One presentation data value: `data` is the BER of one value of the context's abstract syntax; a view. */
export interface Pdv {
  readonly context: number;
  readonly transferSyntax?: string;
  readonly data: Uint8Array;
}

/** A presentation PDU (ISO 8823). */
export type Ppdu =
  | {
      readonly kind: "connect";
      readonly callingSelector?: Uint8Array;
      readonly calledSelector?: Uint8Array;
      readonly contexts: readonly PresentationContext[];
      readonly pdvs: readonly Pdv[];
    }
  | {
      readonly kind: "accept";
      readonly respondingSelector?: Uint8Array;
      readonly results: readonly ContextResult[];
      readonly pdvs: readonly Pdv[];
    }
  | { readonly kind: "reject"; readonly reason: number | undefined; readonly pdvs: readonly Pdv[] }
  | { readonly kind: "data"; readonly pdvs: readonly Pdv[] }
  | { readonly kind: "abort-user"; readonly pdvs: readonly Pdv[] }
  | { readonly kind: "abort-provider"; readonly reason: number | undefined; readonly event: number | undefined };

const PREFIX = "iec61850.presentation";
const SET = universal(UNIVERSAL.set);
const SEQUENCE = universal(UNIVERSAL.sequence);
const INTEGER = universal(UNIVERSAL.integer);
const OID = universal(UNIVERSAL.objectIdentifier);
const USER_DATA = application(1);
const NORMAL_MODE = 1;

/**
 * What a session SPDU carries.
 *
 * @param within the kind of the session SPDU: it decides between PDUs that share a tag.
 */
export function decodePpdu(bytes: Uint8Array, within: "connect" | "accept" | "refuse" | "data" | "abort"): Ppdu {
  const reader = new BerReader(bytes, PREFIX);
  switch (within) {
    case "data":
      return { kind: "data", pdvs: pdvsOf(reader.expect(USER_DATA)) };
    case "connect":
      return decodeConnect(normalMode(reader.expect(SET)));
    case "accept":
      return decodeAccept(normalMode(reader.expect(SET)));
    case "refuse":
      return decodeReject(reader);
    case "abort":
      return decodeAbort(reader);
  }
}

/** The data PPDU of one PDV: everything of the data phase. */
export function encodePpdu(ppdu: Ppdu): Uint8Array {
  const writer = new BerWriter();
  switch (ppdu.kind) {
    case "data":
      writePdvs(writer, ppdu.pdvs);
      break;
    case "connect":
      writer.constructed(SET, (cp) => {
        cp.constructed(constructed(0), (mode) => mode.integer(primitive(0), NORMAL_MODE));
        cp.constructed(constructed(2), (normal) => {
          if (ppdu.callingSelector !== undefined) normal.element(primitive(1), ppdu.callingSelector);
          if (ppdu.calledSelector !== undefined) normal.element(primitive(2), ppdu.calledSelector);
          normal.constructed(constructed(4), (list) => {
            for (const one of ppdu.contexts) writeContext(list, one);
          });
          writePdvs(normal, ppdu.pdvs);
        });
      });
      break;
    case "accept":
      writer.constructed(SET, (cpa) => {
        cpa.constructed(constructed(0), (mode) => mode.integer(primitive(0), NORMAL_MODE));
        cpa.constructed(constructed(2), (normal) => {
          if (ppdu.respondingSelector !== undefined) normal.element(primitive(3), ppdu.respondingSelector);
          normal.constructed(constructed(5), (list) => {
            for (const one of ppdu.results) writeResult(list, one);
          });
          writePdvs(normal, ppdu.pdvs);
        });
      });
      break;
    case "reject":
      writer.constructed(SEQUENCE, (cpr) => {
        if (ppdu.reason !== undefined) cpr.integer(primitive(10), ppdu.reason);
        if (ppdu.pdvs.length > 0) writePdvs(cpr, ppdu.pdvs);
      });
      break;
    case "abort-user":
      writer.constructed(constructed(0), (aru) => {
        if (ppdu.pdvs.length > 0) writePdvs(aru, ppdu.pdvs);
      });
      break;
    case "abort-provider":
      writer.constructed(SEQUENCE, (arp) => {
        if (ppdu.reason !== undefined) arp.integer(primitive(0), ppdu.reason);
        if (ppdu.event !== undefined) arp.integer(primitive(1), ppdu.event);
      });
      break;
  }
  return writer.finish();
}

/** CP and CPA: `[0]` the mode, `[2]` the parameters of normal mode. */
function normalMode(set: BerElement): BerReader {
  let normal: BerElement | undefined;
  const inside = set.children();
  while (!inside.done) {
    const element = inside.next();
    if (sameTag(element.tag, constructed(0))) {
      const mode = toInteger(element.children().expect(primitive(0)));
      if (mode !== NORMAL_MODE) throw element.refuse(`presentation mode ${mode} where normal mode (1) should be`);
    } else if (sameTag(element.tag, constructed(2))) normal = element;
  }
  if (normal === undefined)
    throw iec61850Fault("iec61850.presentation.malformed", "a presentation PDU without its parameters");
  return normal.children();
}

function decodeConnect(reader: BerReader): Ppdu {
  let callingSelector: Uint8Array | undefined;
  let calledSelector: Uint8Array | undefined;
  let contexts: readonly PresentationContext[] = [];
  let pdvs: readonly Pdv[] = [];
  while (!reader.done) {
    const element = reader.next();
    if (sameTag(element.tag, primitive(1))) callingSelector = element.content.slice();
    else if (sameTag(element.tag, primitive(2))) calledSelector = element.content.slice();
    else if (sameTag(element.tag, constructed(4))) contexts = listOf(element, contextOf);
    else if (sameTag(element.tag, USER_DATA)) pdvs = pdvsOf(element);
  }
  return {
    kind: "connect",
    ...(callingSelector !== undefined && { callingSelector }),
    ...(calledSelector !== undefined && { calledSelector }),
    contexts,
    pdvs,
  };
}

function decodeAccept(reader: BerReader): Ppdu {
  let respondingSelector: Uint8Array | undefined;
  let results: readonly ContextResult[] = [];
  let pdvs: readonly Pdv[] = [];
  while (!reader.done) {
    const element = reader.next();
    if (sameTag(element.tag, primitive(3))) respondingSelector = element.content.slice();
    else if (sameTag(element.tag, constructed(5))) results = listOf(element, resultOf);
    else if (sameTag(element.tag, USER_DATA)) pdvs = pdvsOf(element);
  }
  return { kind: "accept", ...(respondingSelector !== undefined && { respondingSelector }), results, pdvs };
}

/** CPR: a SEQUENCE in normal mode; some wrap it in a SET as the other two. */
function decodeReject(reader: BerReader): Ppdu {
  let reason: number | undefined;
  let pdvs: readonly Pdv[] = [];
  if (!reader.done) {
    const inside = reader.next().children();
    while (!inside.done) {
      const element = inside.next();
      if (sameTag(element.tag, primitive(10))) reason = toInteger(element);
      else if (sameTag(element.tag, USER_DATA)) pdvs = pdvsOf(element);
    }
  }
  return { kind: "reject", reason, pdvs };
}

function decodeAbort(reader: BerReader): Ppdu {
  const element = reader.next();
  if (sameTag(element.tag, constructed(0))) {
    const inside = element.children();
    let pdvs: readonly Pdv[] = [];
    while (!inside.done) {
      const one = inside.next();
      if (sameTag(one.tag, USER_DATA)) pdvs = pdvsOf(one);
    }
    return { kind: "abort-user", pdvs };
  }
  if (!sameTag(element.tag, SEQUENCE)) throw element.refuse("neither an ARU nor an ARP");
  const inside = element.children();
  const reason = inside.optional(primitive(0));
  const event = inside.optional(primitive(1));
  return {
    kind: "abort-provider",
    reason: reason === undefined ? undefined : toInteger(reason),
    event: event === undefined ? undefined : toInteger(event),
  };
}

function contextOf(element: BerElement): PresentationContext {
  const inside = element.children();
  const id = toInteger(inside.expect(INTEGER));
  const abstractSyntax = toObjectIdentifier(inside.expect(OID));
  return { id, abstractSyntax, transferSyntaxes: listOf(inside.expect(SEQUENCE), toObjectIdentifier) };
}

function resultOf(element: BerElement): ContextResult {
  const inside = element.children();
  const result = toInteger(inside.expect(primitive(0)));
  const transferSyntax = inside.optional(primitive(1));
  const reason = inside.optional(primitive(2));
  return {
    result,
    ...(transferSyntax !== undefined && { transferSyntax: toObjectIdentifier(transferSyntax) }),
    ...(reason !== undefined && { reason: toInteger(reason) }),
  };
}

/** Fully-encoded-data: a list of PDVs, one everywhere in the field. */
function pdvsOf(userData: BerElement): readonly Pdv[] {
  return listOf(userData, (element) => {
    const inside = element.children();
    const transferSyntax = inside.optional(OID);
    const context = toInteger(inside.expect(INTEGER));
    // Single-ASN1-type; the other two forms (octet-aligned, arbitrary) are used by nobody here.
    const data = inside.expect(constructed(0)).content;
    return {
      context,
      ...(transferSyntax !== undefined && { transferSyntax: toObjectIdentifier(transferSyntax) }),
      data,
    };
  });
}

function writePdvs(writer: BerWriter, pdvs: readonly Pdv[]): void {
  writer.constructed(USER_DATA, (list) => {
    for (const pdv of pdvs) {
      list.constructed(SEQUENCE, (one) => {
        if (pdv.transferSyntax !== undefined) one.objectIdentifier(OID, pdv.transferSyntax);
        one.integer(INTEGER, pdv.context).element(constructed(0), pdv.data);
      });
    }
  });
}

function writeContext(writer: BerWriter, { id, abstractSyntax, transferSyntaxes }: PresentationContext): void {
  writer.constructed(SEQUENCE, (item) => {
    item.integer(INTEGER, id).objectIdentifier(OID, abstractSyntax);
    item.constructed(SEQUENCE, (list) => {
      for (const syntax of transferSyntaxes) list.objectIdentifier(OID, syntax);
    });
  });
}

function writeResult(writer: BerWriter, { result, transferSyntax, reason }: ContextResult): void {
  writer.constructed(SEQUENCE, (item) => {
    item.integer(primitive(0), result);
    if (transferSyntax !== undefined) item.objectIdentifier(primitive(1), transferSyntax);
    if (reason !== undefined) item.integer(primitive(2), reason);
  });
}

function listOf<T>(element: BerElement, one: (element: BerElement) => T): readonly T[] {
  const inside = element.children();
  const list: T[] = [];
  while (!inside.done) {
    if (list.length >= LIST_LIMIT) throw element.refuse(`a list of more than ${LIST_LIMIT} elements`);
    list.push(one(inside.next()));
  }
  return list;
}
