import { createHash } from "node:crypto";
import { type Crypto, type KeyRef, toKeyRef } from "../../kit/adapter.ts";
import { equalBytes } from "../../kit/bytes.ts";
import { EdgeError } from "../../kit/edge-error.ts";

/**
 * Keys for simulated worlds. A "signature" is a hash of the key's identity and the bytes in the shape of an ECDSA one:
 * it fits nowhere else, it is the same every time, and it costs a hundredth. It protects nothing.
 */
export class SimCrypto implements Crypto {
  readonly #private = new Map<string, string>();
  readonly #public = new Map<string, string>();

  /** @param identity names the key pair: what the private key of an identity signs, its public key verifies. */
  addPrivate(name: string, identity: string): KeyRef {
    this.#private.set(name, identity);
    return toKeyRef(name);
  }

  addPublic(name: string, identity: string): KeyRef {
    this.#public.set(name, identity);
    return toKeyRef(name);
  }

  sign(key: KeyRef, bytes: Uint8Array): Uint8Array {
    return signatureOf(known(this.#private, key), bytes);
  }

  verify(key: KeyRef, bytes: Uint8Array, signature: Uint8Array): boolean {
    return equalBytes(signatureOf(known(this.#public, key), bytes), signature);
  }

  sha256(bytes: Uint8Array): Uint8Array {
    return new Uint8Array(createHash("sha256").update(bytes).digest());
  }
}

function known(keys: ReadonlyMap<string, string>, key: KeyRef): string {
  const identity = keys.get(key);
  if (identity !== undefined) return identity;
  throw new EdgeError({
    code: "config.key.missing",
    blame: "operator",
    retry: "never",
    message: `there is no key ${key}`,
  });
}

/** SEQUENCE { INTEGER r, INTEGER s }, both 256 bits, minimal and positive as DER wants them: 68 to 72 bytes. */
function signatureOf(identity: string, bytes: Uint8Array): Uint8Array {
  const digest = createHash("sha512").update(`${identity.length}:${identity}:`).update(bytes).digest();
  const [r, s] = [integer(digest.subarray(0, 32)), integer(digest.subarray(32, 64))];
  return Uint8Array.from([0x30, r.length + s.length, ...r, ...s]);
}

function integer(magnitude: Uint8Array): number[] {
  let start = 0;
  while (start < magnitude.length - 1 && magnitude[start] === 0) start += 1;
  const digits = [...magnitude.subarray(start)];
  if ((digits[0] ?? 0) >= 0x80) digits.unshift(0);
  return [0x02, digits.length, ...digits];
}
