import type { EdgeError } from "../../kit/edge-error.ts";
import { iec61850Fault } from "../codes.ts";
import { MMS_PDU_LEAST_BYTES } from "../limits.ts";
import { decodeMms } from "../mms/decode.ts";
import { encodeMms } from "../mms/encode.ts";
import { serviceErrorText } from "../mms/error-codec.ts";
import type { Initiate } from "../mms/pdu.ts";
import { CLIENT_PARAMETERS, CLIENT_SERVICES } from "../mms/services.ts";
import {
  type Acse,
  APPLICATION_CONTEXT_MMS,
  decodeAcse,
  diagnosticText,
  encodeAcse,
  MECHANISM_PASSWORD,
} from "../stack/acse.ts";
import { CONTEXT, decodePpdu, encodePpdu, type Pdv, type Ppdu, SYNTAX } from "../stack/presentation.ts";
import { encodeSpdu, type Spdu } from "../stack/session.ts";
import type { AssociationParameters } from "./parameters.ts";

/** Session version 2, no protocol options, duplex: libiec61850 refuses anything else. */
const SESSION = { protocolOptions: 0, version: 2, requirements: 2 } as const;
const MMS_VERSION = 1;

/** CONNECT, CP, AARQ and initiate request in one TSDU. */
export function associateTsdu(parameters: AssociationParameters): Uint8Array {
  const { local, remote, pduBytes, outstanding, nesting } = parameters;
  const initiate: Initiate = {
    localDetail: pduBytes,
    outstandingCalling: outstanding,
    outstandingCalled: outstanding,
    nesting,
    version: MMS_VERSION,
    parameters: CLIENT_PARAMETERS,
    services: CLIENT_SERVICES,
  };
  const password = parameters.password?.();
  const aarq: Acse = {
    kind: "aarq",
    applicationContext: APPLICATION_CONTEXT_MMS,
    called: entityOf(remote),
    calling: entityOf(local),
    ...(password !== undefined && {
      mechanism: MECHANISM_PASSWORD,
      authentication: { form: "charstring", password } as const,
    }),
    userInformation: { context: CONTEXT.mms, data: encodeMms({ kind: "initiate-request", initiate }) },
  };
  const cp: Ppdu = {
    kind: "connect",
    callingSelector: local.presentation,
    calledSelector: remote.presentation,
    contexts: [
      { id: CONTEXT.acse, abstractSyntax: SYNTAX.acse, transferSyntaxes: [SYNTAX.ber] },
      { id: CONTEXT.mms, abstractSyntax: SYNTAX.mms, transferSyntaxes: [SYNTAX.ber] },
    ],
    pdvs: [acsePdv(aarq)],
  };
  return encodeSpdu({
    kind: "connect",
    ...SESSION,
    callingSelector: local.session,
    calledSelector: remote.session,
    userData: encodePpdu(cp),
  });
}

/** What the server answered. Throws the fault of its refusal, on whichever layer it came. */
export function readAccept(spdu: Extract<Spdu, { kind: "accept" | "refuse" }>): Initiate {
  if (spdu.kind === "refuse") throw refused(spdu);
  const cpa = decodePpdu(spdu.userData, "accept");
  if (cpa.kind !== "accept") throw malformed("an accept without a CPA");
  const wrong = cpa.results.findIndex((one) => one.result !== 0);
  if (wrong >= 0)
    throw iec61850Fault("iec61850.presentation.refused", `presentation context ${wrong + 1} was not accepted`, {
      native: cpa.results[wrong]?.result,
      retry: "backoff",
    });
  const aare = acseOf(cpa.pdvs);
  if (aare?.kind !== "aare") throw malformed("an accept without an AARE");
  checkAare(aare);
  if (aare.userInformation === undefined) throw malformed("an AARE without an initiate response");
  const pdu = decodeMms(aare.userInformation.data);
  if (pdu.kind === "initiate-error")
    throw iec61850Fault("mms.initiate.refused", `the initiate request was refused: ${serviceErrorText(pdu.error)}`, {
      native: serviceErrorText(pdu.error),
      retry: "backoff",
    });
  if (pdu.kind !== "initiate-response") throw malformed(`${pdu.kind} where the initiate response should be`);
  const { localDetail } = pdu.initiate;
  if (localDetail !== undefined && localDetail < MMS_PDU_LEAST_BYTES)
    throw malformed(`an MMS PDU size of ${localDetail} bytes`);
  return pdu.initiate;
}

/** FINISH with a release request, or DISCONNECT with its response. */
export function releaseTsdu(kind: "finish" | "disconnect"): Uint8Array {
  const apdu: Acse = kind === "finish" ? { kind: "rlrq", reason: 0 } : { kind: "rlre", reason: undefined };
  return encodeSpdu({ kind, userData: encodePpdu({ kind: "data", pdvs: [acsePdv(apdu)] }) });
}

/** ABORT of the user, and of the transport connection with it. */
export function abortTsdu(): Uint8Array {
  const aru = encodePpdu({ kind: "abort-user", pdvs: [acsePdv({ kind: "abrt", source: 0 })] });
  // 0x0B: release the transport connection, user abort, no reason.
  return encodeSpdu({ kind: "abort", transportDisconnect: 0x0b, userData: aru });
}

function refused(spdu: Extract<Spdu, { kind: "refuse" }>): EdgeError {
  if (spdu.userData.length > 0) {
    const cpr = decodePpdu(spdu.userData, "refuse");
    const aare = "pdvs" in cpr ? acseOf(cpr.pdvs) : undefined;
    if (aare?.kind === "aare") checkAare(aare);
    if (cpr.kind === "reject" && cpr.reason !== undefined)
      return iec61850Fault("iec61850.presentation.refused", `the presentation connection was refused: ${cpr.reason}`, {
        native: cpr.reason,
        retry: "backoff",
      });
  }
  return iec61850Fault("iec61850.session.refused", `the session was refused: reason ${spdu.reason ?? "none given"}`, {
    native: spdu.reason,
    retry: "backoff",
  });
}

/** Throws where the AARE says no: an operator put a wrong password or title in, or the device has no place. */
function checkAare(aare: Extract<Acse, { kind: "aare" }>): void {
  if (aare.result === 0) return;
  const text = diagnosticText(aare.diagnostic);
  throw iec61850Fault("iec61850.acse.rejected", `the association was rejected: ${text}`, {
    native: aare.diagnostic.code,
    retry: "backoff",
  });
}

function acseOf(pdvs: readonly Pdv[]): Acse | undefined {
  const [pdv] = pdvs;
  return pdv === undefined ? undefined : decodeAcse(pdv.data);
}

function acsePdv(apdu: Acse): Pdv {
  return { context: CONTEXT.acse, data: encodeAcse(apdu) };
}

function entityOf(selectors: AssociationParameters["local"]): {
  readonly apTitle?: string;
  readonly aeQualifier?: number;
} {
  const { apTitle, aeQualifier } = selectors;
  return { ...(apTitle !== undefined && { apTitle }), ...(aeQualifier !== undefined && { aeQualifier }) };
}

function malformed(message: string): EdgeError {
  return iec61850Fault("iec61850.association.unexpected", message);
}
