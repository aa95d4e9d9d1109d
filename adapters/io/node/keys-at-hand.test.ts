import { sign, verify } from "node:crypto";
import { describe, expect, it } from "vitest";
import { KeyStore, p256FromSeed, publicKeyText } from "./keys.ts";
import { KeysAtHand } from "./keys-at-hand.ts";

const BYTES = new Uint8Array([1, 2, 3]);
const pairs = ["one", "two", "three"].map((seed) => p256FromSeed(seed));
const textOf = (at: number): string => {
  const pair = pairs[at];
  if (pair === undefined) throw new Error("no such pair");
  return publicKeyText(pair.publicKey);
};
const signedBy = (at: number): Uint8Array => {
  const pair = pairs[at];
  if (pair === undefined) throw new Error("no such pair");
  return sign("sha256", BYTES, pair.privateKey);
};

describe("public keys of which few are in use", () => {
  it("holds so many objects at most, and gives up the one not used for longest", () => {
    const keys = new KeysAtHand(2);
    for (const at of [0, 1, 2]) keys.add(`key-${at}`, textOf(at));
    expect(keys.objects).toBe(0);

    const first = keys.take("key-0");
    keys.take("key-1");
    expect(keys.take("key-0")).toBe(first);
    keys.take("key-2");

    expect(keys.objects).toBe(2);
    expect(keys.take("key-0")).toBe(first);
  });

  it("makes one again that was given up", () => {
    const keys = new KeysAtHand(1);
    for (const at of [0, 1]) keys.add(`key-${at}`, textOf(at));
    for (const at of [0, 1, 0, 1]) {
      const key = keys.take(`key-${at}`);
      if (key === undefined) throw new Error("it was added");
      expect(verify("sha256", BYTES, key, signedBy(at))).toBe(true);
      expect(verify("sha256", BYTES, key, signedBy(1 - at))).toBe(false);
    }
  });

  it("replaces a key under its name, and forgets it", () => {
    const keys = new KeyStore();
    const name = keys.addCheckedPublic("device", textOf(0));
    expect(keys.verify(name, BYTES, signedBy(0))).toBe(true);

    keys.addCheckedPublic("device", textOf(1));
    expect(keys.verify(name, BYTES, signedBy(0))).toBe(false);
    expect(keys.verify(name, BYTES, signedBy(1))).toBe(true);

    keys.remove("device");
    expect(keys.has("device")).toBe(false);
    expect(() => keys.verify(name, BYTES, signedBy(1))).toThrow(/no public key/);
  });
});
