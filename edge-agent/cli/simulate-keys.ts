import { createPrivateKey, createPublicKey, type KeyObject } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { EdgeError } from "../../adapters/kit/edge-error.ts";
import { generateP256, privateKeyPem } from "../../adapters/io/node/keys.ts";

/** Key files as people have them: PEM, DER or Base64 of the DER; a public key is also taken out of a private one. */

/** Writes a new private key (PEM, for its owner alone) and its public half to `<file>.pub`. Never over an existing file. */
export function generateKeyFiles(file: string): void {
  const { privateKey, publicKey } = generateP256();
  try {
    writeFileSync(file, privateKeyPem(privateKey), { mode: 0o600, flag: "wx" });
    writeFileSync(`${file}.pub`, publicKey.export({ type: "spki", format: "pem" }), { flag: "wx" });
  } catch (cause) {
    throw unusable(file, cause instanceof Error ? cause.message : "it cannot be written", cause);
  }
}

/** The public key a file (or a Base64 text) holds, or belongs to. Throws `config.key.*`. */
export function readPublicKey(fileOrText: string): KeyObject {
  const material = isKeyText(fileOrText) ? Buffer.from(fileOrText, "base64") : readKeyFile(fileOrText);
  for (const read of PUBLIC_READERS) {
    const key = attempt(() => read(material));
    if (key !== undefined) return key;
  }
  throw unusable(fileOrText, "it holds no key in PEM or DER", undefined);
}

/** The private key a file holds. Throws `config.key.*`. */
export function readPrivateKey(file: string): KeyObject {
  const material = readKeyFile(file);
  const readers = [
    () => createPrivateKey(material),
    () => createPrivateKey({ key: material, format: "der", type: "pkcs8" }),
    () => createPrivateKey({ key: fromText(material), format: "der", type: "pkcs8" }),
  ];
  for (const read of readers) {
    const key = attempt(read);
    if (key !== undefined) return key;
  }
  throw unusable(file, "it holds no private key in PEM or PKCS#8 DER", undefined);
}

const PUBLIC_READERS: readonly ((material: Buffer) => KeyObject)[] = [
  (material) => createPublicKey(material),
  (material) => createPublicKey({ key: material, format: "der", type: "spki" }),
  (material) => createPublicKey({ key: fromText(material), format: "der", type: "spki" }),
  (material) => createPublicKey(createPrivateKey({ key: material, format: "der", type: "pkcs8" })),
];

/** Base64 of a P-256 SubjectPublicKeyInfo has 124 characters and always begins the same. */
function isKeyText(text: string): boolean {
  return /^MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE[A-Za-z0-9+/]+=*$/.test(text);
}

function fromText(material: Buffer): Buffer {
  return Buffer.from(material.toString("latin1").trim(), "base64");
}

function readKeyFile(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (cause) {
    throw unusable(file, "it cannot be read", cause);
  }
}

function attempt(read: () => KeyObject): KeyObject | undefined {
  try {
    return read();
  } catch (_notInThisForm) {
    return undefined;
  }
}

function unusable(file: string, why: string, cause: unknown): EdgeError {
  return new EdgeError({
    code: "config.key.unreadable",
    blame: "operator",
    retry: "never",
    message: `key ${file}: ${why}`,
    cause,
  });
}
