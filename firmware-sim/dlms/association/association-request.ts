import type { Aarq } from "../../../adapters/dlms/apdu/acse.ts";
import { conforms } from "../../../adapters/dlms/apdu/conformance.ts";
import { decodeApdu } from "../../../adapters/dlms/apdu/decode-apdu.ts";
import { INITIATE_ERRORS } from "../../../adapters/dlms/apdu/errors.ts";
import { DLMS_VERSION, type InitiateRequest } from "../../../adapters/dlms/apdu/initiate.ts";
import { suffices } from "../../../adapters/dlms/security/control.ts";
import { equalBytes } from "../../../adapters/kit/bytes.ts";
import { EdgeError } from "../../../adapters/kit/edge-error.ts";
import { MECHANISM, type MeterClient } from "../meter-client.ts";
import type { MeterState } from "../meter-state.ts";
import { type Cover, PLAIN, protectionOf } from "./cover.ts";
import { CONTEXT, DIAGNOSTIC, mechanismOf } from "./names.ts";
import type { Protector, Rejection } from "./protector.ts";

/** What a meter makes of an AARQ. */
export type Judgement =
  | {
      readonly kind: "accepted";
      readonly initiate: InitiateRequest;
      /** How the InitiateRequest came protected. */
      readonly cover: Cover;
      /** The invocation counter it came with, where it was protected. */
      readonly counter: number | undefined;
      readonly isCiphered: boolean;
    }
  | {
      readonly kind: "refused";
      readonly diagnostic: number;
      /** A ConfirmedServiceError goes with it where the xDLMS context is what cannot be. */
      readonly initiateError: number | undefined;
      readonly why: string;
    }
  /** Answered with an exception instead of an AARE. */
  | { readonly kind: "exception"; readonly rejection: Rejection; readonly why: string };

const TITLE_OCTETS = 8;
const PDU_MIN = 12;
const initiateError = (name: string): number =>
  Number(Object.entries(INITIATE_ERRORS).find(([, text]) => text === name)?.[0] ?? 0);

/** IEC 62056-5-3 9.4.4: names first, then who it is, then what both can do. */
export function judge(aarq: Aarq, client: MeterClient, meter: MeterState, protector: Protector): Judgement {
  const isShort = meter.referencing === "short-name";
  const isCiphered = aarq.applicationContextName === (isShort ? CONTEXT.snCiphered : CONTEXT.lnCiphered);
  if (!isCiphered && aarq.applicationContextName !== (isShort ? CONTEXT.sn : CONTEXT.ln)) {
    return refusal(DIAGNOSTIC.contextNotSupported, `another application context than that of ${meter.referencing}s`);
  }
  if (!isCiphered && client.rights === "all" && meter.security.policy !== 0) {
    return refusal(DIAGNOSTIC.contextNotSupported, "the security policy wants a ciphered context");
  }
  const mechanism = mechanismOf(aarq.mechanismName);
  if (mechanism !== client.mechanism) {
    const missing = aarq.mechanismName === undefined;
    return refusal(
      missing ? DIAGNOSTIC.mechanismRequired : DIAGNOSTIC.mechanismNotRecognised,
      `mechanism ${mechanism ?? "unknown"} where ${client.mechanism} is wanted`,
    );
  }
  const value = aarq.callingAuthenticationValue;
  if (mechanism === MECHANISM.lls && (value === undefined || !equalBytes(value, meter.keys.secret))) {
    return refusal(DIAGNOSTIC.authenticationFailed, "another password");
  }
  const isHigh = mechanism > MECHANISM.lls;
  if (isHigh && (value === undefined || value.length < 8 || value.length > 64)) {
    return refusal(DIAGNOSTIC.authenticationFailed, "a challenge that is none");
  }
  const needsTitle = isCiphered || mechanism >= MECHANISM.gmac;
  if (needsTitle && aarq.callingApTitle?.length !== TITLE_OCTETS) {
    return refusal(DIAGNOSTIC.callingTitleNotRecognised, "no system title");
  }
  return initiation(aarq, meter, protector, isCiphered);
}

function initiation(aarq: Aarq, meter: MeterState, protector: Protector, isCiphered: boolean): Judgement {
  const opened = uncovered(aarq, protector);
  if (opened === undefined) return refusal(DIAGNOSTIC.noReason, "no InitiateRequest");
  if ("kind" in opened) {
    return opened.kind === "counter-error"
      ? { kind: "exception", rejection: opened, why: `a counter below ${opened.expected}` }
      : refusal(DIAGNOSTIC.noReason, "its InitiateRequest cannot be deciphered");
  }
  const { initiate, cover, counter } = opened;
  // Old clients with a password send the AARQ itself in clear.
  const wanted = { authenticated: (meter.security.policy & 1) !== 0, encrypted: (meter.security.policy & 2) !== 0 };
  const given = protectionOf(cover);
  const isOld = mechanismOf(aarq.mechanismName) === MECHANISM.lls;
  if (isCiphered && !isOld && !suffices(given, wanted)) {
    return refusal(DIAGNOSTIC.noReason, "an InitiateRequest weaker than the security policy");
  }
  if (initiate.dlmsVersion < DLMS_VERSION) return refusal(DIAGNOSTIC.noReason, "DLMS version", "dlms-version-too-low");
  if (initiate.maxReceivePduSize > 0 && initiate.maxReceivePduSize < PDU_MIN) {
    return refusal(DIAGNOSTIC.noReason, "its PDU size", "pdu-size-too-short");
  }
  if (!conforms(initiate.conformance & meter.conformance, meter.referencing === "short-name" ? "read" : "get")) {
    return refusal(DIAGNOSTIC.noReason, "nothing in common", "incompatible-conformance");
  }
  return { kind: "accepted", initiate, cover, counter, isCiphered };
}

/** The InitiateRequest of the user information, and how it was protected; `undefined` where there is none. */
export function uncovered(
  { userInformation }: { readonly userInformation: Uint8Array | undefined },
  protector: Protector,
):
  | { readonly initiate: InitiateRequest; readonly cover: Cover; readonly counter: number | undefined }
  | Rejection
  | undefined {
  if (userInformation === undefined) return undefined;
  try {
    const apdu = decodeApdu(userInformation);
    if (apdu.kind === "initiate-request") return { initiate: apdu, cover: PLAIN, counter: undefined };
    if (apdu.kind !== "service-ciphered" && apdu.kind !== "general-glo-ciphering") return undefined;
    const plain = protector.uncover(apdu);
    if ("kind" in plain) return plain;
    const inside = decodeApdu(plain.octets);
    const { cover, counter } = plain;
    return inside.kind === "initiate-request" ? { initiate: inside, cover, counter } : undefined;
  } catch (thrown) {
    if (!(thrown instanceof EdgeError)) throw thrown;
    return undefined;
  }
}

function refusal(diagnostic: number, why: string, error?: string): Judgement {
  return {
    kind: "refused",
    diagnostic,
    why,
    initiateError: error === undefined ? undefined : initiateError(error),
  };
}
