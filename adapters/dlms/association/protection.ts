import { equalBytes } from "../../kit/bytes.ts";
import type { Ciphers } from "../../kit/ciphers.ts";
import type { Random } from "../../kit/ports.ts";
import { encodeApdu } from "../apdu/encode-apdu.ts";
import type {
  GeneralCiphered,
  GeneralCiphering,
  GeneralHeader,
  GeneralSigning,
  ServiceCiphered,
} from "../apdu/protection.ts";
import type { CipheringKey } from "../apdu/tags.ts";
import { dlmsFault } from "../codes.ts";
import type { CipheringKeys } from "../security/ciphering.ts";
import { type Protection, suffices } from "../security/control.ts";
import {
  openApdu,
  type OpenedApdu,
  openGeneral,
  type ProtectionForm,
  sealGeneral,
  sealToOctets,
  type SecurityMaterial,
} from "../security/envelope.ts";
import { isFresh, type KeyChoice, keysReceived, keysToSend } from "../security/general-keys.ts";
import { type InvocationCounters, ReplayGuard } from "../security/invocation-counter.ts";
import { signApdu, verifySigned } from "../security/signing.ts";
import { SUITES } from "../security/suite.ts";
import type { AssociationSettings, SecuritySettings } from "./settings.ts";

/** Octets around a plain APDU at most: tags, lengths, title, control, counter and tag. */
const OVERHEAD_OCTETS = 36;
/** The same of general-ciphering: tag, header, key-info with a wrapped key, length, control, counter and tag. */
const GENERAL_OCTETS = 96;
/** A key-info with a public key and its signature. */
const ONE_PASS_OCTETS = 200;
/** Of general-signing: tag, header, two lengths and the signature. */
const SIGNING_OCTETS = 134;
const TRANSACTION_OCTETS = 8;
const NOTHING = new Uint8Array(0);

export interface ProtectionParts {
  readonly ciphers: Ciphers;
  readonly random: Random;
  readonly settings: SecuritySettings;
  readonly clientSystemTitle: Uint8Array;
  readonly counters: InvocationCounters;
  /** What was accepted from this server before, with the global key. */
  readonly received: ReplayGuard;
}

/** Seals what we send and opens what the server sends, within one association. */
export class AssociationProtection {
  readonly #parts: ProtectionParts;
  readonly #receivedDedicated = new ReplayGuard();
  #material: SecurityMaterial;
  /** Of our last request in general-ciphering; its answer has the same, and where it names no key, its keys. */
  #transactionId: Uint8Array = NOTHING;
  #transactionKeys: CipheringKeys | undefined;
  serverSystemTitle: Uint8Array;
  #given: number | undefined;

  constructor(parts: ProtectionParts, serverSystemTitle: Uint8Array | undefined) {
    this.#parts = parts;
    this.#material = parts.settings.material;
    this.serverSystemTitle = serverSystemTitle ?? NOTHING;
    const { generalCiphering, signs } = parts.settings;
    const form = generalCiphering === undefined ? OVERHEAD_OCTETS : GENERAL_OCTETS;
    this.overheadOctets = form + (generalCiphering === "one-pass" ? ONE_PASS_OCTETS : 0) + (signs ? SIGNING_OCTETS : 0);
  }

  /** Octets around a plain APDU at most. */
  readonly overheadOctets: number;

  /** From the next APDU on; both sides have it. */
  useDedicatedKey(dedicatedKey: Uint8Array): void {
    this.#material = { ...this.#material, dedicatedKey };
  }

  /** The next APDU of the association has this counter, which its sender took for what is inside. */
  sealNextWith(counter: number): void {
    this.#given = counter;
  }

  /**
   * Takes one invocation counter, unless it was given one. Services go with the dedicated key where there is one, in the form of the settings;
   * making and ending the association go with the global key, service by service.
   */
  seal(plain: Uint8Array, purpose: "service" | "association"): Uint8Array {
    const { ciphers, settings, clientSystemTitle, counters } = this.#parts;
    const { protection, generalCiphering, signs } = settings;
    const service = purpose === "service";
    const header = service && (generalCiphering !== undefined || signs) ? this.#header() : undefined;
    if (header !== undefined && generalCiphering !== undefined) {
      const sealed = this.#sealGeneral(plain, generalCiphering, header);
      return signs ? this.#sign(sealed, header) : sealed;
    }
    const form: ProtectionForm = service ? settings.form : "service-specific";
    const key: CipheringKey = service && this.#material.dedicatedKey !== undefined ? "dedicated" : "global";
    const counter = (service ? undefined : this.#given) ?? counters.take();
    this.#given = undefined;
    const sealing = { form, key, protection, systemTitle: clientSystemTitle, material: this.#material, counter };
    const sealed = sealToOctets(ciphers, sealing, plain);
    return header === undefined ? sealed : this.#sign(sealed, header);
  }

  /** Throws `dlms.security.*`: changed octets, replays, and less protection than was agreed. */
  open(apdu: ServiceCiphered | GeneralCiphered | GeneralCiphering): {
    readonly plain: Uint8Array;
    readonly protection: Protection;
  } {
    const { ciphers, settings, received } = this.#parts;
    const opened =
      apdu.kind === "general-ciphering"
        ? this.#openGeneral(apdu)
        : openApdu(ciphers, { material: this.#material, peerTitle: this.serverSystemTitle }, apdu);
    if (!suffices(opened.control, settings.expected)) {
      throw dlmsFault("dlms.security.unprotected", "the server protects its answer less than was agreed");
    }
    // What carries no tag proves nothing, so it must not move what is remembered.
    if (opened.control.authenticated && !(apdu.kind === "general-ciphering" && isFresh(apdu))) {
      (opened.key === "global" ? received : this.#receivedDedicated).accept(opened.counter);
    }
    return { plain: opened.plain, protection: opened.control };
  }

  /** What a server signed; throws `dlms.security.signature-invalid`. */
  verify(apdu: GeneralSigning): Uint8Array {
    const { ciphers, settings } = this.#parts;
    const verifyingKey = settings.party.peerSigning;
    const { curve } = SUITES[settings.material.suite];
    if (verifyingKey === undefined || curve === undefined) throw unsigned("the server's signing key");
    this.#expectServer(apdu);
    return verifySigned(ciphers, { curve, verifyingKey }, apdu);
  }

  #sealGeneral(plain: Uint8Array, choice: KeyChoice, header: GeneralHeader): Uint8Array {
    const { ciphers, settings, counters, random } = this.#parts;
    const { protection, party } = settings;
    const holder = { ciphers, material: settings.material, party };
    const { keys, keyInfo, broadcast } = keysToSend(holder, choice, header, random);
    this.#transactionKeys = keys;
    const counter = counters.take();
    return encodeApdu(sealGeneral(ciphers, { ...header, keyInfo, keys, broadcast, protection, counter }, plain));
  }

  /** The answer to a request of ours, by its transaction; or something the server says by itself, with a key both have. */
  #openGeneral(apdu: GeneralCiphering): OpenedApdu {
    const { ciphers, settings } = this.#parts;
    this.#expectServer(apdu);
    const answers = this.#transactionId.length > 0 && equalBytes(apdu.transactionId, this.#transactionId);
    // With a key of its own an APDU of last year opens as well as one of today; only the transaction tells them apart.
    if (!answers && (isFresh(apdu) || apdu.keyInfo === undefined)) {
      throw dlmsFault("dlms.security.replayed", "a general-ciphering APDU of another transaction than was begun");
    }
    const keys = keysReceived(
      { ciphers, material: settings.material, party: settings.party },
      apdu,
      this.#transactionKeys,
    );
    return openGeneral(ciphers, apdu, () => keys);
  }

  #sign(inside: Uint8Array, header: GeneralHeader): Uint8Array {
    const { ciphers, settings } = this.#parts;
    const { curve } = SUITES[settings.material.suite];
    const signingKey = settings.party.signing;
    if (signingKey === undefined || curve === undefined) throw unsigned("a signing key of ours");
    return encodeApdu(signApdu(ciphers, { header, curve, signingKey }, inside));
  }

  /** A new transaction with the server. */
  #header(): GeneralHeader {
    const { random, clientSystemTitle } = this.#parts;
    this.#transactionId = random.bytes(TRANSACTION_OCTETS);
    return {
      transactionId: this.#transactionId,
      originatorSystemTitle: clientSystemTitle,
      recipientSystemTitle: this.serverSystemTitle,
      dateTime: NOTHING,
      otherInformation: NOTHING,
    };
  }

  /** What we sent ourselves, or another server, must not be taken for this server's. */
  #expectServer({ originatorSystemTitle, recipientSystemTitle }: GeneralHeader): void {
    const known = this.serverSystemTitle;
    const from = known.length === 0 || equalBytes(originatorSystemTitle, known);
    const to = recipientSystemTitle.length === 0 || equalBytes(recipientSystemTitle, this.#parts.clientSystemTitle);
    if (from && to) return;
    throw dlmsFault("dlms.security.title-malformed", "a protected APDU from, or for, another system title");
  }
}

/** What the settings ask for; `undefined` for a context without ciphering. */
export function protectionFor(
  { security, clientSystemTitle = NOTHING, serverSystemTitle }: AssociationSettings,
  parts: Pick<ProtectionParts, "ciphers" | "random" | "counters" | "received">,
): AssociationProtection | undefined {
  if (security === undefined) return undefined;
  return new AssociationProtection({ ...parts, settings: security, clientSystemTitle }, serverSystemTitle);
}

function unsigned(what: string): Error {
  return dlmsFault("dlms.security.key-missing", `general-signing needs ${what} and a suite with signatures`, {
    blame: "operator",
  });
}
