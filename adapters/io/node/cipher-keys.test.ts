import { generateKeyPairSync } from "node:crypto";
import { describe, expect, it } from "vitest";
import { toKeyRef } from "../../kit/adapter.ts";
import { fromHex, utf8 } from "../../kit/bytes.ts";
import { CipherKeys } from "./cipher-keys.ts";

const keys = new CipherKeys();
const hex = (text: string) => fromHex(text) ?? new Uint8Array(0);

describe("AES-GCM", () => {
  it("test case 4 of the GCM specification, its tag cut to 12 octets, the AAD in parts", () => {
    const key = keys.addSecret("tc4", hex("feffe9928665731c6d6a8f9467308308"));
    const iv = hex("cafebabefacedbaddecaf888");
    const aad = [hex("feedfacedeadbeef"), hex("feedfacedeadbeefabaddad2")];
    const plaintext = hex(
      "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39",
    );
    const sealed = keys.gcmSeal({ key, iv, aad, plaintext, tagOctets: 12, prefix: hex("AABB") });
    expect(sealed).toEqual(
      hex(
        "aabb42831ec2217774244b7221b784d0d49ce3aa212f2c02a4e035c17e2329aca12e21d514b25466931c7d8f6a5aac84aa051ba30b396a0aac973d58e0915bc94fbc3221a5db94fae95a",
      ),
    );
    const cut = sealed.subarray(2);
    expect(keys.gcmOpen({ key, iv, aad, sealed: cut, tagOctets: 12 })).toEqual(plaintext);
    expect(keys.gcmOpen({ key, iv, aad: [], sealed: cut, tagOctets: 12 })).toBeUndefined();
    expect(keys.gcmOpen({ key, iv, aad, sealed: cut.subarray(0, 11), tagOctets: 12 })).toBeUndefined();
    expect(keys.gcmOpen({ key, iv, aad: [], sealed: cut.subarray(0, 60), tagOctets: 0 })).toEqual(plaintext);
  });

  it("256-bit keys", () => {
    const facts = { key: new Uint8Array(32), iv: new Uint8Array(12), aad: [] };
    const sealed = keys.gcmSeal({ ...facts, plaintext: new Uint8Array(16), tagOctets: 16 });
    expect(sealed).toEqual(hex("cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919"));
  });
});

describe("keys by reference", () => {
  it("a key is never given out, a password is", () => {
    const secret = keys.addSecret("secret", utf8("s"));
    const password = keys.addPassword("password", utf8("12345678"));
    expect(() => keys.password(secret)).toThrow(expect.objectContaining({ code: "config.key.missing" }));
    expect(keys.password(password)).toEqual(utf8("12345678"));
    keys.password(password)[0] = 0;
    expect(keys.password(password)).toEqual(utf8("12345678"));
    expect(JSON.stringify(keys)).toBe("{}");
  });

  it("missing and unsuitable ones blame the operator", () => {
    const plaintext = new Uint8Array(1);
    const facts = { iv: new Uint8Array(12), aad: [], plaintext, tagOctets: 12 } as const;
    expect(() => keys.gcmSeal({ ...facts, key: toKeyRef("nobody") })).toThrow(
      expect.objectContaining({ code: "config.key.missing", blame: "operator" }),
    );
    expect(() => keys.gcmSeal({ ...facts, key: new Uint8Array(15) })).toThrow(
      expect.objectContaining({ code: "config.key.unsuitable" }),
    );
    expect(() => keys.addPrivate("bad", "no key")).toThrow(expect.objectContaining({ code: "config.key.unreadable" }));
    keys.remove("nobody");
    expect(keys.has("nobody")).toBe(false);
  });

  it.each(["P-256", "P-384"] as const)("%s from PEM, DER and bare octets are one key", (curve) => {
    const pair = generateKeyPairSync("ec", { namedCurve: curve });
    const pem = pair.privateKey.export({ type: "pkcs8", format: "pem" }).toString();
    const { x = "", y = "", d = "" } = pair.privateKey.export({ format: "jwk" });
    const point = new Uint8Array(Buffer.concat([Buffer.from(x, "base64url"), Buffer.from(y, "base64url")]));
    const octets = utf8("signed");
    for (const material of [pem, new Uint8Array(pair.privateKey.export({ type: "pkcs8", format: "der" }))]) {
      const signature = keys.ecdsaSign(curve, keys.addPrivate("signing", material), octets);
      expect(signature).toHaveLength(curve === "P-256" ? 64 : 96);
      expect(keys.ecdsaVerify(curve, point, octets, signature)).toBe(true);
      expect(keys.ecdsaVerify(curve, keys.addPublic("public", point, curve), octets, signature)).toBe(true);
      expect(keys.ecdsaVerify(curve, point, utf8("other"), signature)).toBe(false);
      expect(
        keys.ecdsaVerify(
          curve,
          point.map(() => 1),
          octets,
          signature,
        ),
      ).toBe(false);
    }
    const scalar = new Uint8Array(Buffer.from(d, "base64url"));
    const other = keys.agreementPair(curve, new Uint8Array(curve === "P-256" ? 40 : 56).fill(9));
    const ours = keys.ecdh(curve, keys.addPrivate("bare", scalar, curve), other.publicKey);
    expect(ours).toEqual(keys.ecdh(curve, other.privateKey, keys.addPublic("public", point, curve)));
    expect(keys.ecdh(curve, scalar, new Uint8Array(point.length))).toBeUndefined();
    const [wrong] = (["P-256", "P-384"] as const).filter((one) => one !== curve);
    expect(() => keys.ecdsaSign(wrong ?? curve, toKeyRef("bare"), octets)).toThrow(
      expect.objectContaining({ code: "config.key.unsuitable" }),
    );
  });
});
