import { EdgeError } from "../../../adapters/kit/edge-error.ts";
import type { Framer } from "../../../adapters/kit/framing.ts";
import { iec61850Fault } from "../../../adapters/iec61850/codes.ts";
import { type Acse, APPLICATION_CONTEXT_MMS, decodeAcse, encodeAcse } from "../../../adapters/iec61850/stack/acse.ts";
import {
  type Cotp,
  decodeCotp,
  encodeCotp,
  segmentTsdu,
  tpduBytes,
  TsduAssembler,
} from "../../../adapters/iec61850/stack/cotp.ts";
import {
  CONTEXT,
  decodePpdu,
  encodePpdu,
  type Pdv,
  type Ppdu,
  SYNTAX,
} from "../../../adapters/iec61850/stack/presentation.ts";
import { decodeSpdu, encodeSpdu, type Spdu } from "../../../adapters/iec61850/stack/session.ts";
import { decodeTpkt, encodeTpkt, tpktFramer } from "../../../adapters/iec61850/stack/tpkt.ts";

export type Aarq = Extract<Acse, { kind: "aarq" }>;

/** What the peer's bytes come to, above the layers that only carry. */
export type StackInput =
  /** Answered with `accept` or `refuse`. */
  | { readonly kind: "associate"; readonly aarq: Aarq; readonly mms: Uint8Array }
  | { readonly kind: "mms"; readonly bytes: Uint8Array }
  /** Answered with `released`. */
  | { readonly kind: "release" }
  | { readonly kind: "abort" }
  | { readonly kind: "disconnect" };

type Connect = Extract<Spdu, { kind: "connect" }>;
type ConnectPresentation = Extract<Ppdu, { kind: "connect" }>;

/** The largest TPDU offered: 8192 octets, as servers in the field do. */
const TPDU_SIZE_MAX = 13;
const OUR_REFERENCE = 1;
const ACCEPTED = 0;
const REJECTED_BY_PROVIDER = 2;
const RLRE_NORMAL = 0;

/** The server's side of TPKT, COTP, session, presentation and ACSE. It throws EdgeErrors; the association ends with them. */
export class ServerStack {
  readonly #framer: Framer = tpktFramer();
  readonly #assembler = new TsduAssembler();
  #tpduLimit = tpduBytes(TPDU_SIZE_MAX);
  #isConnected = false;
  #connect: { readonly spdu: Connect; readonly ppdu: ConnectPresentation; readonly aarq: Aarq } | undefined;
  #contexts: { readonly acse: number; readonly mms: number } = CONTEXT;

  /** Whole inputs first, then the fault that ended them. Frames to send go to `send` at once: only a connect confirm. */
  take(
    chunk: Uint8Array,
    send: Uint8Array[],
  ): { readonly inputs: readonly StackInput[]; readonly fault: EdgeError | undefined } {
    const { frames, fault } = this.#framer.cut(chunk);
    const inputs: StackInput[] = [];
    for (const frame of frames) {
      try {
        const input = this.#cotp(decodeCotp(decodeTpkt(frame)), send);
        if (input !== undefined) inputs.push(input);
      } catch (thrown) {
        if (thrown instanceof EdgeError) return { inputs, fault: thrown };
        throw thrown;
      }
    }
    return { inputs, fault };
  }

  accept(mms: Uint8Array): readonly Uint8Array[] {
    const asked = this.#asked();
    const results = asked.ppdu.contexts.map((one) => {
      const isKnown = one.abstractSyntax === SYNTAX.acse || one.abstractSyntax === SYNTAX.mms;
      const result = isKnown && one.transferSyntaxes.includes(SYNTAX.ber) ? ACCEPTED : REJECTED_BY_PROVIDER;
      return result === ACCEPTED ? { result, transferSyntax: SYNTAX.ber } : { result };
    });
    const pdvs = [this.#acse(this.#aare(0, 0, mms))];
    const selector = asked.ppdu.calledSelector;
    const userData = encodePpdu({
      kind: "accept",
      ...(selector === undefined ? {} : { respondingSelector: selector }),
      results,
      pdvs,
    });
    const called = asked.spdu.calledSelector;
    return this.#spdu({
      ...{ kind: "accept", protocolOptions: 0, version: 2, requirements: 2, userData },
      ...(called === undefined ? {} : { respondingSelector: called }),
    });
  }

  /** @param diagnostic of the ACSE service user: 13 authentication failure, 14 authentication required … */
  refuse(diagnostic: number): readonly Uint8Array[] {
    const pdvs = [this.#acse(this.#aare(1, diagnostic, undefined))];
    return this.#spdu({ kind: "refuse", reason: 2, userData: encodePpdu({ kind: "reject", reason: undefined, pdvs }) });
  }

  released(): readonly Uint8Array[] {
    const pdvs = [this.#acse({ kind: "rlre", reason: RLRE_NORMAL })];
    return this.#spdu({ kind: "disconnect", userData: encodePpdu({ kind: "data", pdvs }) });
  }

  abort(): readonly Uint8Array[] {
    if (!this.#isConnected) return [];
    const pdvs = [this.#acse({ kind: "abrt", source: 0 })];
    return this.#spdu({ kind: "abort", transportDisconnect: 0x0b, userData: encodePpdu({ kind: "abort-user", pdvs }) });
  }

  mms(bytes: Uint8Array): readonly Uint8Array[] {
    const pdvs: readonly Pdv[] = [{ context: this.#contexts.mms, data: bytes }];
    return this.#spdu({ kind: "data", userData: encodePpdu({ kind: "data", pdvs }) });
  }

  #cotp(tpdu: Cotp, send: Uint8Array[]): StackInput | undefined {
    if (tpdu.kind === "connect-request") {
      if (this.#isConnected) throw unexpected("a second connect request");
      this.#isConnected = true;
      const tpduSize = Math.min(tpdu.tpduSize ?? TPDU_SIZE_MAX, TPDU_SIZE_MAX);
      this.#tpduLimit = tpduBytes(tpduSize);
      const { calledSelector, callingSelector, source } = tpdu;
      const confirm: Cotp = {
        ...{ kind: "connect-confirm", destination: source, source: OUR_REFERENCE, classAndOptions: 0, tpduSize },
        ...(calledSelector === undefined ? {} : { calledSelector }),
        ...(callingSelector === undefined ? {} : { callingSelector }),
      };
      send.push(encodeTpkt(encodeCotp(confirm)));
      return undefined;
    }
    if (!this.#isConnected) throw unexpected(`a TPDU ${tpdu.kind} before the connect request`);
    if (tpdu.kind === "data") {
      const tsdu = this.#assembler.take(tpdu);
      return tsdu === undefined ? undefined : this.#session(decodeSpdu(tsdu));
    }
    if (tpdu.kind === "disconnect-request") return { kind: "disconnect" };
    throw unexpected(`a TPDU ${tpdu.kind}`);
  }

  #session(spdu: Spdu): StackInput | undefined {
    switch (spdu.kind) {
      case "connect":
        return this.#associate(spdu);
      case "data": {
        const ppdu = decodePpdu(spdu.userData, "data");
        const pdv = ppdu.kind === "data" ? ppdu.pdvs.find((one) => one.context === this.#contexts.mms) : undefined;
        // Data of another context is dropped without a word: nobody in the field answers it.
        return pdv === undefined ? undefined : { kind: "mms", bytes: pdv.data };
      }
      case "finish":
        return { kind: "release" };
      case "abort":
        return { kind: "abort" };
      default:
        throw unexpected(`a session SPDU ${spdu.kind}`);
    }
  }

  #associate(spdu: Connect): StackInput {
    if (this.#connect !== undefined) throw unexpected("a second CONNECT");
    const ppdu = decodePpdu(spdu.userData, "connect");
    if (ppdu.kind !== "connect") throw unexpected("a CONNECT without a presentation connect");
    const idOf = (syntax: string): number | undefined => ppdu.contexts.find((one) => one.abstractSyntax === syntax)?.id;
    const [acse, mms] = [idOf(SYNTAX.acse), idOf(SYNTAX.mms)];
    if (acse === undefined || mms === undefined) throw unexpected("a CONNECT without the contexts of ACSE and MMS");
    this.#contexts = { acse, mms };
    const pdv = ppdu.pdvs.find((one) => one.context === acse);
    const aarq = pdv === undefined ? undefined : decodeAcse(pdv.data);
    if (aarq?.kind !== "aarq" || aarq.userInformation === undefined)
      throw unexpected("a CONNECT without an AARQ that carries an initiate request");
    this.#connect = { spdu, ppdu, aarq };
    return { kind: "associate", aarq, mms: aarq.userInformation.data };
  }

  #aare(result: number, code: number, mms: Uint8Array | undefined): Acse {
    const { aarq } = this.#asked();
    const reference = aarq.userInformation?.directReference;
    return {
      ...{ kind: "aare", applicationContext: APPLICATION_CONTEXT_MMS, result, responding: aarq.called },
      diagnostic: { source: "user", code },
      ...(mms === undefined
        ? {}
        : {
            userInformation: {
              ...(reference === undefined ? {} : { directReference: reference }),
              ...{ context: this.#contexts.mms, data: mms },
            },
          }),
    };
  }

  #asked(): { readonly spdu: Connect; readonly ppdu: ConnectPresentation; readonly aarq: Aarq } {
    if (this.#connect === undefined) throw unexpected("an answer to a CONNECT that has not come");
    return this.#connect;
  }

  #acse(apdu: Acse): Pdv {
    return { context: this.#contexts.acse, data: encodeAcse(apdu) };
  }

  #spdu(spdu: Spdu): readonly Uint8Array[] {
    return segmentTsdu(encodeSpdu(spdu), this.#tpduLimit);
  }
}

function unexpected(what: string): EdgeError {
  return iec61850Fault("iec61850.association.unexpected", `${what} is not expected here`);
}
