import { describe, expect, it } from "vitest";
import { CipherKeys } from "../../io/node/cipher-keys.ts";
import { SeededRandom } from "../../kit/random.ts";
import { decodeApdu } from "../apdu/decode-apdu.ts";
import type { GeneralCiphering, GeneralHeader, GeneralSigning } from "../apdu/protection.ts";
import { AUTHENTICATED_ENCRYPTED } from "../security/control.ts";
import { openGeneral, sealGeneral, type SecurityMaterial } from "../security/envelope.ts";
import { KEY_CHOICES, type KeyChoice, keysReceived, keysToSend, type PartyKeys } from "../security/general-keys.ts";
import { CounterReserve, ReplayGuard } from "../security/invocation-counter.ts";
import { signApdu } from "../security/signing.ts";
import { AssociationProtection } from "./protection.ts";
import { securitySettings } from "./settings.ts";

const CLIENT = Uint8Array.of(0x43, 0x4c, 0x49, 0, 0, 0, 0, 1);
const SERVER = Uint8Array.of(0x42, 0x55, 0x53, 0, 0, 0, 0, 7);
const NOTHING = new Uint8Array(0);
const ASKED = Uint8Array.of(0xc0, 1, 0xc1, 0, 8, 0, 0, 1, 0, 0, 255, 2, 0);
const ANSWER = Uint8Array.of(0xc4, 1, 0xc1, 0, 0);

/** Both ends of one suite-1 association. */
function ends(choice: KeyChoice | undefined, { signs = false, without = "" } = {}) {
  const ciphers = new CipherKeys();
  const random = new SeededRandom(5);
  const pair = (name: string, from: number) => {
    const made = ciphers.agreementPair("P-256", new Uint8Array(40).fill(from));
    return { own: ciphers.addPrivate(name, made.privateKey, "P-256"), public: made.publicKey };
  };
  const [clientSigns, serverSigns] = [pair("cs", 1), pair("ss", 2)];
  const [clientAgrees, serverAgrees] = [pair("ca", 3), pair("sa", 4)];
  const master = new Uint8Array(16).fill(9);
  const material: SecurityMaterial = {
    suite: 1,
    encryptionKey: new Uint8Array(16).fill(1),
    authenticationKey: new Uint8Array(16).fill(2),
    broadcastKey: new Uint8Array(16).fill(3),
  };
  const party: PartyKeys = Object.fromEntries(
    Object.entries({
      master,
      signing: clientSigns.own,
      peerSigning: serverSigns.public,
      agreement: clientAgrees.own,
      peerAgreement: serverAgrees.public,
    }).filter(([name]) => name !== without),
  );
  const server: PartyKeys = {
    master,
    signing: serverSigns.own,
    peerSigning: clientSigns.public,
    agreement: serverAgrees.own,
    peerAgreement: clientAgrees.public,
  };
  const client = new AssociationProtection(
    {
      ciphers,
      random,
      settings: securitySettings(material, { generalCiphering: choice, signs, party }),
      clientSystemTitle: CLIENT,
      counters: reserved(),
      received: new ReplayGuard(),
    },
    SERVER,
  );
  const holder = { ciphers, material, party: server };
  /** What the server says in a transaction. */
  const says = (transactionId: Uint8Array, by: KeyChoice, change: Partial<GeneralHeader> = {}): GeneralCiphering => {
    const header: GeneralHeader = {
      transactionId,
      originatorSystemTitle: SERVER,
      recipientSystemTitle: CLIENT,
      dateTime: NOTHING,
      otherInformation: NOTHING,
      ...change,
    };
    const named = keysToSend(holder, by, header, random);
    const sealing = { ...header, ...named, protection: AUTHENTICATED_ENCRYPTED, counter: 17 };
    return sealGeneral(ciphers, sealing, ANSWER);
  };
  return { ciphers, client, holder, says, serverSigns };
}

function reserved(): CounterReserve {
  const reserve = new CounterReserve(1);
  reserve.wanted();
  reserve.reserved();
  return reserve;
}

/** What the client sent, as the server reads it. */
function asked(of: ReturnType<typeof ends>): GeneralCiphering {
  const apdu = decodeApdu(sealed(of));
  if (apdu.kind !== "general-ciphering") throw new Error(apdu.kind);
  return apdu;
}

function sealed({ client }: ReturnType<typeof ends>): Uint8Array {
  return client.seal(ASKED, "service");
}

const code = (name: string) => expect.objectContaining({ code: `dlms.security.${name}` });

describe("general-ciphering in an association", () => {
  it.each(KEY_CHOICES)("%s: the server opens the request and the client the answer", (choice) => {
    const of = ends(choice);
    const request = asked(of);
    expect(openGeneral(of.ciphers, request, () => keysReceived(of.holder, request)).plain).toEqual(ASKED);
    expect(of.client.open(of.says(request.transactionId, choice)).plain).toEqual(ANSWER);
  });

  it("takes any choice of the server that it has keys for", () => {
    for (const choice of KEY_CHOICES) {
      const of = ends("identified");
      expect(of.client.open(of.says(asked(of).transactionId, choice)).plain).toEqual(ANSWER);
    }
  });

  it("an answer without key-info has the key of its request", () => {
    const of = ends("wrapped");
    const request = asked(of);
    const { encryptionKey, ...keys } = keysReceived(of.holder, request);
    const answer = of.says(request.transactionId, "wrapped");
    const { kind: _, keyInfo: __, content: ___, ...header } = answer;
    const sealing = { ...header, keyInfo: undefined, protection: AUTHENTICATED_ENCRYPTED, counter: 3 };
    const unnamed = sealGeneral(of.ciphers, { ...sealing, keys: { ...keys, encryptionKey } }, ANSWER);
    expect(of.client.open(unnamed).plain).toEqual(ANSWER);
  });

  it.each(["wrapped", "one-pass", "static-unified"] as const)("%s of an earlier transaction is a replay", (choice) => {
    const of = ends(choice);
    const recorded = of.says(asked(of).transactionId, choice);
    asked(of);
    expect(() => of.client.open(recorded)).toThrow(code("replayed"));
  });

  it("identified of an earlier transaction is caught by its counter", () => {
    const of = ends("identified");
    const recorded = of.says(asked(of).transactionId, "identified");
    of.client.open(recorded);
    asked(of);
    expect(() => of.client.open(recorded)).toThrow(code("replayed"));
  });

  it("what we sent ourselves does not come back as the server's", () => {
    const of = ends("identified");
    expect(() => of.client.open(asked(of))).toThrow(code("title-malformed"));
    const { transactionId } = asked(of);
    const other = { recipientSystemTitle: SERVER };
    expect(() => of.client.open(of.says(transactionId, "identified", other))).toThrow(code("title-malformed"));
  });

  it.each([
    ["wrapped", "master"],
    ["one-pass", "signing"],
    ["one-pass", "peerAgreement"],
    ["static-unified", "agreement"],
    ["static-unified", "peerAgreement"],
  ] as const)("%s without the %s key is the operator's to settle", (choice, without) => {
    const of = ends(choice, { without });
    expect(() => sealed(of)).toThrow(
      expect.objectContaining({ code: "dlms.security.key-missing", blame: "operator", retry: "never" }),
    );
  });

  it("a key-info that is none is the device's fault", () => {
    const of = ends("identified");
    const { transactionId } = asked(of);
    const spoilt = (keyInfo: GeneralCiphering["keyInfo"]) => ({ ...of.says(transactionId, "identified"), keyInfo });
    const eight = new Uint8Array(24).fill(8);
    expect(() => of.client.open(spoilt({ kind: "identified-key", keyId: 7 }))).toThrow(code("key-unsuitable"));
    for (const kekId of [0, 3]) {
      const wrong = { kind: "wrapped-key", kekId, keyCipheredData: eight } as const;
      expect(() => of.client.open(spoilt(wrong))).toThrow(code(kekId === 0 ? "key-wrap-invalid" : "key-unsuitable"));
    }
    for (const keyParameters of [NOTHING, Uint8Array.of(9), Uint8Array.of(1, 1)]) {
      const wrong = { kind: "agreed-key", keyParameters, keyCipheredData: NOTHING } as const;
      expect(() => of.client.open(spoilt(wrong))).toThrow(code("key-unsuitable"));
    }
    const short = { kind: "agreed-key", keyParameters: Uint8Array.of(1), keyCipheredData: eight } as const;
    expect(() => of.client.open(spoilt(short))).toThrow(code("key-agreement-invalid"));
  });
});

describe("general-signing in an association", () => {
  const header = {
    transactionId: NOTHING,
    originatorSystemTitle: SERVER,
    recipientSystemTitle: CLIENT,
    dateTime: NOTHING,
    otherInformation: NOTHING,
  };
  const signed = (of: ReturnType<typeof ends>, signingKey = of.serverSigns.own): GeneralSigning =>
    signApdu(of.ciphers, { header, curve: "P-256", signingKey }, ANSWER);

  it("is put around what is protected, and verified", () => {
    const of = ends(undefined, { signs: true });
    const apdu = decodeApdu(sealed(of));
    expect(apdu.kind).toBe("general-signing");
    expect(of.client.verify(signed(of))).toEqual(ANSWER);
  });

  it("a changed octet or another signer is refused", () => {
    const of = ends(undefined, { signs: true });
    const apdu = signed(of);
    const content = apdu.content.slice();
    content[1] = 2;
    expect(() => of.client.verify({ ...apdu, content })).toThrow(code("signature-invalid"));
    const stranger = of.ciphers.agreementPair("P-256", new Uint8Array(40).fill(77));
    const by = of.ciphers.addPrivate("stranger", stranger.privateKey, "P-256");
    expect(() => of.client.verify(signed(of, by))).toThrow(code("signature-invalid"));
  });

  it("without keys it is the operator's to settle", () => {
    expect(() => sealed(ends(undefined, { signs: true, without: "signing" }))).toThrow(code("key-missing"));
    const of = ends(undefined, { without: "peerSigning" });
    expect(() => of.client.verify(signed(of))).toThrow(code("key-missing"));
  });
});
