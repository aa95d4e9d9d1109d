import { BerReader } from "../../kit/ber-reader.ts";
import { application, type BerTag, context, sameTag, UNIVERSAL, universal } from "../../kit/ber-tag.ts";
import { type BitString, hasBit, toBitString, toInteger, toObjectIdentifier } from "../../kit/ber-values.ts";
import { BerWriter } from "../../kit/ber-writer.ts";
import { dlmsFault } from "../codes.ts";

/** A-ASSOCIATE (IEC 62056-5-3 clause 9.4.2). Names are object identifiers as text; what is not known stays data. */
export interface Aarq {
  readonly kind: "aarq";
  readonly protocolVersion: BitString | undefined;
  readonly applicationContextName: string;
  readonly calledApTitle: Uint8Array | undefined;
  readonly calledAeQualifier: Uint8Array | undefined;
  readonly calledApInvocationId: number | undefined;
  readonly calledAeInvocationId: number | undefined;
  /** The system title of the client. */
  readonly callingApTitle: Uint8Array | undefined;
  /** The certificate of the client's signing key. */
  readonly callingAeQualifier: Uint8Array | undefined;
  readonly callingApInvocationId: number | undefined;
  /** The user of the client. */
  readonly callingAeInvocationId: number | undefined;
  readonly authenticationRequired: boolean;
  readonly mechanismName: string | undefined;
  readonly callingAuthenticationValue: Uint8Array | undefined;
  readonly implementationInformation: Uint8Array | undefined;
  /** An InitiateRequest, plain or ciphered. */
  readonly userInformation: Uint8Array | undefined;
}

export interface Aare {
  readonly kind: "aare";
  readonly protocolVersion: BitString | undefined;
  readonly applicationContextName: string;
  /** 0 accepted, 1 rejected-permanent, 2 rejected-transient. */
  readonly result: number;
  readonly diagnosticSource: "service-user" | "service-provider";
  readonly diagnostic: number;
  /** The system title of the server. */
  readonly respondingApTitle: Uint8Array | undefined;
  readonly respondingAeQualifier: Uint8Array | undefined;
  readonly respondingApInvocationId: number | undefined;
  readonly respondingAeInvocationId: number | undefined;
  readonly authenticationRequired: boolean;
  readonly mechanismName: string | undefined;
  readonly respondingAuthenticationValue: Uint8Array | undefined;
  readonly implementationInformation: Uint8Array | undefined;
  /** An InitiateResponse, plain or ciphered, or a ConfirmedServiceError. */
  readonly userInformation: Uint8Array | undefined;
}

export const AARQ_TAG: BerTag = application(0);
export const AARE_TAG: BerTag = application(1);

/** Where each side's fields have their tag. */
const REQUEST = {
  title: 6,
  qualifier: 7,
  apInvocation: 8,
  aeInvocation: 9,
  requirements: 10,
  mechanism: 11,
  value: 12,
};
const INITIATE_RESPONSE = 0x08;
const RESPONSE = { title: 4, qualifier: 5, apInvocation: 6, aeInvocation: 7, requirements: 8, mechanism: 9, value: 10 };

/** Octets behind the one element that an ACSE APDU is. */
export function acseTrailing(octets: Uint8Array): number {
  const reader = new BerReader(octets, "dlms.acse");
  reader.next();
  return octets.length - reader.offset;
}

/** Fields by their tag number. Fields this room does not know are passed over, as ACSE wants it. */
function fieldsOf(octets: Uint8Array, tag: BerTag): Fields {
  const reader = new BerReader(octets, "dlms.acse");
  const whole = reader.expect(tag);
  return new Fields(whole.children());
}

type Element = ReturnType<BerReader["next"]>;

class Fields {
  readonly #fields = new Map<number, Element>();

  constructor(reader: BerReader) {
    while (!reader.done) {
      const field = reader.next();
      if (field.tag.class === "context") this.#fields.set(field.tag.number, field);
    }
  }

  get(number: number): Element | undefined {
    return this.#fields.get(number);
  }

  bits(number: number): BitString | undefined {
    const field = this.get(number);
    return field === undefined ? undefined : toBitString(field);
  }

  /** An explicit tag around an OCTET STRING. */
  octets(number: number): Uint8Array | undefined {
    const inside = this.get(number)?.children().next();
    return inside?.content;
  }

  integer(number: number): number | undefined {
    const field = this.get(number);
    return field === undefined ? undefined : toInteger(field.children().expect(universal(UNIVERSAL.integer)));
  }

  name(number: number): string | undefined {
    const field = this.get(number);
    return field === undefined ? undefined : toObjectIdentifier(field);
  }

  context(octets: number): string {
    const field = this.get(octets);
    if (field !== undefined) {
      return toObjectIdentifier(field.children().expect(universal(UNIVERSAL.objectIdentifier)));
    }
    throw dlmsFault("dlms.apdu.malformed", "an association without an application context");
  }

  /** CHOICE: a string of characters, of bits, or something external; the octets of whichever it is. */
  authentication(number: number): Uint8Array | undefined {
    const inside = this.get(number)?.children().next();
    if (inside === undefined) return undefined;
    return sameTag(inside.tag, context(1)) ? toBitString(inside).octets : inside.content;
  }
}

export function decodeAarq(octets: Uint8Array): Aarq {
  const fields = fieldsOf(octets, AARQ_TAG);
  return {
    kind: "aarq",
    protocolVersion: fields.bits(0),
    applicationContextName: fields.context(1),
    calledApTitle: fields.octets(2),
    calledAeQualifier: fields.octets(3),
    calledApInvocationId: fields.integer(4),
    calledAeInvocationId: fields.integer(5),
    callingApTitle: fields.octets(REQUEST.title),
    callingAeQualifier: fields.octets(REQUEST.qualifier),
    callingApInvocationId: fields.integer(REQUEST.apInvocation),
    callingAeInvocationId: fields.integer(REQUEST.aeInvocation),
    authenticationRequired: requires(fields.bits(REQUEST.requirements)),
    mechanismName: fields.name(REQUEST.mechanism),
    callingAuthenticationValue: fields.authentication(REQUEST.value),
    implementationInformation: fields.get(29)?.content,
    userInformation: fields.octets(30),
  };
}

export function encodeAarq(aarq: Aarq): Uint8Array {
  return new BerWriter()
    .constructed(AARQ_TAG, (inside) => {
      writeVersion(inside, aarq.protocolVersion);
      writeContext(inside, aarq.applicationContextName);
      writeOctets(inside, 2, aarq.calledApTitle);
      writeOctets(inside, 3, aarq.calledAeQualifier);
      writeInteger(inside, 4, aarq.calledApInvocationId);
      writeInteger(inside, 5, aarq.calledAeInvocationId);
      writeOctets(inside, REQUEST.title, aarq.callingApTitle);
      writeOctets(inside, REQUEST.qualifier, aarq.callingAeQualifier);
      writeInteger(inside, REQUEST.apInvocation, aarq.callingApInvocationId);
      writeInteger(inside, REQUEST.aeInvocation, aarq.callingAeInvocationId);
      writeAuthentication(inside, REQUEST, { ...aarq, value: aarq.callingAuthenticationValue });
      writeUserInformation(inside, aarq);
    })
    .finish();
}

export function decodeAare(octets: Uint8Array): Aare {
  const fields = fieldsOf(octets, AARE_TAG);
  const result = fields.integer(2);
  const diagnostic = fields.get(3)?.children().next();
  if (result === undefined || diagnostic === undefined) {
    throw dlmsFault("dlms.apdu.malformed", "an answer to an association without result or diagnostic");
  }
  return {
    kind: "aare",
    protocolVersion: fields.bits(0),
    applicationContextName: fields.context(1),
    result,
    diagnosticSource: diagnostic.tag.number === 2 ? "service-provider" : "service-user",
    diagnostic: toInteger(diagnostic.children().expect(universal(UNIVERSAL.integer))),
    respondingApTitle: fields.octets(RESPONSE.title),
    respondingAeQualifier: fields.octets(RESPONSE.qualifier),
    respondingApInvocationId: fields.integer(RESPONSE.apInvocation),
    respondingAeInvocationId: fields.integer(RESPONSE.aeInvocation),
    authenticationRequired: requires(fields.bits(RESPONSE.requirements)),
    mechanismName: fields.name(RESPONSE.mechanism),
    respondingAuthenticationValue: fields.authentication(RESPONSE.value),
    implementationInformation: fields.get(29)?.content,
    userInformation: wholeInformation(octets, fields.octets(30)),
  };
}

/**
 * Meters of short names are in the field that count the two octets of the tag of the conformance block as one: every length
 * around it is one short, and the last octet of the InitiateResponse stands behind the AARE.
 */
function wholeInformation(octets: Uint8Array, information: Uint8Array | undefined): Uint8Array | undefined {
  if (information === undefined || acseTrailing(octets) !== 1) return information;
  const from = information.byteOffset - octets.byteOffset;
  const isLast = from + information.length === octets.length - 1;
  return isLast && information[0] === INITIATE_RESPONSE ? octets.subarray(from) : information;
}

export function encodeAare(aare: Aare): Uint8Array {
  return new BerWriter()
    .constructed(AARE_TAG, (inside) => {
      writeVersion(inside, aare.protocolVersion);
      writeContext(inside, aare.applicationContextName);
      writeInteger(inside, 2, aare.result);
      inside.constructed(context(3, "constructed"), (source) =>
        writeInteger(source, aare.diagnosticSource === "service-user" ? 1 : 2, aare.diagnostic),
      );
      writeOctets(inside, RESPONSE.title, aare.respondingApTitle);
      writeOctets(inside, RESPONSE.qualifier, aare.respondingAeQualifier);
      writeInteger(inside, RESPONSE.apInvocation, aare.respondingApInvocationId);
      writeInteger(inside, RESPONSE.aeInvocation, aare.respondingAeInvocationId);
      writeAuthentication(inside, RESPONSE, { ...aare, value: aare.respondingAuthenticationValue });
      writeUserInformation(inside, aare);
    })
    .finish();
}

function requires(requirements: BitString | undefined): boolean {
  return requirements !== undefined && hasBit(requirements, 0);
}

function writeVersion(writer: BerWriter, version: BitString | undefined): void {
  if (version !== undefined) writer.bitString(context(0), version);
}

function writeContext(writer: BerWriter, name: string): void {
  writer.constructed(context(1, "constructed"), (inside) =>
    inside.objectIdentifier(universal(UNIVERSAL.objectIdentifier), name),
  );
}

function writeOctets(writer: BerWriter, number: number, octets: Uint8Array | undefined): void {
  if (octets === undefined) return;
  writer.constructed(context(number, "constructed"), (inside) =>
    inside.element(universal(UNIVERSAL.octetString), octets),
  );
}

function writeInteger(writer: BerWriter, number: number, value: number | undefined): void {
  if (value === undefined) return;
  writer.constructed(context(number, "constructed"), (inside) => inside.integer(universal(UNIVERSAL.integer), value));
}

interface Authentication {
  readonly authenticationRequired: boolean;
  readonly mechanismName: string | undefined;
  readonly value: Uint8Array | undefined;
}

function writeAuthentication(writer: BerWriter, tags: typeof REQUEST, authentication: Authentication): void {
  const { authenticationRequired, mechanismName, value } = authentication;
  if (authenticationRequired) writer.bitString(context(tags.requirements), { octets: Uint8Array.of(0x80), length: 1 });
  if (mechanismName !== undefined) writer.objectIdentifier(context(tags.mechanism), mechanismName);
  if (value !== undefined) {
    writer.constructed(context(tags.value, "constructed"), (inside) => inside.element(context(0), value));
  }
}

function writeUserInformation(
  writer: BerWriter,
  { implementationInformation, userInformation }: Pick<Aarq, "implementationInformation" | "userInformation">,
): void {
  if (implementationInformation !== undefined) writer.element(context(29), implementationInformation);
  writeOctets(writer, 30, userInformation);
}
