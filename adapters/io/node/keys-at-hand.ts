import { createPublicKey, type KeyObject } from "node:crypto";

/** Key objects kept, of those used last; about 5 KB each. */
export const KEYS_AT_HAND = 4_096;
/** Of the SubjectPublicKeyInfo of an uncompressed P-256 point (RFC 5480): then X and Y. */
const SPKI_HEAD_BYTES = 27;
const COORDINATE_BYTES = 32;

/**
 * Public keys on P-256 as text, and key objects of those that are in use. What was not used for longest is made into an
 * object again when it is asked for.
 */
export class KeysAtHand {
  readonly #texts = new Map<string, string>();
  /** The one used last is the last in the map. */
  readonly #objects = new Map<string, KeyObject>();
  readonly #most: number;

  constructor(most: number = KEYS_AT_HAND) {
    this.#most = most;
  }

  /** Key objects held at the moment. */
  get objects(): number {
    return this.#objects.size;
  }

  /** @param spki Base64 of the SubjectPublicKeyInfo, checked by who gives it */
  add(name: string, spki: string): void {
    this.#objects.delete(name);
    this.#texts.set(name, spki);
  }

  has(name: string): boolean {
    return this.#texts.has(name);
  }

  remove(name: string): void {
    this.#texts.delete(name);
    this.#objects.delete(name);
  }

  /** `undefined` where there is no such key. Throws where the text was no key after all. */
  take(name: string): KeyObject | undefined {
    const known = this.#objects.get(name);
    const key = known ?? this.#make(name);
    if (key === undefined) return undefined;
    if (known !== undefined) this.#objects.delete(name);
    this.#objects.set(name, key);
    if (this.#objects.size > this.#most) {
      const [oldest] = this.#objects.keys();
      if (oldest !== undefined) this.#objects.delete(oldest);
    }
    return key;
  }

  #make(name: string): KeyObject | undefined {
    const text = this.#texts.get(name);
    if (text === undefined) return undefined;
    const point = Buffer.from(text, "base64").subarray(SPKI_HEAD_BYTES);
    const x = point.subarray(0, COORDINATE_BYTES).toString("base64url");
    const y = point.subarray(COORDINATE_BYTES).toString("base64url");
    // Half the price of having the DER read.
    return createPublicKey({ key: { kty: "EC", crv: "P-256", x, y }, format: "jwk" });
  }
}
