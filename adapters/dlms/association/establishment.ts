import { equalBytes } from "../../kit/bytes.ts";
import type { Ciphers } from "../../kit/ciphers.ts";
import { EdgeError } from "../../kit/edge-error.ts";
import { invariant } from "../../kit/invariant.ts";
import type { Random } from "../../kit/ports.ts";
import type { Aare } from "../apdu/acse.ts";
import type { Apdu } from "../apdu/apdu.ts";
import { decodeLeniently } from "../apdu/decode-apdu.ts";
import { encodeApdu } from "../apdu/encode-apdu.ts";
import { ACTION_RESULTS } from "../apdu/results.ts";
import { dlmsFault } from "../codes.ts";
import { methodOffset } from "../cosem/short-name-offsets.ts";
import { type DlmsData, octetString } from "../data/data.ts";
import { toObis } from "../obis.ts";
import { type HlsExchange, isHigh, proof, proves } from "../security/hls.ts";
import type { InvocationCounters } from "../security/invocation-counter.ts";
import { SUITES } from "../security/suite.ts";
import { type Outgoing, outgoing, unexpected } from "./exchange.ts";
import {
  agreed,
  type AssociationFacts,
  associationRequest,
  expectAccepted,
  initiateRequest,
  initiateResponse,
  makeChallenge,
} from "./handshake.ts";
import type { AssociationProtection } from "./protection.ts";
import type { AssociationSettings } from "./settings.ts";
import { parameterized } from "./short-name-exchange.ts";
import { CURRENT_ASSOCIATION as ASSOCIATION_SN } from "./short-names.ts";

export interface EstablishmentParts {
  readonly settings: AssociationSettings;
  readonly ciphers: Ciphers;
  readonly random: Random;
  readonly counters: InvocationCounters;
  readonly protection: AssociationProtection | undefined;
}

/** reply_to_HLS_authentication of the current association, by logical and by short name. */
const REPLY_TO_HLS = { classId: 15, instance: toObis("0.0.40.0.0.255"), method: 1 } as const;
const REPLY_TO_HLS_NAME = ASSOCIATION_SN.baseName + (methodOffset(ASSOCIATION_SN.classId, 0, 8) ?? 0);
const NOTHING = new Uint8Array(0);

/** The passes by which two sides come to an association, and what they told each other in them; no state of the wire. */
export class Establishment {
  readonly #parts: EstablishmentParts;
  #challenge: Uint8Array = NOTHING;
  #dedicatedKey: Uint8Array | undefined;
  #exchange: HlsExchange | undefined;

  constructor(parts: EstablishmentParts) {
    this.#parts = parts;
  }

  /** Invocation counters the AARQ takes. */
  get requestCounters(): number {
    return this.#protectsInitiate ? 1 : 0;
  }

  /** The first pass. */
  request(): Uint8Array {
    const { settings, ciphers, random } = this.#parts;
    const { security } = settings;
    this.#challenge = makeChallenge(settings, random);
    this.#dedicatedKey =
      security?.dedicatedKey === true ? random.bytes(SUITES[security.material.suite].keyOctets) : undefined;
    const userInformation = this.#initiate(this.#dedicatedKey, this.#protectsInitiate);
    return encodeApdu(associationRequest(settings, ciphers, { challenge: this.#challenge, userInformation }));
  }

  /**
   * The second pass; throws why there is no association. `proves`: two passes more are needed. `remark`: something was not
   * as it should be, and was passed over.
   */
  accepted(aare: Aare): {
    readonly facts: AssociationFacts;
    readonly proves: boolean;
    readonly remark: EdgeError | undefined;
  } {
    const { settings, protection } = this.#parts;
    if (aare.result !== 0) expectAccepted(aare, this.#errorInside(aare));
    const remark = this.#learnTitle(aare.respondingApTitle);
    const response = initiateResponse(this.#inside(aare));
    const serverSystemTitle = aare.respondingApTitle ?? settings.serverSystemTitle ?? NOTHING;
    const facts = { ...agreed(settings, response), serverSystemTitle };
    if (this.#dedicatedKey !== undefined) protection?.useDedicatedKey(this.#dedicatedKey);
    const { mechanism } = settings.authentication;
    if (!isHigh(mechanism)) return { facts, proves: false, remark };
    if (aare.respondingAuthenticationValue === undefined) {
      throw dlmsFault("dlms.association.authentication-failed", "the server gives no challenge", { blame: "operator" });
    }
    this.#exchange = this.#hls(mechanism, aare.respondingAuthenticationValue, serverSystemTitle);
    return { facts, proves: true, remark };
  }

  /** A proof of mechanism 5 has an invocation counter of its own, unless the server wants that of its APDU. */
  get proofCounters(): number {
    const carrier = this.#parts.protection === undefined ? 0 : 1;
    return this.#sharesCounter ? carrier : (this.#exchange?.mechanism === "high-gmac" ? 1 : 0) + carrier;
  }

  get #sharesCounter(): boolean {
    const { protection, settings } = this.#parts;
    const { mechanism, gmacCounter } = settings.authentication;
    return mechanism === "high-gmac" && gmacCounter === "shared" && protection !== undefined;
  }

  /** The third pass. */
  proofRequest(invoke: number): Outgoing {
    const { ciphers, counters, protection } = this.#parts;
    invariant(this.#exchange !== undefined, "a proof answers a challenge");
    const counter = (): number => {
      const taken = counters.take();
      if (this.#sharesCounter) protection?.sealNextWith(taken);
      return taken;
    };
    const parameters = octetString(proof(ciphers, this.#exchange, counter));
    if (this.#parts.settings.referencing === "short-name") {
      // Read, because it gives something back.
      return outgoing({ kind: "read-request", variables: [parameterized(REPLY_TO_HLS_NAME, 0, parameters)] });
    }
    return outgoing({ kind: "action-request-normal", invoke, method: REPLY_TO_HLS, parameters });
  }

  /** The fourth pass; throws where the server refuses our proof or gives none of its own. */
  proved(apdu: Apdu): void {
    const { settings, ciphers } = this.#parts;
    invariant(this.#exchange !== undefined, "a proof answers a challenge");
    const { result, returned } = answerOf(apdu);
    if (result !== 0) {
      const why = ACTION_RESULTS[result] ?? result;
      throw dlmsFault("dlms.association.authentication-failed", `the server does not accept our proof: ${why}`, {
        blame: "operator",
        native: result,
      });
    }
    if (returned === undefined && settings.authentication.acceptSilentServer === true) return;
    const answer = returned?.kind === "octet-string" ? returned.octets : NOTHING;
    if (proves(ciphers, this.#exchange, answer)) return;
    throw dlmsFault("dlms.security.server-unauthenticated", "the server does not prove that it knows the secret");
  }

  /** What authenticates a release; nothing where no counter is left for it. */
  releaseInformation(): Uint8Array | undefined {
    const { protection, counters } = this.#parts;
    return protection === undefined || counters.available === 0 ? undefined : this.#initiate(undefined, true);
  }

  get #protectsInitiate(): boolean {
    return this.#parts.settings.security?.initiate === "protected";
  }

  #initiate(dedicatedKey: Uint8Array | undefined, ciphered: boolean): Uint8Array {
    const { settings, protection } = this.#parts;
    const plain = encodeApdu(initiateRequest(settings, dedicatedKey));
    return ciphered && protection !== undefined ? protection.seal(plain, "association") : plain;
  }

  #hls(mechanism: HlsExchange["mechanism"], peerChallenge: Uint8Array, peerTitle: Uint8Array): HlsExchange {
    const { authentication, security, clientSystemTitle } = this.#parts.settings;
    const { secret, signingKey, serverKey } = authentication;
    const material = security?.material ?? authentication.gmac;
    const secrets = {
      suite: material?.suite ?? 0,
      ...(secret === undefined ? {} : { secret }),
      ...(signingKey === undefined ? {} : { signingKey }),
      ...(serverKey === undefined ? {} : { peerKey: serverKey }),
      ...(material === undefined ? {} : material),
    };
    const ownTitle = clientSystemTitle ?? NOTHING;
    return { mechanism, secrets, ownTitle, peerTitle, ownChallenge: this.#challenge, peerChallenge };
  }

  #learnTitle(title: Uint8Array | undefined): EdgeError | undefined {
    const { settings, protection } = this.#parts;
    const known = settings.serverSystemTitle;
    if (protection === undefined || title === undefined) return undefined;
    protection.serverSystemTitle = title;
    if (known === undefined || equalBytes(known, title)) return undefined;
    return dlmsFault("dlms.security.title-malformed", "the server has another system title than is configured");
  }

  /** What the AARE carries, opened where it is protected. */
  #inside({ userInformation }: Aare): Apdu | undefined {
    const { protection } = this.#parts;
    if (userInformation === undefined) return undefined;
    const { apdu } = decodeLeniently(userInformation);
    const ciphered = apdu.kind === "service-ciphered" || apdu.kind === "general-glo-ciphering";
    if (ciphered && protection !== undefined) return decodeLeniently(protection.open(apdu).plain).apdu;
    if (this.#protectsInitiate && apdu.kind === "initiate-response") {
      throw dlmsFault("dlms.security.unprotected", "the server accepts without the protection that was asked for");
    }
    return apdu;
  }

  #errorInside(aare: Aare): Extract<Apdu, { kind: "confirmed-service-error" }> | undefined {
    try {
      const inside = this.#inside(aare);
      return inside?.kind === "confirmed-service-error" ? inside : undefined;
    } catch (thrown) {
      // The refusal counts, whatever came along with it.
      if (thrown instanceof EdgeError) return undefined;
      throw thrown;
    }
  }
}

/** What the server gave back, whichever way it was asked. */
function answerOf(apdu: Apdu): { readonly result: number; readonly returned: DlmsData | undefined } {
  if (apdu.kind === "action-response-normal") {
    const { result, returned } = apdu;
    return { result, returned: returned?.kind === "data" ? returned.data : undefined };
  }
  const only = apdu.kind === "read-response" ? apdu.results[0] : undefined;
  if (only?.kind === "data") return { result: 0, returned: only.data };
  if (only?.kind === "error") return { result: only.result, returned: undefined };
  throw unexpected(apdu, "the proof of the server");
}
