import { createHash, createHmac, pbkdf2, randomBytes, timingSafeEqual } from "node:crypto";
import { promisify } from "node:util";
import type { PasswordHash } from "../users.ts";

const derive = promisify(pbkdf2);
const KEPT_PROOFS = 100_000;
const DEFAULT_ITERATIONS = 20_000;
const SALT_BYTES = 16;
const HASH_BYTES = 64;
export const PASSWORD_BYTES = 1_024;

/**
 * Passwords against their hashes. A password that was right once is known again by a keyed digest, with a key of this
 * process alone: a thousand devices that come back after a takeover must not cost a thousand slow derivations again.
 */
export class Passwords {
  #users: ReadonlyMap<string, PasswordHash>;
  readonly #key = randomBytes(32);
  readonly #proven = new Map<string, Buffer>();

  constructor(users: ReadonlyMap<string, PasswordHash>) {
    this.#users = users;
  }

  async verify(user: string, password: Uint8Array): Promise<boolean> {
    if (password.length > PASSWORD_BYTES) return false;
    const known = this.#users.get(user);
    if (known === undefined) {
      // As slow as for somebody we know: how long it takes must not tell who is here.
      await derive(password, "unknown", DEFAULT_ITERATIONS, HASH_BYTES, "sha512");
      return false;
    }
    const proof = createHmac("sha256", this.#key).update(user).update("\0").update(password).digest();
    const proven = this.#proven.get(user);
    if (proven !== undefined && timingSafeEqual(proven, proof)) return true;
    const wanted = Buffer.from(known.hash, "base64");
    const salt = Buffer.from(known.salt, "base64");
    const given =
      known.kind === "sha512"
        ? createHash("sha512").update(password).update(salt).digest()
        : await derive(password, salt, known.iterations, HASH_BYTES, "sha512");
    if (given.length !== wanted.length || !timingSafeEqual(given, wanted)) return false;
    if (this.#proven.size < KEPT_PROOFS) this.#proven.set(user, proof);
    return true;
  }
}

/** A line of the password file for this user, as `mosquitto_passwd` would write it. */
export async function passwordLine(
  user: string,
  password: string,
  iterations: number = DEFAULT_ITERATIONS,
): Promise<string> {
  const salt = randomBytes(SALT_BYTES);
  const hash = await derive(password, salt, iterations, HASH_BYTES, "sha512");
  return `${user}:$7$${iterations}$${salt.toString("base64")}$${hash.toString("base64")}`;
}
