import type { KeyRef } from "../../kit/adapter.ts";
import { concat, equalBytes } from "../../kit/bytes.ts";
import type { Ciphers, Digest, KeyMaterial } from "../../kit/ciphers.ts";
import { dlmsFault } from "../codes.ts";
import { AUTHENTICATION_BIT } from "./control.ts";
import { open, seal } from "./ciphering.ts";
import { type SecuritySuite, SUITES } from "./suite.ts";

/** The last arc of 2.16.756.5.8.2: how the two sides prove who they are. */
export const MECHANISMS = {
  lowest: 0,
  low: 1,
  "high-manufacturer": 2,
  "high-md5": 3,
  "high-sha1": 4,
  "high-gmac": 5,
  "high-sha256": 6,
  "high-ecdsa": 7,
} as const;
export type Mechanism = keyof typeof MECHANISMS;
export type HighMechanism = Exclude<Mechanism, "lowest" | "low">;

export function isHigh(mechanism: Mechanism): mechanism is HighMechanism {
  return mechanism !== "lowest" && mechanism !== "low";
}

export function mechanismOf(number: number): Mechanism | undefined {
  return (Object.keys(MECHANISMS) as Mechanism[]).find((name) => MECHANISMS[name] === number);
}

/** What a challenge of ours and a challenge of the other side are answered with (IEC 62056-5-3 clause 9.2.7.4). */
export interface HlsSecrets {
  /** Mechanisms 2, 3, 4 and 6. */
  readonly secret?: KeyMaterial;
  /** Mechanism 5. */
  readonly encryptionKey?: KeyMaterial;
  readonly authenticationKey?: KeyMaterial | undefined;
  /** Mechanism 7: ours to sign, theirs to verify. */
  readonly signingKey?: KeyRef;
  readonly peerKey?: KeyMaterial;
  readonly suite: SecuritySuite;
}

export interface HlsExchange {
  readonly mechanism: HighMechanism;
  readonly secrets: HlsSecrets;
  readonly ownTitle: Uint8Array;
  readonly peerTitle: Uint8Array;
  /** The challenge we sent, and the one we were sent. */
  readonly ownChallenge: Uint8Array;
  readonly peerChallenge: Uint8Array;
}

/** f(challenge of the other side). @param counter of our own, for mechanism 5. */
export function proof(ciphers: Ciphers, exchange: HlsExchange, counter: () => number): Uint8Array {
  const { mechanism, secrets, ownTitle, peerTitle, ownChallenge, peerChallenge } = exchange;
  switch (mechanism) {
    case "high-gmac":
      return gmac(ciphers, exchange, counter());
    case "high-ecdsa": {
      const curve = curveOf(secrets.suite);
      const key = needed(secrets.signingKey, "a signing key");
      return ciphers.ecdsaSign(curve, key, concat([ownTitle, peerTitle, peerChallenge, ownChallenge]));
    }
    default:
      return hashed(ciphers, exchange, "own");
  }
}

/** Whether what the other side answered is f(our challenge). Never throws on what it answered. */
export function proves(ciphers: Ciphers, exchange: HlsExchange, answer: Uint8Array): boolean {
  const { mechanism, secrets, ownTitle, peerTitle, ownChallenge, peerChallenge } = exchange;
  switch (mechanism) {
    case "high-gmac":
      return gmacProves(ciphers, exchange, answer);
    case "high-ecdsa": {
      const signed = concat([peerTitle, ownTitle, ownChallenge, peerChallenge]);
      return ciphers.ecdsaVerify(curveOf(secrets.suite), needed(secrets.peerKey, "a key of the peer"), signed, answer);
    }
    default:
      return equalBytes(answer, hashed(ciphers, exchange, "peer"));
  }
}

const DIGESTS: Readonly<Partial<Record<HighMechanism, Digest>>> = { "high-md5": "md5", "high-sha1": "sha1" };

/** Mechanisms 2, 3, 4 and 6. @param by who computes it: both sides can, because they share the secret. */
function hashed(ciphers: Ciphers, exchange: HlsExchange, by: "own" | "peer"): Uint8Array {
  const { mechanism, ownTitle, peerTitle, ownChallenge, peerChallenge } = exchange;
  const secret = needed(exchange.secrets.secret, "a secret");
  const [answered, other] = by === "own" ? [peerChallenge, ownChallenge] : [ownChallenge, peerChallenge];
  const digest = DIGESTS[mechanism];
  if (digest !== undefined) return ciphers.digest(digest, [answered, secret]);
  if (mechanism === "high-sha256") {
    const titles = by === "own" ? [ownTitle, peerTitle] : [peerTitle, ownTitle];
    return ciphers.digest("sha256", [secret, ...titles, answered, other]);
  }
  // What meters of several makes do for "manufacturer specific": AES-128 of the challenge under the secret.
  const blocks = new Uint8Array(Math.ceil(answered.length / 16) * 16);
  blocks.set(answered);
  return ciphers.aesEcb(secret, blocks);
}

/** `SC | IC | tag` over the challenge of the other side. */
function gmac(ciphers: Ciphers, { secrets, ownTitle, peerChallenge }: HlsExchange, counter: number): Uint8Array {
  const content = seal(
    ciphers,
    {
      suite: secrets.suite,
      encryptionKey: needed(secrets.encryptionKey, "an encryption key"),
      authenticationKey: secrets.authenticationKey,
      protection: { authenticated: true, encrypted: false },
      systemTitle: ownTitle,
      counter,
    },
    peerChallenge,
  );
  return concat([content.subarray(0, 5), content.subarray(5 + peerChallenge.length)]);
}

function gmacProves(ciphers: Ciphers, { secrets, peerTitle, ownChallenge }: HlsExchange, answer: Uint8Array): boolean {
  if (answer.length !== 17 || answer[0] !== (AUTHENTICATION_BIT | secrets.suite)) return false;
  const encryptionKey = needed(secrets.encryptionKey, "an encryption key");
  const keys = { suite: secrets.suite, encryptionKey, authenticationKey: secrets.authenticationKey };
  const content = concat([answer.subarray(0, 5), ownChallenge, answer.subarray(5)]);
  try {
    open(ciphers, { systemTitle: peerTitle, keysFor: () => keys }, content);
    return true;
  } catch (thrown) {
    if (thrown instanceof Error && "code" in thrown && thrown.code === "dlms.security.deciphering-failed") return false;
    throw thrown;
  }
}

function curveOf(suite: SecuritySuite): "P-256" | "P-384" {
  return needed(SUITES[suite].curve, "security suite 1 or 2");
}

function needed<Value>(value: Value | undefined, what: string): Value {
  if (value !== undefined) return value;
  throw dlmsFault("dlms.security.key-missing", `the authentication mechanism needs ${what}`, { blame: "operator" });
}
