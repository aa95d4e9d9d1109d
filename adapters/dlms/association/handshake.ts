import type { EdgeError } from "../../kit/edge-error.ts";
import type { Ciphers } from "../../kit/ciphers.ts";
import type { Random } from "../../kit/ports.ts";
import type { Aare, Aarq } from "../apdu/acse.ts";
import type { Apdu } from "../apdu/apdu.ts";
import type { Conformance } from "../apdu/conformance.ts";
import {
  CONFIRMED_SERVICES,
  type ConfirmedServiceError,
  INITIATE_ERRORS,
  SERVICE_ERROR_CHOICES,
} from "../apdu/errors.ts";
import {
  DLMS_VERSION,
  type InitiateRequest,
  type InitiateResponse,
  VAA_LOGICAL_NAMES,
  VAA_SHORT_NAMES,
} from "../apdu/initiate.ts";
import { dlmsFault } from "../codes.ts";
import { isHigh } from "../security/hls.ts";
import {
  applicationContextName,
  ASSOCIATION_RESULTS,
  mechanismName,
  SERVICE_PROVIDER_DIAGNOSTICS,
  SERVICE_USER_DIAGNOSTICS,
} from "./names.ts";
import type { AssociationSettings } from "./settings.ts";

/** What both sides agreed on. */
export interface AssociationFacts {
  readonly conformance: Conformance;
  /** Octets of an APDU the server takes. */
  readonly maxSendPduSize: number;
  /** Of the server; empty where nobody said it. */
  readonly serverSystemTitle: Uint8Array;
}

export function initiateRequest(settings: AssociationSettings, dedicatedKey: Uint8Array | undefined): InitiateRequest {
  return {
    kind: "initiate-request",
    dedicatedKey,
    responseAllowed: true,
    qualityOfService: undefined,
    dlmsVersion: DLMS_VERSION,
    conformance: settings.conformance,
    maxReceivePduSize: settings.maxReceivePduSize,
  };
}

/** @param userInformation the InitiateRequest as it travels, protected or not. */
export function associationRequest(
  settings: AssociationSettings,
  ciphers: Ciphers,
  { challenge, userInformation }: { readonly challenge: Uint8Array; readonly userInformation: Uint8Array },
): Aarq {
  const { mechanism, password } = settings.authentication;
  const authenticated = mechanism !== "lowest";
  return {
    kind: "aarq",
    protocolVersion: undefined,
    applicationContextName: applicationContextName({
      referencing: settings.referencing,
      ciphered: settings.security !== undefined,
    }),
    calledApTitle: undefined,
    calledAeQualifier: undefined,
    calledApInvocationId: undefined,
    calledAeInvocationId: undefined,
    callingApTitle: settings.clientSystemTitle,
    callingAeQualifier: undefined,
    callingApInvocationId: undefined,
    callingAeInvocationId: settings.userId,
    authenticationRequired: authenticated,
    mechanismName: authenticated ? mechanismName(mechanism) : undefined,
    callingAuthenticationValue: isHigh(mechanism)
      ? challenge
      : authenticated
        ? ciphers.password(password ?? new Uint8Array(0))
        : undefined,
    implementationInformation: undefined,
    userInformation,
  };
}

/** 7-bit octets and no zeros: some servers take a challenge for a text. */
export function makeChallenge(settings: AssociationSettings, random: Random): Uint8Array {
  const { mechanism, challengeOctets } = settings.authentication;
  const octets = challengeOctets ?? (mechanism === "high-ecdsa" ? 32 : 16);
  return random.bytes(octets).map((octet) => octet & 0x7f || 1);
}

/** Throws why the server does not associate. @param error what came instead of an InitiateResponse. */
export function expectAccepted(aare: Aare, error: ConfirmedServiceError | undefined): void {
  if (aare.result === 0) return;
  const { result, diagnostic, diagnosticSource } = aare;
  const names = diagnosticSource === "service-user" ? SERVICE_USER_DIAGNOSTICS : SERVICE_PROVIDER_DIAGNOSTICS;
  const because = error === undefined ? "" : `; ${serviceErrorText(error)}`;
  const message = `the server answers ${ASSOCIATION_RESULTS[result] ?? result}, ${names[diagnostic] ?? diagnostic}${because}`;
  const authentication = diagnosticSource === "service-user" && diagnostic >= 11 && diagnostic <= 14;
  if (authentication) {
    throw dlmsFault("dlms.association.authentication-failed", message, { blame: "operator", native: diagnostic });
  }
  throw dlmsFault("dlms.association.rejected", message, {
    retry: result === 2 ? "backoff" : "never",
    native: diagnostic,
  });
}

/** Throws `dlms.association.incompatible` where we could not speak with such a server. */
export function agreed(
  settings: AssociationSettings,
  response: InitiateResponse,
): Pick<AssociationFacts, "conformance" | "maxSendPduSize"> {
  const { vaaName, maxReceivePduSize } = response;
  const { referencing } = settings;
  if (vaaName !== (referencing === "short-name" ? VAA_SHORT_NAMES : VAA_LOGICAL_NAMES)) {
    throw incompatible(`the server names its association 0x${vaaName.toString(16)}: not ${referencing} referencing`);
  }
  if (maxReceivePduSize > 0 && maxReceivePduSize < SMALLEST_PDU) {
    throw incompatible(`the server takes APDUs of ${maxReceivePduSize} octets only`);
  }
  return {
    conformance: response.conformance & settings.conformance,
    maxSendPduSize: maxReceivePduSize === 0 ? 0xffff : maxReceivePduSize,
  };
}

/** The InitiateResponse of an AARE that accepted. */
export function initiateResponse(apdu: Apdu | undefined): InitiateResponse {
  if (apdu?.kind === "initiate-response") return apdu;
  throw incompatible(`the server accepts with ${apdu?.kind ?? "nothing"} where an InitiateResponse should be`);
}

export function serviceErrorText({ service, error, value }: ConfirmedServiceError): string {
  const values = error === 6 ? INITIATE_ERRORS[value] : undefined;
  return `${CONFIRMED_SERVICES[service] ?? `service ${service}`} error: ${SERVICE_ERROR_CHOICES[error] ?? error} ${values ?? value}`;
}

const SMALLEST_PDU = 12;

function incompatible(message: string): EdgeError {
  return dlmsFault("dlms.association.incompatible", message, { blame: "operator" });
}
