import type { KeyRef } from "./adapter.ts";

/**
 * A key as a session gives it: by reference where the operator configured it, so that it never leaves the key store, or as
 * octets where the session itself made or agreed it (a dedicated key, an ephemeral one).
 */
export type KeyMaterial = KeyRef | Uint8Array;

export type Digest = "md5" | "sha1" | "sha256" | "sha384";
export type Curve = "P-256" | "P-384";

/** Octets of a coordinate, and of r and s. */
export const CURVE_OCTETS: Readonly<Record<Curve, number>> = { "P-256": 32, "P-384": 48 };

export interface GcmSealing {
  /** 16 or 32 octets. */
  readonly key: KeyMaterial;
  /** 12 octets, never the same twice with one key. */
  readonly iv: Uint8Array;
  /** Concatenated; keys among them stay by reference. */
  readonly aad: readonly KeyMaterial[];
  readonly plaintext: Uint8Array;
  /** 0 makes a stream cipher of it: nothing is authenticated. */
  readonly tagOctets: 0 | 12 | 16;
  /** Put before the ciphertext as it is, so that whoever has a header makes no copy of the result. */
  readonly prefix?: Uint8Array;
}

export interface GcmOpening extends Omit<GcmSealing, "plaintext" | "prefix"> {
  /** Ciphertext and tag. */
  readonly sealed: Uint8Array;
}

/** A key pair of one exchange: the scalar, and the point as x || y. */
export interface AgreementPair {
  readonly privateKey: Uint8Array;
  readonly publicKey: Uint8Array;
}

/**
 * Ciphers as the pure rooms see them: synchronous, keys by reference or as octets. Input of a peer never throws: what does
 * not verify is `undefined` or `false`. A reference to a key that is not there, or is of the wrong kind, throws
 * `config.key.*`, which blames the operator.
 */
export interface Ciphers {
  /** Prefix, ciphertext and tag (NIST SP 800-38D). */
  gcmSeal(sealing: GcmSealing): Uint8Array;
  /** `undefined` where the tag does not verify or is cut short. */
  gcmOpen(opening: GcmOpening): Uint8Array | undefined;
  /** RFC 3394 with the default initial value. */
  wrapKey(kek: KeyMaterial, key: KeyMaterial): Uint8Array;
  unwrapKey(kek: KeyMaterial, wrapped: Uint8Array): Uint8Array | undefined;
  /** AES-128 of whole blocks, each for itself; a secret shorter than 16 octets is padded with zeros. */
  aesEcb(secret: KeyMaterial, blocks: Uint8Array): Uint8Array;
  /** Of the parts one after the other; secrets among them stay by reference. */
  digest(algorithm: Digest, parts: readonly KeyMaterial[]): Uint8Array;
  /** r || s with the hash of the curve: SHA-256, SHA-384. */
  ecdsaSign(curve: Curve, privateKey: KeyRef, octets: Uint8Array): Uint8Array;
  /** @param publicKey by reference, or x || y. */
  ecdsaVerify(curve: Curve, publicKey: KeyMaterial, octets: Uint8Array, signature: Uint8Array): boolean;
  /** The x coordinate of the shared point; `undefined` where the public key is no point of the curve. */
  ecdh(curve: Curve, privateKey: KeyMaterial, publicKey: KeyMaterial): Uint8Array | undefined;
  /** @param random 8 octets more than a coordinate has, so that the scalar is as good as even. */
  agreementPair(curve: Curve, random: Uint8Array): AgreementPair;
  /** Octets of a secret that travels as it is: the password of a low level authentication. Keys are never given. */
  password(secret: KeyMaterial): Uint8Array;
}
