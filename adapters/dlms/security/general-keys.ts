import type { KeyRef } from "../../kit/adapter.ts";
import { type Ciphers, CURVE_OCTETS, type KeyMaterial } from "../../kit/ciphers.ts";
import type { Random } from "../../kit/ports.ts";
import type { GeneralCiphering, GeneralHeader, KeyInfo } from "../apdu/protection.ts";
import { dlmsFault } from "../codes.ts";
import type { CipheringKeys } from "./ciphering.ts";
import type { SecurityMaterial } from "./envelope.ts";
import { acceptOnePass, type AgreementParties, offerOnePass, staticUnified } from "./key-agreement.ts";
import { SUITES } from "./suite.ts";

/**
 * Which key a general-ciphering APDU is protected with (IEC 62056-5-3 clause 9.2.7.2.4.6): one both sides have, for this
 * meter or for all of a group; one made for this APDU and wrapped with the master key; one agreed for this APDU, with an
 * ephemeral key of the sender, C(1e, 1s), or with none, C(0e, 2s).
 */
export const KEY_CHOICES = ["identified", "broadcast", "wrapped", "one-pass", "static-unified"] as const;
export type KeyChoice = (typeof KEY_CHOICES)[number];

/** What one side has besides the keys of the association. */
export interface PartyKeys {
  /** Wraps keys: `wrapped`. */
  readonly master?: KeyMaterial | undefined;
  /** Our private agreement key and the other side's public one: `one-pass`, `static-unified`. */
  readonly agreement?: KeyRef | undefined;
  readonly peerAgreement?: KeyMaterial | undefined;
  /** Our private signing key and the other side's public one: `one-pass`, general-signing. */
  readonly signing?: KeyRef | undefined;
  readonly peerSigning?: KeyMaterial | undefined;
}

export interface KeyHolder {
  readonly ciphers: Ciphers;
  readonly material: SecurityMaterial;
  readonly party: PartyKeys;
}

export interface NamedKeys {
  readonly keyInfo: KeyInfo;
  readonly keys: CipheringKeys;
  readonly broadcast: boolean;
}

const MASTER = 0;
const UNICAST = 0;
const BROADCAST = 1;
const ONE_PASS = Uint8Array.of(1);
const STATIC_UNIFIED = Uint8Array.of(2);
const NOTHING = new Uint8Array(0);
/** What `agreementPair` wants above a coordinate. */
const EXTRA_RANDOM_OCTETS = 8;

/** The key for an APDU with that header, and what tells the recipient of it. Throws `dlms.security.key-missing`. */
export function keysToSend(
  { ciphers, material, party }: KeyHolder,
  choice: KeyChoice,
  header: GeneralHeader,
  random: Random,
): NamedKeys {
  const { suite, authenticationKey } = material;
  const named = (keyInfo: KeyInfo, encryptionKey: KeyMaterial, broadcast = false): NamedKeys => ({
    keyInfo,
    keys: { suite, encryptionKey, authenticationKey },
    broadcast,
  });
  switch (choice) {
    case "identified":
      return named({ kind: "identified-key", keyId: UNICAST }, material.encryptionKey);
    case "broadcast":
      return named(
        { kind: "identified-key", keyId: BROADCAST },
        needed(material.broadcastKey, "a broadcast key"),
        true,
      );
    case "wrapped": {
      const key = random.bytes(SUITES[suite].keyOctets);
      const keyCipheredData = ciphers.wrapKey(needed(party.master, "a master key"), key);
      return named({ kind: "wrapped-key", kekId: MASTER, keyCipheredData }, key);
    }
    case "one-pass": {
      const { curve } = SUITES[suite];
      if (curve === undefined) {
        throw dlmsFault("dlms.security.key-agreement-invalid", "security suite 0 has no key agreement", {
          blame: "operator",
        });
      }
      const { key, keyCipheredData } = offerOnePass(ciphers, {
        suite,
        random: random.bytes(CURVE_OCTETS[curve] + EXTRA_RANDOM_OCTETS),
        signingKey: needed(party.signing, "a signing key of ours"),
        recipientKey: needed(party.peerAgreement, "the other side's agreement key"),
        parties: partiesOf(header),
      });
      return named({ kind: "agreed-key", keyParameters: ONE_PASS, keyCipheredData }, key);
    }
    case "static-unified":
      return named(
        { kind: "agreed-key", keyParameters: STATIC_UNIFIED, keyCipheredData: NOTHING },
        unified({ ciphers, material, party }, header),
      );
  }
}

/**
 * The keys that an APDU of the other side speaks of. Throws `dlms.security.key-*` and `dlms.security.signature-invalid`.
 *
 * @param unnamed for an APDU without key-info: those of what it answers.
 */
export function keysReceived(holder: KeyHolder, apdu: GeneralCiphering, unnamed?: CipheringKeys): CipheringKeys {
  const { ciphers, material, party } = holder;
  const { suite, encryptionKey, authenticationKey } = material;
  const own = { suite, encryptionKey, authenticationKey };
  const { keyInfo } = apdu;
  switch (keyInfo?.kind) {
    case undefined:
      return unnamed ?? own;
    case "identified-key":
      if (keyInfo.keyId === UNICAST) return own;
      if (keyInfo.keyId !== BROADCAST) throw unsuitable(`key ${keyInfo.keyId}; there are 0 and 1`);
      return { ...own, encryptionKey: needed(material.broadcastKey, "a broadcast key") };
    case "wrapped-key": {
      if (keyInfo.kekId !== MASTER) throw unsuitable(`key-encrypting key ${keyInfo.kekId}; there is 0`);
      const key = ciphers.unwrapKey(needed(party.master, "a master key"), keyInfo.keyCipheredData);
      if (key === undefined || key.length !== SUITES[suite].keyOctets) {
        throw dlmsFault(
          "dlms.security.key-wrap-invalid",
          "the key of a general-ciphering APDU is not wrapped with ours",
        );
      }
      return { ...own, encryptionKey: key };
    }
    case "agreed-key":
      return { ...own, encryptionKey: agreed(holder, apdu, keyInfo) };
  }
}

/** Whether the key is the APDU's own, so that its invocation counter tells nothing about other APDUs. */
export function isFresh({ keyInfo }: Pick<GeneralCiphering, "keyInfo">): boolean {
  return keyInfo !== undefined && keyInfo.kind !== "identified-key";
}

function agreed(
  holder: KeyHolder,
  apdu: GeneralCiphering,
  { keyParameters, keyCipheredData }: Extract<KeyInfo, { kind: "agreed-key" }>,
): Uint8Array {
  const { ciphers, material, party } = holder;
  const [scheme] = keyParameters;
  if (keyParameters.length !== 1 || (scheme !== 1 && scheme !== 2)) {
    throw unsuitable(`key agreement scheme ${scheme ?? "none"}; there are 1 and 2`);
  }
  if (scheme === 2) return unified(holder, apdu);
  return acceptOnePass(ciphers, {
    suite: material.suite,
    keyCipheredData,
    verifyingKey: needed(party.peerSigning, "the other side's signing key"),
    agreementKey: needed(party.agreement, "an agreement key of ours"),
    parties: partiesOf(apdu),
  });
}

function unified({ ciphers, material, party }: KeyHolder, header: GeneralHeader): Uint8Array {
  return staticUnified(ciphers, {
    suite: material.suite,
    agreementKey: needed(party.agreement, "an agreement key of ours"),
    peerKey: needed(party.peerAgreement, "the other side's agreement key"),
    parties: { ...partiesOf(header), transactionId: header.transactionId },
  });
}

function partiesOf({ originatorSystemTitle, recipientSystemTitle }: GeneralHeader): AgreementParties {
  return { originator: originatorSystemTitle, recipient: recipientSystemTitle };
}

function needed<Key>(key: Key | undefined, what: string): Key {
  if (key !== undefined) return key;
  throw dlmsFault("dlms.security.key-missing", `general-ciphering needs ${what}, and there is none`, {
    blame: "operator",
  });
}

function unsuitable(what: string): Error {
  return dlmsFault("dlms.security.key-unsuitable", `a general-ciphering APDU of ${what}`);
}
