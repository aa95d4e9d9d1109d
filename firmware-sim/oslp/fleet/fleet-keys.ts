import { type KeyStore, p256FromSeed } from "../../../adapters/io/node/keys.ts";
import { type Crypto, type KeyRef, toKeyRef } from "../../../adapters/kit/adapter.ts";
import { EdgeError } from "../../../adapters/kit/edge-error.ts";
import { toHex } from "../../../adapters/kit/bytes.ts";

/** The keys of a fleet: a device's own is made from the seed when it signs for the first time. */
export class FleetKeys implements Crypto {
  readonly #keys: KeyStore;
  readonly #seed: string;
  readonly #identifications = new Map<KeyRef, string>();

  constructor(keys: KeyStore, seed: string) {
    this.#keys = keys;
    this.#seed = seed;
  }

  deviceKey(identification: string): KeyRef {
    const name = toKeyRef(`device/${identification}`);
    this.#identifications.set(name, identification);
    return name;
  }

  /** A key a device was sent; `undefined` where it is none on P-256. One name for one key, however many devices have it. */
  learn(spki: Uint8Array): KeyRef | undefined {
    const name = `learnt/${toHex(this.#keys.sha256(spki)).slice(0, 32)}`;
    if (this.#keys.has(name)) return toKeyRef(name);
    try {
      return this.#keys.addPublic(name, spki);
    } catch (thrown) {
      if (thrown instanceof EdgeError) return undefined;
      throw thrown;
    }
  }

  sign(key: KeyRef, bytes: Uint8Array): Uint8Array {
    const identification = this.#identifications.get(key);
    if (identification !== undefined && !this.#keys.has(key)) {
      this.#keys.addKeyObject(key, p256FromSeed(`${this.#seed}/${identification}`).privateKey);
    }
    return this.#keys.sign(key, bytes);
  }

  verify(key: KeyRef, bytes: Uint8Array, signature: Uint8Array): boolean {
    return this.#keys.verify(key, bytes, signature);
  }

  sha256(bytes: Uint8Array): Uint8Array {
    return this.#keys.sha256(bytes);
  }
}
