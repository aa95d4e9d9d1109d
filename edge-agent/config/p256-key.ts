import { createPublicKey } from "node:crypto";
import { fromHex } from "../../adapters/kit/bytes.ts";

/** SubjectPublicKeyInfo of an uncompressed P-256 point (RFC 5480): always these 27 bytes, then X and Y. */
const SPKI_HEAD: Uint8Array = fromHex("3059301306072a8648ce3d020106082a8648ce3d03010703420004") ?? new Uint8Array();
const COORDINATE_BYTES = 32;
const SPKI_BYTES: number = SPKI_HEAD.length + 2 * COORDINATE_BYTES;

/** The curve of FIPS 186-4, D.1.2.3: y² = x³ − 3x + b modulo p. */
const P = 0xffffffff00000001000000000000000000000000ffffffffffffffffffffffffn;
const B = 0x5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604bn;

/** The key as Base64 of its DER, or `undefined` where the text is not a P-256 public key (PEM, or DER in Base64). */
export function toSpki(given: string): string | undefined {
  if (given.includes("-----BEGIN")) return fromPem(given);
  const text = given.replace(/\s+/g, "");
  const der = Buffer.from(text, "base64");
  const wellWritten = der.toString("base64") === text || der.toString("base64").replace(/=+$/, "") === text;
  return wellWritten && isSpki(der) ? der.toString("base64") : undefined;
}

/**
 * Checked here and not by importing each key, which is a hundred times slower: a substation has tens of thousands of them
 * and an agent must be back within a second.
 */
function isSpki(der: Uint8Array): boolean {
  if (der.length !== SPKI_BYTES || SPKI_HEAD.some((byte, index) => der[index] !== byte)) return false;
  const x = toInteger(der.subarray(SPKI_HEAD.length, SPKI_HEAD.length + COORDINATE_BYTES));
  const y = toInteger(der.subarray(SPKI_HEAD.length + COORDINATE_BYTES));
  return x < P && y < P && (y * y - (((x * x) % P) * x - 3n * x + B)) % P === 0n;
}

function toInteger(bytes: Uint8Array): bigint {
  return BigInt(`0x${Buffer.from(bytes).toString("hex")}`);
}

function fromPem(pem: string): string | undefined {
  if (pem.includes("PRIVATE KEY")) return undefined;
  try {
    const der = createPublicKey(pem).export({ format: "der", type: "spki" });
    return isSpki(der) ? der.toString("base64") : undefined;
  } catch (_notAKey) {
    return undefined;
  }
}
