import type { Apdu, CarrierApdu } from "../../../adapters/dlms/apdu/apdu.ts";
import { encodeApdu } from "../../../adapters/dlms/apdu/encode-apdu.ts";
import { type GeneralHeader, type GeneralSigning, writeGeneralHeader } from "../../../adapters/dlms/apdu/protection.ts";
import { cipheredTag } from "../../../adapters/dlms/apdu/tags.ts";
import { type CipheringKeys, open, seal } from "../../../adapters/dlms/security/ciphering.ts";
import type { Protection, SecurityControl } from "../../../adapters/dlms/security/control.ts";
import { signApdu, verifySigned } from "../../../adapters/dlms/security/signing.ts";
import { SUITES } from "../../../adapters/dlms/security/suite.ts";
import { ByteWriter } from "../../../adapters/kit/byte-writer.ts";
import { EdgeError } from "../../../adapters/kit/edge-error.ts";
import { invariant } from "../../../adapters/kit/invariant.ts";
import type { MeterClient } from "../meter-client.ts";
import type { MeterState } from "../meter-state.ts";
import type { Cover, InnerCover } from "./cover.ts";
import { keyTold, keyToTell, type ToldKey } from "./general-keys.ts";

/** Why a protected APDU was not taken; the client is told (exception-response). */
export type Rejection =
  | { readonly kind: "deciphering-error" }
  | { readonly kind: "counter-error"; readonly expected: number; readonly counter: number };

export interface Uncovered {
  readonly octets: Uint8Array;
  /** The invocation counter it came with. */
  readonly counter: number;
  readonly cover: InnerCover;
}

export interface ProtectorContext {
  readonly clientTitle: Uint8Array;
  readonly dedicatedKey: Uint8Array | undefined;
}

type Ciphered = Extract<
  CarrierApdu,
  { kind: "service-ciphered" | "general-glo-ciphering" | "general-ded-ciphering" | "general-ciphering" }
>;

const NOTHING = new Uint8Array(0);

/** Takes the protection off what clients send, and puts it on what the meter answers. */
export class Protector {
  readonly #meter: MeterState;
  readonly #client: MeterClient;
  readonly #context: () => ProtectorContext;

  constructor(meter: MeterState, client: MeterClient, context: () => ProtectorContext) {
    this.#meter = meter;
    this.#client = client;
    this.#context = context;
  }

  uncover(apdu: Ciphered): Uncovered | Rejection {
    const { security } = this.#meter;
    const isDedicated =
      apdu.kind === "general-ded-ciphering" || (apdu.kind === "service-ciphered" && apdu.key === "dedicated");
    const title = this.#titleOf(apdu);
    const told = apdu.kind === "general-ciphering" ? keyTold(this.#meter, this.#client, apdu) : undefined;
    if (apdu.kind === "general-ciphering" && told === undefined) return { kind: "deciphering-error" };
    try {
      const header = apdu.kind === "general-ciphering" ? headerOctets(apdu) : undefined;
      const { control, counter, information } = open(
        this.#meter.ciphers,
        {
          systemTitle: title,
          keysFor: (found) => ({
            ...this.#keys(found, isDedicated),
            ...(told === undefined ? {} : { encryptionKey: told.key }),
          }),
          ...(header === undefined ? {} : { header }),
        },
        apdu.content,
      );
      // A dedicated key has a life of its own, but meters count on with the same counter.
      if (!isDedicated && counter < security.clientCounter) {
        return { kind: "counter-error", expected: security.clientCounter, counter };
      }
      if (!isDedicated) security.clientCounter = counter + 1;
      return { octets: information, counter, cover: coverOf(apdu, control, told?.told) };
    } catch (thrown) {
      if (!(thrown instanceof EdgeError)) throw thrown;
      return { kind: "deciphering-error" };
    }
  }

  /** What a client signed; `undefined` where its signature does not verify. */
  verified(apdu: GeneralSigning): Uint8Array | undefined {
    const { curve } = SUITES[this.#meter.security.suite];
    const { publicKey: verifyingKey } = this.#client;
    if (curve === undefined || verifyingKey === undefined) return undefined;
    try {
      return verifySigned(this.#meter.ciphers, { curve, verifyingKey }, apdu);
    } catch (thrown) {
      if (thrown instanceof EdgeError) return undefined;
      throw thrown;
    }
  }

  cover(octets: Uint8Array, cover: Cover): Uint8Array {
    switch (cover.kind) {
      case "plain":
        return octets;
      case "signed":
        return this.#signed(this.cover(octets, cover.inside), cover);
      case "service": {
        const service = octets[0] ?? 0;
        const content = this.#sealed(octets, cover);
        // ACCESS and exceptions have no ciphered form of their own.
        if (cipheredTag(service, cover.key) === undefined) return encodeApdu(this.#general(cover.key, content));
        return encodeApdu({ kind: "service-ciphered", service, key: cover.key, content });
      }
      case "general":
        return encodeApdu(this.#general(cover.key, this.#sealed(octets, cover)));
      case "general-ciphering":
        return this.#generalCiphering(octets, cover);
    }
  }

  #sealed(octets: Uint8Array, cover: Extract<Cover, { kind: "service" | "general" }>): Uint8Array {
    return seal(
      this.#meter.ciphers,
      {
        ...this.#keys(cover, cover.key === "dedicated"),
        protection: cover.protection,
        broadcast: cover.broadcast,
        systemTitle: this.#meter.identity.systemTitle,
        counter: this.nextCounter(),
      },
      octets,
    );
  }

  #generalCiphering(octets: Uint8Array, cover: Extract<Cover, { kind: "general-ciphering" }>): Uint8Array {
    const { identity, security, keys, ciphers } = this.#meter;
    const header = this.#header(cover);
    const told = keyToTell(this.#meter, this.#client, header, cover.key);
    invariant(told !== undefined, "what could be opened can be answered");
    const content = seal(
      ciphers,
      {
        suite: security.suite,
        encryptionKey: told.key,
        authenticationKey: keys.authentication,
        protection: cover.protection,
        broadcast: cover.key === "broadcast",
        systemTitle: identity.systemTitle,
        counter: this.nextCounter(),
        header: headerOctets(header),
      },
      octets,
    );
    return encodeApdu({ kind: "general-ciphering", ...header, keyInfo: told.keyInfo, content });
  }

  #signed(inside: Uint8Array, cover: Extract<Cover, { kind: "signed" }>): Uint8Array {
    const { identity, security, ciphers } = this.#meter;
    const { curve } = SUITES[security.suite];
    const { signingKey } = identity;
    // A meter without a signing key answers what it can.
    if (curve === undefined || signingKey === undefined) return inside;
    return encodeApdu(signApdu(ciphers, { header: this.#header(cover), curve, signingKey }, inside));
  }

  #header(cover: { readonly transactionId: Uint8Array; readonly recipient: Uint8Array }): GeneralHeader {
    return {
      transactionId: cover.transactionId,
      originatorSystemTitle: this.#meter.identity.systemTitle,
      recipientSystemTitle: cover.recipient,
      dateTime: NOTHING,
      otherInformation: NOTHING,
    };
  }

  /** Every protected APDU has one of its own, whatever its key. */
  nextCounter(): number {
    const { security } = this.#meter;
    const counter = security.serverCounter;
    security.serverCounter += 1;
    return counter;
  }

  #general(key: "global" | "dedicated", content: Uint8Array): Apdu {
    const kind = key === "global" ? "general-glo-ciphering" : "general-ded-ciphering";
    return { kind, systemTitle: this.#meter.identity.systemTitle, content };
  }

  #keys(control: { readonly broadcast: boolean }, isDedicated: boolean): CipheringKeys {
    const { keys, security } = this.#meter;
    const dedicated = isDedicated ? this.#context().dedicatedKey : undefined;
    const global = control.broadcast ? keys.broadcast : keys.encryption;
    return { suite: security.suite, encryptionKey: dedicated ?? global, authenticationKey: keys.authentication };
  }

  #titleOf(apdu: Ciphered): Uint8Array {
    if (apdu.kind === "general-ciphering") return apdu.originatorSystemTitle;
    if (apdu.kind === "service-ciphered" || apdu.systemTitle.length === 0) return this.#context().clientTitle;
    return apdu.systemTitle;
  }
}

/** What the tag of a general-ciphering APDU covers beside the key. */
function headerOctets(header: Parameters<typeof writeGeneralHeader>[1]): Uint8Array {
  const writer = new ByteWriter();
  writeGeneralHeader(writer, header);
  return writer.finish();
}

function coverOf(apdu: Ciphered, control: SecurityControl, told: ToldKey = "unicast"): InnerCover {
  const protection: Protection = { authenticated: control.authenticated, encrypted: control.encrypted };
  const { broadcast } = control;
  switch (apdu.kind) {
    case "service-ciphered":
      return { kind: "service", key: apdu.key, protection, broadcast };
    case "general-glo-ciphering":
      return { kind: "general", key: "global", protection, broadcast };
    case "general-ded-ciphering":
      return { kind: "general", key: "dedicated", protection, broadcast };
    case "general-ciphering":
      return {
        kind: "general-ciphering",
        key: told,
        protection,
        transactionId: apdu.transactionId.slice(),
        recipient: apdu.originatorSystemTitle.slice(),
      };
  }
}

/** Whether an APDU carries another one that `uncover` opens. */
export function isCiphered(apdu: Apdu): apdu is Ciphered {
  switch (apdu.kind) {
    case "service-ciphered":
    case "general-glo-ciphering":
    case "general-ded-ciphering":
    case "general-ciphering":
      return true;
    default:
      return false;
  }
}
