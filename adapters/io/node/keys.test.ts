import { createPublicKey, generateKeyPairSync } from "node:crypto";
import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import { toKeyRef } from "../../kit/adapter.ts";
import { toHex, utf8 } from "../../kit/bytes.ts";
import { generateP256, KeyStore, p256FromSeed, privateKeyPem, publicKeyText } from "./keys.ts";

const pair = generateP256();
const pem = privateKeyPem(pair.privateKey);
const spki = publicKeyText(pair.publicKey);

describe("a key store", () => {
  it("reads keys in every form operators have them", () => {
    const der = pair.privateKey.export({ type: "pkcs8", format: "der" });
    const publicPem = pair.publicKey.export({ type: "spki", format: "pem" }).toString();
    const store = new KeyStore();
    for (const [i, material] of [pem, new Uint8Array(der), der.toString("base64")].entries()) {
      const signer = store.addPrivate(`private ${i}`, material);
      for (const [j, other] of [
        publicPem,
        new Uint8Array(Buffer.from(spki, "base64")),
        spki,
        `\n${spki}\n`,
      ].entries()) {
        const verifier = store.addPublic(`public ${j}`, other);
        expect(store.verify(verifier, utf8("message"), store.sign(signer, utf8("message")))).toBe(true);
      }
    }
    expect(spki).toHaveLength(124);
    expect([store.has("private 0"), store.has("nobody")]).toEqual([true, false]);
    store.remove("private 0");
    expect(() => store.sign(toKeyRef("private 0"), utf8("m"))).toThrow(
      expect.objectContaining({ code: "config.key.missing" }),
    );
  });

  it("signs in DER, and refuses everything but that, without throwing", () => {
    const store = new KeyStore();
    const signer = store.addKeyObject("s", pair.privateKey);
    const verifier = store.addKeyObject("v", pair.publicKey);
    const signature = store.sign(signer, utf8("message"));
    expect([signature[0], signature[2]]).toEqual([0x30, 0x02]);
    for (let at = 0; at < signature.length; at++) {
      const broken = signature.slice();
      broken[at] = (broken[at] ?? 0) ^ 0x01;
      expect(store.verify(verifier, utf8("message"), broken), `byte ${at}`).toBe(false);
    }
    for (const length of [0, 1, signature.length - 1])
      expect(store.verify(verifier, utf8("message"), signature.subarray(0, length))).toBe(false);
    expect(store.verify(verifier, utf8("another"), signature)).toBe(false);
  });

  it("refuses what is no key, and keys of other kinds, by name and not by content", () => {
    const store = new KeyStore();
    const rsa = generateKeyPairSync("rsa", { modulusLength: 2_048 });
    const p384 = generateKeyPairSync("ec", { namedCurve: "secp384r1" });
    expect(() => store.addPrivate("k", "-----BEGIN nonsense")).toThrow(
      expect.objectContaining({ code: "config.key.unreadable" }),
    );
    expect(() => store.addPublic("k", "AAAA")).toThrow(
      expect.objectContaining({ code: "config.key.unreadable", message: expect.not.stringContaining("AAAA") }),
    );
    expect(() => store.addKeyObject("k", rsa.publicKey)).toThrow(
      expect.objectContaining({ code: "config.key.unsuitable" }),
    );
    expect(() => store.addPrivate("k", privateKeyPem(p384.privateKey))).toThrow(
      expect.objectContaining({ message: expect.stringContaining("secp384r1") }),
    );
    expect(store.has("k")).toBe(false);
  });

  it("cannot be printed", () => {
    const store = new KeyStore();
    store.addPrivate("k", pem);
    const secret = pem.split("\n")[1] ?? "";
    for (const shown of [inspect(store, { depth: 9, showHidden: true }), JSON.stringify(store), String(store)]) {
      expect(shown).not.toContain(secret.slice(0, 20));
    }
  });

  it("hashes with SHA-256 (FIPS 180-4, the one-block example)", () => {
    expect(toHex(new KeyStore().sha256(utf8("abc")))).toBe(
      "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
    );
  });
});

describe("a key pair from a seed", () => {
  it("is the same every time, another for another seed, and a real one", () => {
    const [one, again, other] = [p256FromSeed("lamp 1"), p256FromSeed("lamp 1"), p256FromSeed("lamp 2")];
    expect(privateKeyPem(again.privateKey)).toBe(privateKeyPem(one.privateKey));
    expect(publicKeyText(other.publicKey)).not.toBe(publicKeyText(one.publicKey));
    expect(publicKeyText(createPublicKey(privateKeyPem(one.privateKey)))).toBe(publicKeyText(one.publicKey));
    const store = new KeyStore();
    const signature = store.sign(store.addKeyObject("s", one.privateKey), utf8("m"));
    expect(store.verify(store.addPublic("v", publicKeyText(one.publicKey)), utf8("m"), signature)).toBe(true);
    expect(store.verify(store.addKeyObject("w", other.publicKey), utf8("m"), signature)).toBe(false);
  });
});
