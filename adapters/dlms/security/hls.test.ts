import { describe, expect, it } from "vitest";
import { CipherKeys } from "../../io/node/cipher-keys.ts";
import { toHex } from "../../kit/bytes.ts";
import { hex, vector } from "../vectors.testing.ts";
import { type HlsExchange, type HighMechanism, type HlsSecrets, proof, proves } from "./hls.ts";

const ciphers = new CipherKeys();
const NOTHING = new Uint8Array(0);

/** The exchange of a vector, from one side. */
function sideOf(id: string, mechanism: HighMechanism, side: "client" | "server", secrets: HlsSecrets): HlsExchange {
  const one = vector(id);
  const title = (name: string) => (one[name] === undefined ? NOTHING : hex(one[name]));
  const [ours, theirs] = side === "client" ? (["c", "s"] as const) : (["s", "c"] as const);
  const titles = { c: title("client_title"), s: title("server_title") };
  const challenges = { c: hex(one["c_to_s"]), s: hex(one["s_to_c"]) };
  return {
    mechanism,
    secrets,
    ownTitle: titles[ours],
    peerTitle: titles[theirs],
    ownChallenge: challenges[ours],
    peerChallenge: challenges[theirs],
  };
}

const secret = ciphers.addSecret("secret", hex("4775727578"));
const gmac: HlsSecrets = {
  suite: 0,
  encryptionKey: ciphers.addSecret("ek", hex("000102030405060708090A0B0C0D0E0F")),
  authenticationKey: ciphers.addSecret("ak", hex("D0D1D2D3D4D5D6D7D8D9DADBDCDDDEDF")),
};
const CASES: readonly (readonly [string, HighMechanism, HlsSecrets, number, number])[] = [
  ["M01", "high-manufacturer", { suite: 0, secret }, 0, 0],
  ["M02", "high-md5", { suite: 0, secret }, 0, 0],
  ["M04", "high-gmac", gmac, 1, 0x01234567],
];

describe("the vectors of high level authentication", () => {
  it.each(CASES)("%s %s", (id, mechanism, secrets, clientCounter, serverCounter) => {
    const one = vector(id);
    const client = sideOf(id, mechanism, "client", secrets);
    const server = sideOf(id, mechanism, "server", secrets);
    expect(toHex(proof(ciphers, client, () => clientCounter)).toUpperCase()).toBe(one["f_s_to_c"]);
    expect(toHex(proof(ciphers, server, () => serverCounter)).toUpperCase()).toBe(one["f_c_to_s"]);
    expect(proves(ciphers, client, hex(one["f_c_to_s"]))).toBe(true);
    expect(proves(ciphers, server, hex(one["f_s_to_c"]))).toBe(true);
    expect(proves(ciphers, client, hex(one["f_s_to_c"]))).toBe(false);
    expect(proves(ciphers, client, NOTHING)).toBe(false);
  });

  it("M06 signatures captured from another implementation verify", () => {
    const one = vector("M06");
    const client = sideOf("M06", "high-ecdsa", "client", { suite: 1, peerKey: hex(one["server_public"]) });
    const server = sideOf("M06", "high-ecdsa", "server", { suite: 1, peerKey: hex(one["client_public"]) });
    expect(proves(ciphers, client, hex(one["f_c_to_s"]))).toBe(true);
    expect(proves(ciphers, server, hex(one["f_s_to_c"]))).toBe(true);
    expect(proves(ciphers, client, hex(one["f_s_to_c"]))).toBe(false);
  });
});

describe("both sides against each other", () => {
  const titles = { ownTitle: hex("4D4D4D0000000001"), peerTitle: hex("4D4D4D0000BC614E") };
  const challenges = { ownChallenge: new Uint8Array(32).fill(1), peerChallenge: new Uint8Array(64).fill(2) };
  const client = { ...titles, ...challenges };
  const server = {
    ownTitle: titles.peerTitle,
    peerTitle: titles.ownTitle,
    ownChallenge: challenges.peerChallenge,
    peerChallenge: challenges.ownChallenge,
  };
  const pairs = (["P-256", "P-384"] as const).map((curve) => {
    const octets = curve === "P-256" ? 40 : 56;
    const [ours, theirs] = [1, 2].map((n) => ciphers.agreementPair(curve, new Uint8Array(octets).fill(n)));
    if (ours === undefined || theirs === undefined) throw new Error("two pairs");
    return {
      client: { signingKey: ciphers.addPrivate(`client ${curve}`, ours.privateKey, curve), peerKey: theirs.publicKey },
      server: { signingKey: ciphers.addPrivate(`server ${curve}`, theirs.privateKey, curve), peerKey: ours.publicKey },
    };
  });
  const CASES: readonly (readonly [string, HighMechanism, HlsSecrets, HlsSecrets])[] = [
    ["SHA-1", "high-sha1", { suite: 0, secret }, { suite: 0, secret }],
    ["SHA-256", "high-sha256", { suite: 1, secret }, { suite: 1, secret }],
    ["GMAC of suite 2", "high-gmac", ...twice<HlsSecrets>({ suite: 2, encryptionKey: new Uint8Array(32) })],
    ["ECDSA P-256", "high-ecdsa", { suite: 1, ...pairs[0]?.client }, { suite: 1, ...pairs[0]?.server }],
    ["ECDSA P-384", "high-ecdsa", { suite: 2, ...pairs[1]?.client }, { suite: 2, ...pairs[1]?.server }],
  ];

  it.each(CASES)("%s", (_name, mechanism, ours, theirs) => {
    const asClient = { ...client, mechanism, secrets: ours };
    const asServer = { ...server, mechanism, secrets: theirs };
    expect(
      proves(
        ciphers,
        asServer,
        proof(ciphers, asClient, () => 1),
      ),
    ).toBe(true);
    const answer = proof(ciphers, asServer, () => 2);
    expect(proves(ciphers, asClient, answer)).toBe(true);
    const other = { ...asClient, ownChallenge: new Uint8Array(32).fill(3) };
    expect(proves(ciphers, other, answer)).toBe(false);
  });

  it("what the mechanism needs is not there", () => {
    expect(() => proof(ciphers, { ...client, mechanism: "high-md5", secrets: { suite: 0 } }, () => 1)).toThrow(
      expect.objectContaining({ code: "dlms.security.key-missing", blame: "operator" }),
    );
  });
});

function twice<Value>(value: Value): [Value, Value] {
  return [value, value];
}
