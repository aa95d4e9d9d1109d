import {
  createCipheriv,
  createDecipheriv,
  createECDH,
  createHash,
  createPrivateKey,
  createPublicKey,
  type KeyObject,
  sign,
  verify,
} from "node:crypto";
import { type KeyRef, toKeyRef } from "../../kit/adapter.ts";
import {
  type AgreementPair,
  type Ciphers,
  type Curve,
  CURVE_OCTETS,
  type Digest,
  type GcmOpening,
  type GcmSealing,
  type KeyMaterial,
} from "../../kit/ciphers.ts";
import { EdgeError } from "../../kit/edge-error.ts";

const NAMED_CURVES: Readonly<Record<Curve, string>> = { "P-256": "prime256v1", "P-384": "secp384r1" };
const CURVE_HASHES: Readonly<Record<Curve, string>> = { "P-256": "sha256", "P-384": "sha384" };
/** Order of the base point (SEC 2, 2.4.2 and 2.5.1). */
const ORDERS: Readonly<Record<Curve, bigint>> = {
  "P-256": 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n,
  "P-384": 0xffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973n,
};
const NOTHING = new Uint8Array(0);
/** Initial vectors, and what is authenticated besides a ciphered APDU: control octet, key, header. */
const ROOM_OCTETS_MAX = 128;
const TAG_SETTINGS = { 0: { authTagLength: 16 }, 12: { authTagLength: 12 }, 16: { authTagLength: 16 } } as const;
const WRAP_INITIAL_VALUE = Buffer.alloc(8, 0xa6);

/** Symmetric keys, passwords and EC keys under names. Sessions see the names only; nothing here can print a key. */
export class CipherKeys implements Ciphers {
  readonly #symmetric = new Map<string, Buffer>();
  readonly #passwords = new Map<string, Buffer>();
  readonly #private = new Map<string, KeyObject>();
  readonly #public = new Map<string, KeyObject>();
  readonly #rooms: (Buffer | undefined)[] = new Array(ROOM_OCTETS_MAX + 1).fill(undefined);

  /** A symmetric key or the secret of a high level authentication. Copied. */
  addSecret(name: string, octets: Uint8Array): KeyRef {
    this.#symmetric.set(name, Buffer.from(octets));
    return toKeyRef(name);
  }

  /** A secret that the protocol sends as it is, and that `password` therefore gives out. Copied. */
  addPassword(name: string, octets: Uint8Array): KeyRef {
    this.#passwords.set(name, Buffer.from(octets));
    return toKeyRef(name);
  }

  /** PEM text, PKCS#8 DER, or the bare scalar with its curve. Throws `config.key.unreadable`. */
  addPrivate(name: string, material: string | Uint8Array, curve?: Curve): KeyRef {
    this.#private.set(
      name,
      readable(name, () => privateKeyOf(material, curve)),
    );
    return toKeyRef(name);
  }

  /** PEM text, SubjectPublicKeyInfo DER, or x || y with its curve. Throws `config.key.unreadable`. */
  addPublic(name: string, material: string | Uint8Array, curve?: Curve): KeyRef {
    this.#public.set(
      name,
      readable(name, () => publicKeyOf(material, curve)),
    );
    return toKeyRef(name);
  }

  has(name: string): boolean {
    return [this.#symmetric, this.#passwords, this.#private, this.#public].some((keys) => keys.has(name));
  }

  remove(name: string): void {
    for (const keys of [this.#symmetric, this.#passwords, this.#private, this.#public]) keys.delete(name);
  }

  gcmSeal({ key, iv, aad, plaintext, tagOctets, prefix = NOTHING }: GcmSealing): Uint8Array {
    const octets = this.#aes(key);
    const name = octets.length === 32 ? "aes-256-gcm" : "aes-128-gcm";
    const cipher = createCipheriv(name, octets, this.#lent(iv), tagOf(tagOctets));
    if (aad.length > 0) cipher.setAAD(this.#joined(aad));
    const ciphertext = cipher.update(plaintext);
    const at = prefix.length + ciphertext.length;
    const sealed = new Uint8Array(at + tagOctets);
    sealed.set(prefix);
    sealed.set(ciphertext, prefix.length);
    if (tagOctets > 0) {
      cipher.final();
      sealed.set(cipher.getAuthTag(), at);
    }
    return sealed;
  }

  gcmOpen({ key, iv, aad, sealed, tagOctets }: GcmOpening): Uint8Array | undefined {
    const end = sealed.length - tagOctets;
    if (end < 0) return undefined;
    const octets = this.#aes(key);
    const name = octets.length === 32 ? "aes-256-gcm" : "aes-128-gcm";
    const decipher = createDecipheriv(name, octets, this.#lent(iv), tagOf(tagOctets));
    if (aad.length > 0) decipher.setAAD(this.#joined(aad));
    if (tagOctets === 0) return plain(decipher.update(sealed));
    decipher.setAuthTag(sealed.subarray(end));
    const plaintext = decipher.update(sealed.subarray(0, end));
    try {
      decipher.final();
    } catch (_tagDiffers) {
      return undefined;
    }
    return plain(plaintext);
  }

  wrapKey(kek: KeyMaterial, key: KeyMaterial): Uint8Array {
    const octets = this.#aes(kek);
    const cipher = createCipheriv(`id-aes${octets.length * 8}-wrap`, octets, WRAP_INITIAL_VALUE);
    return plain(Buffer.concat([cipher.update(this.#secret(key)), cipher.final()]));
  }

  unwrapKey(kek: KeyMaterial, wrapped: Uint8Array): Uint8Array | undefined {
    const octets = this.#aes(kek);
    try {
      const decipher = createDecipheriv(`id-aes${octets.length * 8}-wrap`, octets, WRAP_INITIAL_VALUE);
      return plain(Buffer.concat([decipher.update(wrapped), decipher.final()]));
    } catch (_notWrappedWithIt) {
      return undefined;
    }
  }

  aesEcb(secret: KeyMaterial, blocks: Uint8Array): Uint8Array {
    const key = Buffer.alloc(16);
    this.#secret(secret).copy(key);
    const cipher = createCipheriv("aes-128-ecb", key, null);
    cipher.setAutoPadding(false);
    return plain(Buffer.concat([cipher.update(blocks), cipher.final()]));
  }

  digest(algorithm: Digest, parts: readonly KeyMaterial[]): Uint8Array {
    const hash = createHash(algorithm);
    for (const part of parts) hash.update(this.#secret(part));
    return plain(hash.digest());
  }

  ecdsaSign(curve: Curve, privateKey: KeyRef, octets: Uint8Array): Uint8Array {
    const key = this.#onCurve(this.#private, privateKey, curve);
    return plain(sign(CURVE_HASHES[curve], octets, { key, dsaEncoding: "ieee-p1363" }));
  }

  ecdsaVerify(curve: Curve, publicKey: KeyMaterial, octets: Uint8Array, signature: Uint8Array): boolean {
    if (signature.length !== 2 * CURVE_OCTETS[curve]) return false;
    const key = this.#publicKey(curve, publicKey);
    if (key === undefined) return false;
    return verify(CURVE_HASHES[curve], octets, { key, dsaEncoding: "ieee-p1363" }, signature);
  }

  ecdh(curve: Curve, privateKey: KeyMaterial, publicKey: KeyMaterial): Uint8Array | undefined {
    const point = typeof publicKey === "string" ? pointOf(this.#onCurve(this.#public, publicKey, curve)) : publicKey;
    const ours = createECDH(NAMED_CURVES[curve]);
    ours.setPrivateKey(
      typeof privateKey === "string" ? scalarOf(this.#onCurve(this.#private, privateKey, curve)) : privateKey,
    );
    try {
      return plain(ours.computeSecret(Buffer.concat([Buffer.of(4), point])));
    } catch (_noPointOfTheCurve) {
      return undefined;
    }
  }

  agreementPair(curve: Curve, random: Uint8Array): AgreementPair {
    const order = ORDERS[curve];
    const scalar = (BigInt(`0x${Buffer.from(random).toString("hex")}`) % (order - 1n)) + 1n;
    const privateKey = Buffer.from(scalar.toString(16).padStart(2 * CURVE_OCTETS[curve], "0"), "hex");
    const pair = createECDH(NAMED_CURVES[curve]);
    pair.setPrivateKey(privateKey);
    return { privateKey: plain(privateKey), publicKey: plain(pair.getPublicKey().subarray(1)) };
  }

  password(secret: KeyMaterial): Uint8Array {
    if (typeof secret !== "string") return secret;
    const found = this.#passwords.get(secret);
    if (found === undefined) throw unsuitable("missing", `there is no password ${secret}`);
    return plain(Buffer.from(found));
  }

  #secret(material: KeyMaterial): Buffer {
    if (typeof material !== "string") return Buffer.from(material.buffer, material.byteOffset, material.length);
    const found = this.#symmetric.get(material) ?? this.#passwords.get(material);
    if (found === undefined) throw unsuitable("missing", `there is no secret ${material}`);
    return found;
  }

  #aes(material: KeyMaterial): Uint8Array {
    const octets = typeof material === "string" ? this.#secret(material) : material;
    if (octets.length === 16 || octets.length === 32) return octets;
    const name = typeof material === "string" ? `key ${material}` : "a key of the session";
    throw unsuitable("unsuitable", `${name} has ${octets.length} octets; AES keys here have 16 or 32`);
  }

  /** The same octets in a buffer of ours that lives until the next call of the same length. */
  #lent(octets: Uint8Array): Uint8Array {
    const room = this.#room(octets.length);
    room.set(octets);
    return room;
  }

  /**
   * What is given to OpenSSL for one call only. A small array made for it would have to be moved out of the heap first, which
   * costs as much as the ciphering of a short APDU.
   */
  #room(length: number): Uint8Array {
    if (length > ROOM_OCTETS_MAX) return new Uint8Array(length);
    const known = this.#rooms[length];
    if (known !== undefined) return known;
    const room = Buffer.alloc(length);
    this.#rooms[length] = room;
    return room;
  }

  #joined(parts: readonly KeyMaterial[]): Uint8Array {
    const [only] = parts;
    if (parts.length === 1 && only !== undefined) return this.#secret(only);
    let length = 0;
    for (const part of parts) length += typeof part === "string" ? this.#secret(part).length : part.length;
    const whole = this.#room(length);
    let at = 0;
    for (const part of parts) {
      const octets = typeof part === "string" ? this.#secret(part) : part;
      whole.set(octets, at);
      at += octets.length;
    }
    return whole;
  }

  #publicKey(curve: Curve, material: KeyMaterial): KeyObject | undefined {
    if (typeof material === "string") return this.#onCurve(this.#public, material, curve);
    try {
      return publicKeyOf(material, curve);
    } catch (_noPointOfTheCurve) {
      return undefined;
    }
  }

  #onCurve(keys: ReadonlyMap<string, KeyObject>, name: KeyRef, curve: Curve): KeyObject {
    const found = keys.get(name);
    if (found === undefined) throw unsuitable("missing", `there is no EC key ${name}`);
    const named = found.asymmetricKeyDetails?.namedCurve;
    if (named === NAMED_CURVES[curve]) return found;
    throw unsuitable("unsuitable", `key ${name} is on ${named ?? "no curve"}; ${curve} is needed`);
  }
}

function tagOf(tagOctets: 0 | 12 | 16): { readonly authTagLength: number } {
  return TAG_SETTINGS[tagOctets];
}

/** A plain Uint8Array over the same octets: Buffers do not reach the pure rooms. */
function plain(octets: Buffer): Uint8Array {
  return new Uint8Array(octets.buffer, octets.byteOffset, octets.length);
}

function privateKeyOf(material: string | Uint8Array, curve: Curve | undefined): KeyObject {
  if (typeof material === "string") return createPrivateKey(material);
  if (curve === undefined || material.length !== CURVE_OCTETS[curve]) {
    return createPrivateKey({ key: Buffer.from(material), format: "der", type: "pkcs8" });
  }
  const pair = createECDH(NAMED_CURVES[curve]);
  pair.setPrivateKey(material);
  const jwk = { ...jwkOf(curve, pair.getPublicKey().subarray(1)), d: Buffer.from(material).toString("base64url") };
  return createPrivateKey({ key: jwk, format: "jwk" });
}

function publicKeyOf(material: string | Uint8Array, curve: Curve | undefined): KeyObject {
  if (typeof material === "string") return createPublicKey(material);
  if (curve === undefined) return createPublicKey({ key: Buffer.from(material), format: "der", type: "spki" });
  if (material.length !== 2 * CURVE_OCTETS[curve]) throw new RangeError("a point has two coordinates");
  return createPublicKey({ key: jwkOf(curve, material), format: "jwk" });
}

function jwkOf(curve: Curve, point: Uint8Array): { kty: string; crv: string; x: string; y: string } {
  const octets = CURVE_OCTETS[curve];
  const coordinate = (from: number) => Buffer.from(point.subarray(from, from + octets)).toString("base64url");
  return { kty: "EC", crv: curve, x: coordinate(0), y: coordinate(octets) };
}

function pointOf(key: KeyObject): Buffer {
  const { x = "", y = "" } = key.export({ format: "jwk" });
  return Buffer.concat([Buffer.from(x, "base64url"), Buffer.from(y, "base64url")]);
}

function scalarOf(key: KeyObject): Buffer {
  return Buffer.from(key.export({ format: "jwk" }).d ?? "", "base64url");
}

function readable(name: string, read: () => KeyObject): KeyObject {
  try {
    return read();
  } catch (cause) {
    throw unsuitable("unreadable", `key ${name} is no EC key in PEM, DER or bare octets`, cause);
  }
}

function unsuitable(reason: "missing" | "unsuitable" | "unreadable", message: string, cause?: unknown): EdgeError {
  return new EdgeError({ code: `config.key.${reason}`, blame: "operator", retry: "never", message, cause });
}
