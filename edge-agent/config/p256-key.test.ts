import { createPublicKey, generateKeyPairSync } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { toSpki } from "./p256-key.ts";

function keyOf(namedCurve: string) {
  return generateKeyPairSync("ec", { namedCurve });
}

function opensslTakes(der: Buffer): boolean {
  try {
    return createPublicKey({ key: der, format: "der", type: "spki" }).asymmetricKeyDetails?.namedCurve === "prime256v1";
  } catch (_refused) {
    return false;
  }
}

describe("a P-256 public key", () => {
  it("is taken as Base64, with or without padding and line ends, and as PEM", () => {
    const { publicKey } = keyOf("prime256v1");
    const base64 = publicKey.export({ format: "der", type: "spki" }).toString("base64");
    for (const given of [
      base64,
      base64.replace(/=+$/, ""),
      base64.replace(/(.{64})/g, "$1\n"),
      publicKey.export({ format: "pem", type: "spki" }).toString(),
    ]) {
      expect(toSpki(given)).toBe(base64);
    }
  });

  it("is judged as OpenSSL judges it, whichever bit is wrong", () => {
    const der = keyOf("prime256v1").publicKey.export({ format: "der", type: "spki" });
    fc.assert(
      fc.property(fc.nat({ max: der.length - 1 }), fc.nat({ max: 7 }), (byte, bit) => {
        const wrong = Buffer.from(der);
        wrong[byte] = (wrong[byte] ?? 0) ^ (1 << bit);
        const taken = toSpki(wrong.toString("base64")) !== undefined;
        // Stricter in one thing: OpenSSL also takes the hybrid point form (first byte 6 or 7), which no device sends.
        expect(taken && !opensslTakes(wrong)).toBe(false);
        if (byte > 26) expect(taken).toBe(opensslTakes(wrong));
      }),
      { numRuns: 500 },
    );
  });

  it("takes every key OpenSSL makes", () => {
    for (let i = 0; i < 50; i++) {
      const base64 = keyOf("prime256v1").publicKey.export({ format: "der", type: "spki" }).toString("base64");
      expect(toSpki(base64)).toBe(base64);
    }
  });

  it.each([
    ["another curve of the same size", keyOf("secp256k1").publicKey.export({ format: "pem", type: "spki" }).toString()],
    ["a larger curve", keyOf("secp384r1").publicKey.export({ format: "der", type: "spki" }).toString("base64")],
    ["a private key", keyOf("prime256v1").privateKey.export({ format: "pem", type: "pkcs8" }).toString()],
    [
      "a private key in Base64",
      keyOf("prime256v1").privateKey.export({ format: "der", type: "pkcs8" }).toString("base64"),
    ],
    ["nothing", ""],
    ["text", "not a key"],
    ["a broken PEM", "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----"],
  ])("is not %s", (_name, given) => {
    expect(toSpki(given)).toBeUndefined();
  });
});
