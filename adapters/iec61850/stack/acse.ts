import { type BerElement, BerReader } from "../../kit/ber-reader.ts";
import { application, type BerTag, sameTag, tagText, universal, UNIVERSAL } from "../../kit/ber-tag.ts";
import { toInteger, toObjectIdentifier } from "../../kit/ber-values.ts";
import { BerWriter } from "../../kit/ber-writer.ts";
import { iec61850Fault } from "../codes.ts";
import { constructed, primitive } from "../tags.ts";

/** The application context of MMS, and the mechanism of a plain password (ISO 8650-1, IEC 62351-4). */
export const APPLICATION_CONTEXT_MMS = "1.0.9506.2.3";
export const MECHANISM_PASSWORD = "2.2.3.1";

/** Who an application entity is; every part may be left out. */
export interface ApplicationEntity {
  /** As `1.3.9999.23`. */
  readonly apTitle?: string;
  readonly aeQualifier?: number;
}

/** `charstring` is the password; any other form (certificates of the A-profile) is kept as its BER. */
export type AuthenticationValue =
  | { readonly form: "charstring"; readonly password: Uint8Array }
  | { readonly form: "other"; readonly tag: BerTag; readonly content: Uint8Array };

/** The EXTERNAL inside user-information: the BER of one MMS PDU; a view. */
export interface UserInformation {
  readonly directReference?: string;
  readonly context?: number;
  readonly data: Uint8Array;
}

/** An ACSE APDU (ISO 8650-1). */
export type Acse =
  | {
      readonly kind: "aarq";
      readonly applicationContext: string;
      readonly called: ApplicationEntity;
      readonly calling: ApplicationEntity;
      readonly mechanism?: string;
      readonly authentication?: AuthenticationValue;
      readonly userInformation?: UserInformation;
    }
  | {
      readonly kind: "aare";
      readonly applicationContext: string;
      /** 0 accepted, 1 rejected permanent, 2 rejected transient. */
      readonly result: number;
      readonly diagnostic: { readonly source: "user" | "provider"; readonly code: number };
      readonly responding: ApplicationEntity;
      readonly userInformation?: UserInformation;
    }
  /** `reason` 0 normal, 1 urgent (request) or not finished (response), 30 user defined. */
  | { readonly kind: "rlrq"; readonly reason: number | undefined }
  | { readonly kind: "rlre"; readonly reason: number | undefined }
  /** `source` 0 the user, 1 the provider. */
  | { readonly kind: "abrt"; readonly source: number };

const PREFIX = "iec61850.acse";
const OID = universal(UNIVERSAL.objectIdentifier);
const INTEGER = universal(UNIVERSAL.integer);
/** EXTERNAL is a SEQUENCE under its own tag: constructed. */
const EXTERNAL: BerTag = { ...universal(UNIVERSAL.external), constructed: true };
const APPLICATION = { aarq: 0, aare: 1, rlrq: 2, rlre: 3, abrt: 4 } as const;
/** The sender's functional unit "authentication": bit 0 of one octet, seven unused. */
const REQUIREMENTS_AUTHENTICATION = Uint8Array.of(7, 0x80);
/** What libiec61850 sends: four unused bits. Both say the same. */

/** Diagnostics of the service user (ISO 8650-1 §9.1.3.7), those that have a meaning here. */
const DIAGNOSTICS: Readonly<Record<number, string>> = {
  0: "no reason given",
  1: "no reason given",
  2: "application context name not supported",
  3: "calling AP title not recognized",
  6: "calling AE qualifier not recognized",
  7: "called AP title not recognized",
  10: "called AE qualifier not recognized",
  11: "authentication mechanism name not recognized",
  12: "authentication mechanism name required",
  13: "authentication failure",
  14: "authentication required",
};

export function diagnosticText(diagnostic: { readonly source: "user" | "provider"; readonly code: number }): string {
  return diagnostic.source === "user"
    ? (DIAGNOSTICS[diagnostic.code] ?? `diagnostic ${diagnostic.code}`)
    : `provider diagnostic ${diagnostic.code}`;
}

export function decodeAcse(bytes: Uint8Array): Acse {
  const element = new BerReader(bytes, PREFIX).next();
  const { tag } = element;
  if (tag.class !== "application") throw element.refuse(`${tagText(tag)} is no ACSE APDU`);
  switch (tag.number) {
    case APPLICATION.aarq:
      return decodeAarq(element);
    case APPLICATION.aare:
      return decodeAare(element);
    case APPLICATION.rlrq:
    case APPLICATION.rlre: {
      const reason = element.children().optional(primitive(0));
      return {
        kind: tag.number === APPLICATION.rlrq ? "rlrq" : "rlre",
        reason: reason === undefined ? undefined : toInteger(reason),
      };
    }
    case APPLICATION.abrt: {
      const source = element.children().optional(primitive(0));
      return { kind: "abrt", source: source === undefined ? 0 : toInteger(source) };
    }
    default:
      throw element.refuse(`${tagText(tag)} is no ACSE APDU`);
  }
}

export function encodeAcse(apdu: Acse): Uint8Array {
  const writer = new BerWriter();
  switch (apdu.kind) {
    case "aarq":
      writer.constructed(application(APPLICATION.aarq), (aarq) => {
        aarq.constructed(constructed(1), (name) => name.objectIdentifier(OID, apdu.applicationContext));
        writeEntity(aarq, apdu.called, 2);
        writeEntity(aarq, apdu.calling, 6);
        const { authentication } = apdu;
        if (authentication !== undefined) aarq.element(primitive(10), REQUIREMENTS_AUTHENTICATION);
        if (apdu.mechanism !== undefined) aarq.objectIdentifier(primitive(11), apdu.mechanism);
        if (authentication !== undefined)
          aarq.constructed(constructed(12), (value) => {
            if (authentication.form === "charstring") value.element(primitive(0), authentication.password);
            else value.element(authentication.tag, authentication.content);
          });
        writeUserInformation(aarq, apdu.userInformation);
      });
      break;
    case "aare":
      writer.constructed(application(APPLICATION.aare), (aare) => {
        aare.constructed(constructed(1), (name) => name.objectIdentifier(OID, apdu.applicationContext));
        aare.constructed(constructed(2), (result) => result.integer(INTEGER, apdu.result));
        aare.constructed(constructed(3), (diagnostic) =>
          diagnostic.constructed(constructed(apdu.diagnostic.source === "user" ? 1 : 2), (code) =>
            code.integer(INTEGER, apdu.diagnostic.code),
          ),
        );
        writeEntity(aare, apdu.responding, 4);
        writeUserInformation(aare, apdu.userInformation);
      });
      break;
    case "rlrq":
    case "rlre":
      writer.constructed(application(APPLICATION[apdu.kind]), (release) => {
        if (apdu.reason !== undefined) release.integer(primitive(0), apdu.reason);
      });
      break;
    case "abrt":
      writer.constructed(application(APPLICATION.abrt), (abrt) => abrt.integer(primitive(0), apdu.source));
      break;
  }
  return writer.finish();
}

function decodeAarq(element: BerElement): Acse {
  const found = fieldsOf(element);
  const context = found.get(1);
  if (context === undefined) throw missing("an AARQ without an application context name");
  const mechanism = found.get(11);
  const value = found.get(12)?.children().next();
  const userInformation = userInformationOf(found.get(30));
  return {
    kind: "aarq",
    applicationContext: oidIn(context),
    called: entityOf(found, 2),
    calling: entityOf(found, 6),
    ...(mechanism !== undefined && { mechanism: toObjectIdentifier(mechanism) }),
    ...(value !== undefined && { authentication: authenticationOf(value) }),
    ...(userInformation !== undefined && { userInformation }),
  };
}

function decodeAare(element: BerElement): Acse {
  const found = fieldsOf(element);
  const result = found.get(2);
  if (result === undefined) throw missing("an AARE without its result");
  const context = found.get(1);
  const source = found.get(3)?.children().next();
  const userInformation = userInformationOf(found.get(30));
  return {
    kind: "aare",
    applicationContext: context === undefined ? APPLICATION_CONTEXT_MMS : oidIn(context),
    result: toInteger(result.children().expect(INTEGER)),
    diagnostic: {
      source: source?.tag.number === 2 ? "provider" : "user",
      code: source === undefined ? 0 : toInteger(source.children().expect(INTEGER)),
    },
    responding: entityOf(found, 4),
    ...(userInformation !== undefined && { userInformation }),
  };
}

/** Fields by their number, the first of each: their order is fixed, and nobody depends on it. */
function fieldsOf(element: BerElement): Map<number, BerElement> {
  const found = new Map<number, BerElement>();
  const inside = element.children();
  while (!inside.done) {
    const one = inside.next();
    if (one.tag.class === "context" && !found.has(one.tag.number)) found.set(one.tag.number, one);
  }
  return found;
}

function entityOf(found: ReadonlyMap<number, BerElement>, first: number): ApplicationEntity {
  const title = found.get(first)?.children().next();
  const qualifier = found
    .get(first + 1)
    ?.children()
    .next();
  return {
    // An AP title may also be a Name (form 1), which we have no use for.
    ...(title !== undefined && sameTag(title.tag, OID) && { apTitle: toObjectIdentifier(title) }),
    ...(qualifier !== undefined && sameTag(qualifier.tag, INTEGER) && { aeQualifier: toInteger(qualifier) }),
  };
}

function writeEntity(writer: BerWriter, entity: ApplicationEntity, first: number): void {
  const { apTitle, aeQualifier } = entity;
  if (apTitle !== undefined) writer.constructed(constructed(first), (title) => title.objectIdentifier(OID, apTitle));
  if (aeQualifier !== undefined)
    writer.constructed(constructed(first + 1), (qualifier) => qualifier.integer(INTEGER, aeQualifier));
}

function authenticationOf(value: BerElement): AuthenticationValue {
  if (sameTag(value.tag, primitive(0))) return { form: "charstring", password: value.content.slice() };
  return { form: "other", tag: value.tag, content: value.content.slice() };
}

function userInformationOf(element: BerElement | undefined): UserInformation | undefined {
  if (element === undefined) return undefined;
  const external = element.children().expect(EXTERNAL).children();
  const reference = external.optional(OID);
  const context = external.optional(INTEGER);
  return {
    ...(reference !== undefined && { directReference: toObjectIdentifier(reference) }),
    ...(context !== undefined && { context: toInteger(context) }),
    data: external.expect(constructed(0)).content,
  };
}

function writeUserInformation(writer: BerWriter, information: UserInformation | undefined): void {
  if (information === undefined) return;
  const { directReference, context, data } = information;
  writer.constructed(constructed(30), (list) =>
    list.constructed(EXTERNAL, (external) => {
      if (directReference !== undefined) external.objectIdentifier(OID, directReference);
      if (context !== undefined) external.integer(INTEGER, context);
      external.element(constructed(0), data);
    }),
  );
}

function oidIn(element: BerElement): string {
  return toObjectIdentifier(element.children().expect(OID));
}

function missing(message: string): Error {
  return iec61850Fault("iec61850.acse.malformed", message);
}
