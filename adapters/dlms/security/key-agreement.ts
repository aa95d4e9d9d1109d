import { ByteWriter } from "../../kit/byte-writer.ts";
import { concat } from "../../kit/bytes.ts";
import type { KeyRef } from "../../kit/adapter.ts";
import { type AgreementPair, type Ciphers, type Curve, CURVE_OCTETS, type KeyMaterial } from "../../kit/ciphers.ts";
import { invariant } from "../../kit/invariant.ts";
import { dlmsFault } from "../codes.ts";
import { writeOctets } from "../data/axdr.ts";
import { type SecuritySuite, SUITES } from "./suite.ts";

/** What the KDF binds the key to besides the shared secret. */
export interface AgreementParties {
  /** The system title of whoever begins: PartyU. */
  readonly originator: Uint8Array;
  readonly recipient: Uint8Array;
  /** Only of C(0e, 2s), where nothing else makes two keys different. */
  readonly transactionId?: Uint8Array;
}

const ALGORITHM_PREFIX = [0x60, 0x85, 0x74, 0x05, 0x08, 0x03];

/**
 * NIST SP 800-56A single-step KDF with the suite's hash; the key is the leading octets. Throws
 * `dlms.security.key-agreement-invalid` in suite 0, which has no key agreement.
 */
export function deriveKey(
  ciphers: Ciphers,
  suite: SecuritySuite,
  shared: Uint8Array,
  parties: AgreementParties,
): Uint8Array {
  const { digest, gcmAlgorithm, keyOctets } = factsOf(suite);
  const party = new ByteWriter();
  party.bytes(parties.originator);
  if (parties.transactionId !== undefined) writeOctets(party, parties.transactionId);
  party.bytes(parties.recipient);
  const hash = ciphers.digest(digest, [
    Uint8Array.of(0, 0, 0, 1),
    shared,
    Uint8Array.of(...ALGORITHM_PREFIX, gcmAlgorithm),
    party.finish(),
  ]);
  return hash.slice(0, keyOctets);
}

/** One-pass Diffie-Hellman, C(1e, 1s): the sender makes a pair, signs its public key and sends both along. */
export interface OnePassOffer {
  readonly key: Uint8Array;
  /** public key || signature: the key-ciphered-data of general-ciphering. */
  readonly keyCipheredData: Uint8Array;
}

export function offerOnePass(
  ciphers: Ciphers,
  facts: {
    readonly suite: SecuritySuite;
    readonly random: Uint8Array;
    readonly signingKey: KeyRef;
    /** The static agreement key of the recipient. */
    readonly recipientKey: KeyMaterial;
    readonly parties: AgreementParties;
  },
): OnePassOffer {
  const { curve } = factsOf(facts.suite);
  const pair = ciphers.agreementPair(curve, facts.random);
  const shared = sharedSecret(ciphers, curve, pair.privateKey, facts.recipientKey);
  const signature = ciphers.ecdsaSign(curve, facts.signingKey, pair.publicKey);
  return {
    key: deriveKey(ciphers, facts.suite, shared, facts.parties),
    keyCipheredData: concat([pair.publicKey, signature]),
  };
}

/** The recipient's side. Throws `dlms.security.signature-invalid` and `dlms.security.key-agreement-invalid`. */
export function acceptOnePass(
  ciphers: Ciphers,
  facts: {
    readonly suite: SecuritySuite;
    readonly keyCipheredData: Uint8Array;
    /** The originator's signing key. */
    readonly verifyingKey: KeyMaterial;
    readonly agreementKey: KeyMaterial;
    readonly parties: AgreementParties;
  },
): Uint8Array {
  const { curve } = factsOf(facts.suite);
  const publicKey = verifiedKey(ciphers, curve, facts.keyCipheredData, facts.verifyingKey);
  const shared = sharedSecret(ciphers, curve, facts.agreementKey, publicKey);
  return deriveKey(ciphers, facts.suite, shared, facts.parties);
}

/** Static unified, C(0e, 2s): both keys are known; the transaction id makes the derived key a new one. */
export function staticUnified(
  ciphers: Ciphers,
  facts: {
    readonly suite: SecuritySuite;
    readonly agreementKey: KeyMaterial;
    readonly peerKey: KeyMaterial;
    readonly parties: AgreementParties & { readonly transactionId: Uint8Array };
  },
): Uint8Array {
  const { curve } = factsOf(facts.suite);
  return deriveKey(
    ciphers,
    facts.suite,
    sharedSecret(ciphers, curve, facts.agreementKey, facts.peerKey),
    facts.parties,
  );
}

/** Ephemeral unified, C(2e, 0s): what each side gives to key_agreement of the security setup, and keeps. */
export interface EphemeralOffer {
  readonly pair: AgreementPair;
  /** public key || signature over key_id || public key. */
  readonly keyData: Uint8Array;
}

export function offerEphemeral(
  ciphers: Ciphers,
  facts: {
    readonly suite: SecuritySuite;
    readonly random: Uint8Array;
    readonly signingKey: KeyRef;
    readonly keyId: number;
  },
): EphemeralOffer {
  const { curve } = factsOf(facts.suite);
  const pair = ciphers.agreementPair(curve, facts.random);
  const signature = ciphers.ecdsaSign(curve, facts.signingKey, concat([Uint8Array.of(facts.keyId), pair.publicKey]));
  return { pair, keyData: concat([pair.publicKey, signature]) };
}

export function acceptEphemeral(
  ciphers: Ciphers,
  facts: {
    readonly suite: SecuritySuite;
    readonly offer: EphemeralOffer;
    readonly keyId: number;
    readonly peerKeyData: Uint8Array;
    readonly verifyingKey: KeyMaterial;
    readonly parties: AgreementParties;
  },
): Uint8Array {
  const { curve } = factsOf(facts.suite);
  const prefix = Uint8Array.of(facts.keyId);
  const publicKey = verifiedKey(ciphers, curve, facts.peerKeyData, facts.verifyingKey, prefix);
  const shared = sharedSecret(ciphers, curve, facts.offer.pair.privateKey, publicKey);
  return deriveKey(ciphers, facts.suite, shared, facts.parties);
}

/** The public key of `public key || signature`, once the signature verified. */
function verifiedKey(
  ciphers: Ciphers,
  curve: Curve,
  data: Uint8Array,
  verifyingKey: KeyMaterial,
  prefix: Uint8Array = new Uint8Array(0),
): Uint8Array {
  const half = 2 * CURVE_OCTETS[curve];
  if (data.length !== 2 * half) {
    throw dlmsFault("dlms.security.key-agreement-invalid", `key data of ${data.length} octets; ${2 * half} are needed`);
  }
  const publicKey = data.subarray(0, half);
  if (!ciphers.ecdsaVerify(curve, verifyingKey, concat([prefix, publicKey]), data.subarray(half))) {
    throw dlmsFault("dlms.security.signature-invalid", "the ephemeral key is not signed by the peer");
  }
  return publicKey;
}

function sharedSecret(ciphers: Ciphers, curve: Curve, privateKey: KeyMaterial, publicKey: KeyMaterial): Uint8Array {
  const shared = ciphers.ecdh(curve, privateKey, publicKey);
  if (shared !== undefined) return shared;
  throw dlmsFault("dlms.security.key-agreement-invalid", "the peer's agreement key is no point of the curve");
}

function factsOf(suite: SecuritySuite): {
  curve: Curve;
  digest: "sha256" | "sha384";
  gcmAlgorithm: number;
  keyOctets: number;
} {
  const { curve, digest, gcmAlgorithm, keyOctets } = SUITES[suite];
  if (curve === undefined || digest === undefined) {
    throw dlmsFault("dlms.security.key-agreement-invalid", "security suite 0 has no key agreement", {
      blame: "operator",
    });
  }
  invariant(keyOctets <= (digest === "sha256" ? 32 : 48), "the hash of a suite is as long as its keys");
  return { curve, digest, gcmAlgorithm, keyOctets };
}
