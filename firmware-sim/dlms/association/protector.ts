import type { Apdu, CarrierApdu } from "../../../adapters/dlms/apdu/apdu.ts";
import { encodeApdu } from "../../../adapters/dlms/apdu/encode-apdu.ts";
import { writeGeneralHeader } from "../../../adapters/dlms/apdu/protection.ts";
import { cipheredTag } from "../../../adapters/dlms/apdu/tags.ts";
import { type CipheringKeys, open, seal } from "../../../adapters/dlms/security/ciphering.ts";
import type { Protection, SecurityControl } from "../../../adapters/dlms/security/control.ts";
import { ByteWriter } from "../../../adapters/kit/byte-writer.ts";
import { EdgeError } from "../../../adapters/kit/edge-error.ts";
import type { MeterState } from "../meter-state.ts";
import type { Cover } from "./cover.ts";

/** Why a protected APDU was not taken; the client is told (exception-response). */
export type Rejection =
  | { readonly kind: "deciphering-error" }
  | { readonly kind: "counter-error"; readonly expected: number; readonly counter: number };

export interface Uncovered {
  readonly octets: Uint8Array;
  /** The invocation counter it came with. */
  readonly counter: number;
  readonly cover: Cover;
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
  readonly #context: () => ProtectorContext;

  constructor(meter: MeterState, context: () => ProtectorContext) {
    this.#meter = meter;
    this.#context = context;
  }

  uncover(apdu: Ciphered): Uncovered | Rejection {
    const { security } = this.#meter;
    const isDedicated =
      apdu.kind === "general-ded-ciphering" || (apdu.kind === "service-ciphered" && apdu.key === "dedicated");
    const title = this.#titleOf(apdu);
    try {
      const header = apdu.kind === "general-ciphering" ? headerOctets(apdu) : undefined;
      const { control, counter, information } = open(
        this.#meter.ciphers,
        {
          systemTitle: title,
          keysFor: (found) => this.#keys(found, isDedicated),
          ...(header === undefined ? {} : { header }),
        },
        apdu.content,
      );
      // A dedicated key has a life of its own, but meters count on with the same counter.
      if (!isDedicated && counter < security.clientCounter) {
        return { kind: "counter-error", expected: security.clientCounter, counter };
      }
      if (!isDedicated) security.clientCounter = counter + 1;
      return { octets: information, counter, cover: coverOf(apdu, control) };
    } catch (thrown) {
      if (!(thrown instanceof EdgeError)) throw thrown;
      return { kind: "deciphering-error" };
    }
  }

  cover(octets: Uint8Array, cover: Cover): Uint8Array {
    if (cover.kind === "plain") return octets;
    const { systemTitle } = this.#meter.identity;
    const isDedicated = cover.kind !== "general-ciphering" && cover.key === "dedicated";
    const protect = (header?: Uint8Array): Uint8Array =>
      seal(
        this.#meter.ciphers,
        {
          ...this.#keys(cover, isDedicated),
          protection: cover.protection,
          broadcast: cover.broadcast,
          systemTitle,
          counter: this.nextCounter(),
          ...(header === undefined ? {} : { header }),
        },
        octets,
      );
    switch (cover.kind) {
      case "service": {
        const service = octets[0] ?? 0;
        if (cipheredTag(service, cover.key) === undefined) {
          // ACCESS and exceptions have no ciphered form of their own.
          return encodeApdu(this.#general(cover.key, protect()));
        }
        return encodeApdu({ kind: "service-ciphered", service, key: cover.key, content: protect() });
      }
      case "general":
        return encodeApdu(this.#general(cover.key, protect()));
      case "general-ciphering": {
        const header = {
          transactionId: cover.transactionId,
          originatorSystemTitle: systemTitle,
          recipientSystemTitle: cover.recipient,
          dateTime: NOTHING,
          otherInformation: NOTHING,
        };
        const keyInfo = { kind: "identified-key", keyId: cover.broadcast ? 1 : 0 } as const;
        return encodeApdu({ kind: "general-ciphering", ...header, keyInfo, content: protect(headerOctets(header)) });
      }
    }
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

function coverOf(apdu: Ciphered, control: SecurityControl): Cover {
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
        protection,
        broadcast,
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
