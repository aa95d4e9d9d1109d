import { decodeMms } from "./mms/decode.ts";
import type { MmsPdu } from "./mms/pdu.ts";
import { type Acse, decodeAcse } from "./stack/acse.ts";
import { type Cotp, decodeCotp } from "./stack/cotp.ts";
import { CONTEXT, decodePpdu, type Pdv, type Ppdu, SYNTAX } from "./stack/presentation.ts";
import { decodeSpdu, type Spdu } from "./stack/session.ts";
import { decodeTpkt } from "./stack/tpkt.ts";

/** What one TSDU says, layer by layer, as far as there are layers. */
export interface TsduLayers {
  readonly spdu: Spdu;
  readonly ppdu: Ppdu | undefined;
  readonly acse: Acse | undefined;
  readonly mms: MmsPdu | undefined;
}

/**
 * Decodes a TSDU down to MMS. The contexts are those everybody proposes unless the PDU itself names others; a PDV in a
 * context that is neither stays undecoded. Throws an EdgeError that names the layer.
 */
export function decodeTsdu(tsdu: Uint8Array): TsduLayers {
  const spdu = decodeSpdu(tsdu);
  const ppdu = ppduOf(spdu);
  if (ppdu === undefined) return { spdu, ppdu, acse: undefined, mms: undefined };
  const acseContext = contextOf(ppdu, SYNTAX.acse) ?? CONTEXT.acse;
  const mmsContext = contextOf(ppdu, SYNTAX.mms) ?? CONTEXT.mms;
  const pdvs = "pdvs" in ppdu ? ppdu.pdvs : [];
  const acse = first(pdvs, acseContext, decodeAcse);
  const inAcse = acse !== undefined && "userInformation" in acse ? acse.userInformation?.data : undefined;
  const mms = inAcse === undefined ? first(pdvs, mmsContext, decodeMms) : decodeMms(inAcse);
  return { spdu, ppdu, acse, mms };
}

/** One whole TPKT down to COTP. */
export function decodeFrame(frame: Uint8Array): Cotp {
  return decodeCotp(decodeTpkt(frame));
}

function ppduOf(spdu: Spdu): Ppdu | undefined {
  switch (spdu.kind) {
    case "connect":
    case "accept":
    case "data":
      return decodePpdu(spdu.userData, spdu.kind);
    case "refuse":
      return spdu.userData.length === 0 ? undefined : decodePpdu(spdu.userData, "refuse");
    case "finish":
    case "disconnect":
      return spdu.userData.length === 0 ? undefined : decodePpdu(spdu.userData, "data");
    case "abort":
      return spdu.userData.length === 0 ? undefined : decodePpdu(spdu.userData, "abort");
    case "abort-accept":
      return undefined;
  }
}

function contextOf(ppdu: Ppdu, syntax: string): number | undefined {
  return ppdu.kind === "connect" ? ppdu.contexts.find((one) => one.abstractSyntax === syntax)?.id : undefined;
}

function first<T>(pdvs: readonly Pdv[], context: number, decode: (data: Uint8Array) => T): T | undefined {
  const pdv = pdvs.find((one) => one.context === context);
  return pdv === undefined ? undefined : decode(pdv.data);
}
