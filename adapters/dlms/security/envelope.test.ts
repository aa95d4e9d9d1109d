import { describe, expect, it } from "vitest";
import { CipherKeys } from "../../io/node/cipher-keys.ts";
import { toHex } from "../../kit/bytes.ts";
import { decodeApdu } from "../apdu/decode-apdu.ts";
import { encodeApdu } from "../apdu/encode-apdu.ts";
import type { GeneralCiphered, ServiceCiphered } from "../apdu/protection.ts";
import { hex, vectorsOf, type Vector } from "../vectors.testing.ts";
import { AUTHENTICATED, AUTHENTICATED_ENCRYPTED, ENCRYPTED, UNPROTECTED } from "./control.ts";
import { openApdu, openGeneral, sealApdu, sealGeneral, sealToOctets, type SecurityMaterial } from "./envelope.ts";
import { signApdu, verifySigned } from "./signing.ts";

const ciphers = new CipherKeys();
const protectedOnes = vectorsOf("apdu").filter(({ id, plaintext }) => plaintext !== undefined && id !== "A05");

function materialOf(one: Vector, suite: 0 | 1 | 2 = 0): SecurityMaterial {
  return {
    suite,
    encryptionKey: ciphers.addSecret("ek", hex(one.encryption_key)),
    dedicatedKey: hex(one.encryption_key),
    authenticationKey: ciphers.addSecret("ak", hex(one.authentication_key)),
  };
}

describe("the ciphered vectors", () => {
  it.each(protectedOnes.map((one) => [one.id, one] as const))("%s opens, and seals to the same octets", (_id, one) => {
    const apdu = decodeApdu(hex(one.hex)) as ServiceCiphered | GeneralCiphered;
    const title = hex(one.system_title);
    const opened = openApdu(ciphers, { material: materialOf(one), peerTitle: title }, apdu);
    expect(toHex(opened.plain).toUpperCase()).toBe(one.plaintext);
    const { form, key, control: protection, counter } = opened;
    const sealing = { form, key, protection, systemTitle: title, counter, material: materialOf(one) };
    expect(toHex(encodeApdu(sealApdu(ciphers, sealing, opened.plain))).toUpperCase()).toBe(one.hex);
  });

  it("A05, the request inside an AARQ", () => {
    const one = vectorsOf("apdu").find(({ id }) => id === "A05") as Vector;
    const aarq = decodeApdu(hex(one.hex));
    if (aarq.kind !== "aarq" || aarq.userInformation === undefined) throw new Error("no user information");
    const inside = decodeApdu(aarq.userInformation) as ServiceCiphered;
    const opened = openApdu(ciphers, { material: materialOf(one), peerTitle: hex(one.system_title) }, inside);
    expect(toHex(opened.plain).toUpperCase()).toBe(one.plaintext);
    expect(opened.counter).toBe(1);
  });
});

describe("every protection in every suite", () => {
  const title = hex("4D4D4D0000BC614E");
  const plain = hex("C001C100080000010000FF0200");
  const cases = ([0, 1, 2] as const).flatMap((suite) =>
    (["service-specific", "general"] as const).flatMap((form) =>
      (["global", "dedicated"] as const).flatMap((key) =>
        [UNPROTECTED, AUTHENTICATED, ENCRYPTED, AUTHENTICATED_ENCRYPTED].map((protection) => ({
          suite,
          form,
          key,
          protection,
        })),
      ),
    ),
  );

  it.each(cases)("%o", ({ suite, form, key, protection }) => {
    const octets = suite === 2 ? 32 : 16;
    const material: SecurityMaterial = {
      suite,
      encryptionKey: new Uint8Array(octets).fill(1),
      dedicatedKey: new Uint8Array(octets).fill(2),
      authenticationKey: new Uint8Array(octets).fill(3),
    };
    const sealing = { form, key, protection, systemTitle: title, counter: 0xffff_ffff, material };
    const sealed = encodeApdu(sealApdu(ciphers, sealing, plain));
    expect(sealToOctets(ciphers, sealing, plain)).toEqual(sealed);
    const apdu = decodeApdu(sealed) as ServiceCiphered | GeneralCiphered;
    expect(openApdu(ciphers, { material, peerTitle: title }, apdu)).toMatchObject({
      plain,
      form,
      key,
      counter: 0xffff_ffff,
    });
    if (!protection.authenticated) return;
    for (let at = 0; at < apdu.content.length; at++) {
      const broken = { ...apdu, content: apdu.content.slice() };
      broken.content[at] = (broken.content[at] ?? 0) ^ 0x01;
      // The lowest bit of the control octet is the suite: refused before the tag is looked at.
      const code = at === 0 ? /^dlms\.security/ : /^dlms\.security\.deciphering-failed$/;
      expect(() => openApdu(ciphers, { material, peerTitle: title }, broken)).toThrow(
        expect.objectContaining({ code: expect.stringMatching(code) }),
      );
    }
  });

  it("the broadcast key where the bit says so", () => {
    const unicast: SecurityMaterial = {
      suite: 0,
      encryptionKey: new Uint8Array(16).fill(1),
      authenticationKey: undefined,
    };
    const group: SecurityMaterial = { ...unicast, broadcastKey: new Uint8Array(16).fill(9) };
    const asSender: SecurityMaterial = { ...unicast, encryptionKey: new Uint8Array(16).fill(9) };
    const facts = { form: "general", key: "global", systemTitle: title, counter: 7, material: asSender } as const;
    const apdu = sealApdu(ciphers, { ...facts, protection: ENCRYPTED }, plain);
    const content = apdu.content.slice();
    content[0] = (content[0] ?? 0) | 0x40;
    expect(openApdu(ciphers, { material: group, peerTitle: title }, { ...apdu, content })).toMatchObject({
      plain,
      control: { broadcast: true },
    });
    expect(() => openApdu(ciphers, { material: unicast, peerTitle: title }, { ...apdu, content })).toThrow(
      expect.objectContaining({ code: "dlms.security.key-missing" }),
    );
  });

  it.each([
    ["B000000001C0", "dlms.security.compression-unsupported"],
    ["3300000001C0", "dlms.security.suite-unsupported"],
    ["3100000001C0", "dlms.security.suite-unsupported"],
    ["300000", "dlms.security.control-malformed"],
    ["", "dlms.security.control-malformed"],
    ["3000000001C0", "dlms.security.deciphering-failed"],
    ["200000000100", "dlms.security.deciphering-failed"],
  ])("content %s is refused", (text, code) => {
    const material: SecurityMaterial = {
      suite: 0,
      encryptionKey: new Uint8Array(16),
      authenticationKey: new Uint8Array(16),
    };
    const apdu: ServiceCiphered = { kind: "service-ciphered", service: 0xc0, key: "global", content: hex(text) };
    expect(() => openApdu(ciphers, { material, peerTitle: title }, apdu)).toThrow(expect.objectContaining({ code }));
  });
});

describe("general-ciphering and general-signing", () => {
  const header = {
    transactionId: hex("0102030405060708"),
    originatorSystemTitle: hex("4D4D4D0000BC614E"),
    recipientSystemTitle: hex("4D4D4D0000000001"),
    dateTime: new Uint8Array(0),
    otherInformation: hex("AA"),
  };
  const plain = hex("C001C100080000010000FF0200");

  it("the tag covers the header", () => {
    const keys = {
      suite: 1,
      encryptionKey: new Uint8Array(16).fill(4),
      authenticationKey: new Uint8Array(16),
    } as const;
    const keyInfo = { kind: "identified-key", keyId: 0 } as const;
    const sealing = { ...header, keyInfo, protection: AUTHENTICATED_ENCRYPTED, counter: 5, keys };
    const octets = encodeApdu(sealGeneral(ciphers, sealing, plain));
    const apdu = decodeApdu(octets);
    if (apdu.kind !== "general-ciphering") throw new Error(apdu.kind);
    expect(apdu.keyInfo).toEqual(keyInfo);
    expect(openGeneral(ciphers, apdu, () => keys).plain).toEqual(plain);
    const moved = { ...apdu, recipientSystemTitle: hex("4D4D4D0000000002") };
    expect(() => openGeneral(ciphers, moved, () => keys)).toThrow(
      expect.objectContaining({ code: "dlms.security.deciphering-failed" }),
    );
  });

  it.each(["P-256", "P-384"] as const)("a signature with %s", (curve) => {
    const random = new Uint8Array(curve === "P-256" ? 40 : 56).fill(7);
    const pair = ciphers.agreementPair(curve, random);
    const signingKey = ciphers.addPrivate("signing", pair.privateKey, curve);
    const octets = encodeApdu(signApdu(ciphers, { header, curve, signingKey }, plain));
    const apdu = decodeApdu(octets);
    if (apdu.kind !== "general-signing") throw new Error(apdu.kind);
    expect(apdu.signature).toHaveLength(curve === "P-256" ? 64 : 96);
    expect(verifySigned(ciphers, { curve, verifyingKey: pair.publicKey }, apdu)).toEqual(plain);
    const broken = { ...apdu, otherInformation: hex("AB") };
    expect(() => verifySigned(ciphers, { curve, verifyingKey: pair.publicKey }, broken)).toThrow(
      expect.objectContaining({ code: "dlms.security.signature-invalid" }),
    );
  });
});
