import type { Aare, Aarq } from "../../../adapters/dlms/apdu/acse.ts";
import type { Apdu } from "../../../adapters/dlms/apdu/apdu.ts";
import { encodeApdu } from "../../../adapters/dlms/apdu/encode-apdu.ts";
import { DECIPHERING_ERROR, INVOCATION_COUNTER_ERROR } from "../../../adapters/dlms/apdu/errors.ts";
import { DLMS_VERSION, VAA_LOGICAL_NAMES, VAA_SHORT_NAMES } from "../../../adapters/dlms/apdu/initiate.ts";
import type { MeterState } from "../meter-state.ts";
import { CONTEXT, DIAGNOSTIC, mechanismName } from "./names.ts";
import type { Challenges } from "./proofs.ts";
import type { Rejection } from "./protector.ts";

/** What a meter answers to an AARQ, to a release, and to what it cannot take. */
export interface StateAndService {
  readonly stateError: number;
  readonly serviceError: number;
}

export const NOT_ALLOWED: StateAndService = { stateError: 1, serviceError: 1 };
export const SERVICE_UNKNOWN: StateAndService = { stateError: 2, serviceError: 2 };
export const OTHER_REASON: StateAndService = { stateError: 1, serviceError: 3 };
export const PDU_TOO_LONG: StateAndService = { stateError: 1, serviceError: 4 };

const EMPTY_AARE: Aare = {
  kind: "aare",
  protocolVersion: undefined,
  applicationContextName: CONTEXT.ln,
  result: 0,
  diagnosticSource: "service-user",
  diagnostic: DIAGNOSTIC.none,
  respondingApTitle: undefined,
  respondingAeQualifier: undefined,
  respondingApInvocationId: undefined,
  respondingAeInvocationId: undefined,
  authenticationRequired: false,
  mechanismName: undefined,
  respondingAuthenticationValue: undefined,
  implementationInformation: undefined,
  userInformation: undefined,
};

/** With a ConfirmedServiceError where the xDLMS context is what cannot be. */
export function refusedAare(aarq: Aarq, diagnostic: number, initiateError: number | undefined): Aare {
  return {
    ...EMPTY_AARE,
    applicationContextName: aarq.applicationContextName,
    result: 1,
    diagnostic,
    userInformation:
      initiateError === undefined
        ? undefined
        : encodeApdu({ kind: "confirmed-service-error", service: 1, error: 6, value: initiateError }),
  };
}

/** HLS is not over with it: the challenge, and `authentication-required`. */
export function acceptedAare(
  { applicationContextName }: Aarq,
  parts: {
    readonly systemTitle: Uint8Array | undefined;
    readonly challenges: Challenges | undefined;
    readonly userInformation: Uint8Array;
  },
): Aare {
  const { systemTitle, challenges, userInformation } = parts;
  return {
    ...EMPTY_AARE,
    applicationContextName,
    diagnostic: challenges === undefined ? DIAGNOSTIC.none : DIAGNOSTIC.authenticationRequired,
    respondingApTitle: systemTitle,
    authenticationRequired: challenges !== undefined,
    mechanismName: challenges === undefined ? undefined : mechanismName(challenges.mechanism),
    respondingAuthenticationValue: challenges?.serverToClient,
    userInformation,
  };
}

/** Encoded, as an AARE and a release carry it. */
export function initiateResponse(
  conformance: number,
  { pduMax: maxReceivePduSize, referencing }: Pick<MeterState, "pduMax" | "referencing">,
): Uint8Array {
  return encodeApdu({
    kind: "initiate-response",
    qualityOfService: undefined,
    dlmsVersion: DLMS_VERSION,
    conformance,
    maxReceivePduSize,
    vaaName: referencing === "short-name" ? VAA_SHORT_NAMES : VAA_LOGICAL_NAMES,
  });
}

export function rejectionApdu(rejection: Rejection): Apdu {
  const isCounter = rejection.kind === "counter-error";
  return {
    kind: "exception-response",
    stateError: 1,
    serviceError: isCounter ? INVOCATION_COUNTER_ERROR : DECIPHERING_ERROR,
    expectedCounter: isCounter ? rejection.expected : undefined,
  };
}
