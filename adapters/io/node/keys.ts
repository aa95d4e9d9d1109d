import {
  createECDH,
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  sign,
  verify,
} from "node:crypto";
import { type Crypto, type KeyRef, toKeyRef } from "../../kit/adapter.ts";
import { EdgeError } from "../../kit/edge-error.ts";
import { KeysAtHand } from "./keys-at-hand.ts";

/**
 * Holds keys as opaque key objects under names. Sessions see the names only; nothing here can print a private key.
 */
export class KeyStore implements Crypto {
  readonly #private = new Map<string, KeyObject>();
  readonly #public = new Map<string, KeyObject>();
  readonly #atHand = new KeysAtHand();

  /** A PKCS#8 private key, PEM text or DER bytes, P-256. Throws `config.key.*`. */
  addPrivate(name: string, material: string | Uint8Array): KeyRef {
    this.#private.set(name, p256(readKey(name, material, "private"), name));
    return toKeyRef(name);
  }

  /** A SubjectPublicKeyInfo public key: PEM text, DER bytes, or Base64 of the DER (124 characters). Throws `config.key.*`. */
  addPublic(name: string, material: string | Uint8Array): KeyRef {
    this.#public.set(name, p256(readKey(name, material, "public"), name));
    this.#atHand.remove(name);
    return toKeyRef(name);
  }

  /**
   * The same for the Base64 of a SubjectPublicKeyInfo that was checked before: it stays the text it is until somebody
   * verifies with it. A key object costs 5 KB and 0.1 ms: too much for tens of thousands that rarely speak.
   */
  addCheckedPublic(name: string, spki: string): KeyRef {
    this.#public.delete(name);
    this.#atHand.add(name, spki);
    return toKeyRef(name);
  }

  addKeyObject(name: string, key: KeyObject): KeyRef {
    (key.type === "private" ? this.#private : this.#public).set(name, p256(key, name));
    return toKeyRef(name);
  }

  has(name: string): boolean {
    return this.#private.has(name) || this.#public.has(name) || this.#atHand.has(name);
  }

  remove(name: string): void {
    this.#private.delete(name);
    this.#public.delete(name);
    this.#atHand.remove(name);
  }

  sign(key: KeyRef, bytes: Uint8Array): Uint8Array {
    const found = this.#private.get(key);
    if (found === undefined) throw missing(key, "private");
    return new Uint8Array(sign("sha256", bytes, found));
  }

  verify(key: KeyRef, bytes: Uint8Array, signature: Uint8Array): boolean {
    const found = this.#public.get(key) ?? this.#atHand.take(key);
    if (found === undefined) throw missing(key, "public");
    try {
      return verify("sha256", bytes, found, signature);
    } catch (_malformed) {
      return false;
    }
  }

  sha256(bytes: Uint8Array): Uint8Array {
    return new Uint8Array(createHash("sha256").update(bytes).digest());
  }
}

export interface KeyPair {
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
}

export function generateP256(): KeyPair {
  return generateKeyPairSync("ec", { namedCurve: "prime256v1" });
}

/** Order of the P-256 base point (SEC 2, 2.4.2). */
const P256_ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;

/**
 * A key pair computed from a text, the same every time. For simulated devices only: whoever knows the seed has the key.
 */
export function p256FromSeed(seed: string): KeyPair {
  const digest = createHash("sha512").update(`busbar simulated device key\0${seed}`).digest("hex");
  const scalar = (BigInt(`0x${digest}`) % (P256_ORDER - 1n)) + 1n;
  const d = Buffer.from(scalar.toString(16).padStart(64, "0"), "hex");
  const ecdh = createECDH("prime256v1");
  ecdh.setPrivateKey(d);
  const point = ecdh.getPublicKey();
  const jwk = {
    kty: "EC",
    crv: "P-256",
    x: point.subarray(1, 33).toString("base64url"),
    y: point.subarray(33, 65).toString("base64url"),
  };
  return {
    privateKey: createPrivateKey({ key: { ...jwk, d: d.toString("base64url") }, format: "jwk" }),
    publicKey: createPublicKey({ key: jwk, format: "jwk" }),
  };
}

/** Base64 of the SubjectPublicKeyInfo DER: how platforms in the field store a device's key. */
export function publicKeyText(key: KeyObject): string {
  return key.export({ type: "spki", format: "der" }).toString("base64");
}

/** PEM of a private key, for files that a command was asked to write. */
export function privateKeyPem(key: KeyObject): string {
  return key.export({ type: "pkcs8", format: "pem" }).toString();
}

function readKey(name: string, material: string | Uint8Array, kind: "private" | "public"): KeyObject {
  try {
    const pem = typeof material === "string" ? material : Buffer.from(material).toString("latin1");
    if (pem.includes("-----BEGIN")) return kind === "private" ? createPrivateKey(pem) : createPublicKey(pem);
    const der = typeof material === "string" ? Buffer.from(material.trim(), "base64") : Buffer.from(material);
    return kind === "private"
      ? createPrivateKey({ key: der, format: "der", type: "pkcs8" })
      : createPublicKey({ key: der, format: "der", type: "spki" });
  } catch (cause) {
    const wanted =
      kind === "private" ? "a PKCS#8 private key in PEM or DER" : "a public key in PEM, DER or Base64 of the DER";
    throw new EdgeError({
      code: "config.key.unreadable",
      blame: "operator",
      retry: "never",
      message: `key ${name} is not ${wanted}`,
      cause,
    });
  }
}

function p256(key: KeyObject, name: string): KeyObject {
  if (key.asymmetricKeyType === "ec" && key.asymmetricKeyDetails?.namedCurve === "prime256v1") return key;
  const found = key.asymmetricKeyDetails?.namedCurve ?? key.asymmetricKeyType ?? "unknown";
  throw new EdgeError({
    code: "config.key.unsuitable",
    blame: "operator",
    retry: "never",
    message: `key ${name} is ${found}; OSLP signs with EC keys on P-256 (prime256v1)`,
  });
}

function missing(key: KeyRef, kind: string): EdgeError {
  return new EdgeError({
    code: "config.key.missing",
    blame: "operator",
    retry: "never",
    message: `there is no ${kind} key ${key}`,
  });
}
