import fc from "fast-check";
import { expect, it } from "vitest";
import { toKeyRef } from "../../kit/adapter.ts";
import { toHex, utf8 } from "../../kit/bytes.ts";
import { SimCrypto } from "./crypto.ts";

const crypto = new SimCrypto();
const mine = crypto.addPrivate("mine", "device-1");
const theirs = crypto.addPublic("theirs", "device-1");
const other = crypto.addPublic("other", "device-2");

it("verifies what the other half signed, and nothing else", () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1 }), fc.nat(), (bytes, at) => {
      const signature = crypto.sign(mine, bytes);
      expect(crypto.verify(theirs, bytes, signature)).toBe(true);
      expect(crypto.verify(other, bytes, signature)).toBe(false);
      const changed = bytes.slice();
      changed[at % bytes.length] = (changed[at % bytes.length] ?? 0) ^ 1;
      expect(crypto.verify(theirs, changed, signature)).toBe(false);
      expect(crypto.verify(theirs, bytes, signature.subarray(1))).toBe(false);
    }),
  );
});

it("has the shape of an ECDSA signature in DER", () => {
  for (let i = 0; i < 200; i++) {
    const signature = crypto.sign(mine, Uint8Array.of(i));
    const [sequence, length, tag, r = 0] = signature;
    expect([sequence, length, tag, signature[4 + r]]).toEqual([0x30, signature.length - 2, 0x02, 0x02]);
    expect(signature.length).toBe(6 + r + (signature[5 + r] ?? 0));
    expect(signature.length).toBeLessThanOrEqual(72);
    expect(signature[4]).toBeLessThan(0x80);
  }
});

it("is the same every time, and hashes as everybody does", () => {
  expect(toHex(new SimCrypto().sha256(utf8("abc")))).toBe(
    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
  );
  const again = new SimCrypto();
  expect(again.sign(again.addPrivate("x", "device-1"), utf8("abc"))).toEqual(crypto.sign(mine, utf8("abc")));
  expect(() => crypto.sign(toKeyRef("nobody"), utf8("abc"))).toThrow(
    expect.objectContaining({ code: "config.key.missing" }),
  );
});
