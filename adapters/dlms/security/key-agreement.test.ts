import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { CipherKeys } from "../../io/node/cipher-keys.ts";
import { concat } from "../../kit/bytes.ts";
import { hex, vector } from "../vectors.testing.ts";
import {
  acceptEphemeral,
  acceptOnePass,
  deriveKey,
  offerEphemeral,
  offerOnePass,
  staticUnified,
} from "./key-agreement.ts";
import { SUITES } from "./suite.ts";

const ciphers = new CipherKeys();
const originator = hex("4D4D4D0000BC614E");
const recipient = hex("4D4D4D0000000001");
const parties = { originator, recipient };

describe.each([1, 2] as const)("key agreement of suite %d", (suite) => {
  const curve = SUITES[suite].curve ?? "P-256";
  const random = (n: number) => new Uint8Array(curve === "P-256" ? 40 : 56).fill(n);
  const ours = ciphers.agreementPair(curve, random(1));
  const theirs = ciphers.agreementPair(curve, random(2));
  const signing = ciphers.agreementPair(curve, random(3));
  const signingKey = ciphers.addPrivate(`signing ${suite}`, signing.privateKey, curve);

  it("the key is the leading octets of the hash over counter, secret, algorithm and parties", () => {
    const shared = new Uint8Array(curve === "P-256" ? 32 : 48).fill(0x5a);
    const algorithm = hex(suite === 1 ? "60857405080300" : "60857405080301");
    const hash = createHash(suite === 1 ? "sha256" : "sha384");
    const whole = hash.update(concat([hex("00000001"), shared, algorithm, originator, recipient])).digest();
    expect(deriveKey(ciphers, suite, shared, parties)).toEqual(
      new Uint8Array(whole.subarray(0, suite === 1 ? 16 : 32)),
    );
  });

  it("one-pass Diffie-Hellman", () => {
    const offer = offerOnePass(ciphers, {
      suite,
      random: random(9),
      signingKey,
      recipientKey: theirs.publicKey,
      parties,
    });
    expect(offer.keyCipheredData).toHaveLength(suite === 1 ? 128 : 192);
    const facts = { suite, verifyingKey: signing.publicKey, agreementKey: theirs.privateKey, parties };
    expect(acceptOnePass(ciphers, { ...facts, keyCipheredData: offer.keyCipheredData })).toEqual(offer.key);
    const forged = offer.keyCipheredData.slice();
    forged[0] = (forged[0] ?? 0) ^ 1;
    expect(() => acceptOnePass(ciphers, { ...facts, keyCipheredData: forged })).toThrow(
      expect.objectContaining({ code: "dlms.security.signature-invalid" }),
    );
    expect(() => acceptOnePass(ciphers, { ...facts, keyCipheredData: forged.subarray(1) })).toThrow(
      expect.objectContaining({ code: "dlms.security.key-agreement-invalid" }),
    );
  });

  it("static unified: another transaction, another key", () => {
    const facts = { suite, parties: { ...parties, transactionId: hex("01") } };
    const key = staticUnified(ciphers, { ...facts, agreementKey: ours.privateKey, peerKey: theirs.publicKey });
    const same = staticUnified(ciphers, { ...facts, agreementKey: theirs.privateKey, peerKey: ours.publicKey });
    expect(same).toEqual(key);
    const next = { suite, parties: { ...parties, transactionId: hex("02") } };
    const other = staticUnified(ciphers, { ...next, agreementKey: ours.privateKey, peerKey: theirs.publicKey });
    expect(other).not.toEqual(key);
  });

  it("ephemeral unified", () => {
    const [a, b] = [11, 12].map((n) => offerEphemeral(ciphers, { suite, random: random(n), signingKey, keyId: 0 }));
    if (a === undefined || b === undefined) throw new Error("two offers");
    const facts = { suite, keyId: 0, verifyingKey: signing.publicKey, parties };
    const key = acceptEphemeral(ciphers, { ...facts, offer: a, peerKeyData: b.keyData });
    expect(acceptEphemeral(ciphers, { ...facts, offer: b, peerKeyData: a.keyData })).toEqual(key);
    expect(() => acceptEphemeral(ciphers, { ...facts, keyId: 1, offer: a, peerKeyData: b.keyData })).toThrow(
      expect.objectContaining({ code: "dlms.security.signature-invalid" }),
    );
  });

  it("a point that is none is refused", () => {
    const point = new Uint8Array(ours.publicKey.length).fill(1);
    const facts = { suite, parties: { ...parties, transactionId: hex("01") }, agreementKey: ours.privateKey };
    expect(() => staticUnified(ciphers, { ...facts, peerKey: point })).toThrow(
      expect.objectContaining({ code: "dlms.security.key-agreement-invalid" }),
    );
  });
});

describe("suite 0", () => {
  it("has no key agreement", () => {
    expect(() => deriveKey(ciphers, 0, new Uint8Array(32), parties)).toThrow(
      expect.objectContaining({ code: "dlms.security.key-agreement-invalid" }),
    );
  });
});

describe("key wrap", () => {
  it("K01 of RFC 3394", () => {
    const one = vector("K01");
    const kek = ciphers.addSecret("kek", hex(one["kek"]));
    expect(ciphers.wrapKey(kek, hex(one["key"]))).toEqual(hex(one["wrapped"]));
    expect(ciphers.unwrapKey(kek, hex(one["wrapped"]))).toEqual(hex(one["key"]));
    const broken = hex(one["wrapped"]);
    broken[3] = (broken[3] ?? 0) ^ 0x10;
    expect(ciphers.unwrapKey(kek, broken)).toBeUndefined();
    expect(ciphers.unwrapKey(kek, new Uint8Array(3))).toBeUndefined();
  });
});
