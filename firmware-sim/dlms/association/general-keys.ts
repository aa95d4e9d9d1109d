import type { GeneralCiphering, GeneralHeader, KeyInfo } from "../../../adapters/dlms/apdu/protection.ts";
import { acceptOnePass, offerOnePass, staticUnified } from "../../../adapters/dlms/security/key-agreement.ts";
import { SUITES } from "../../../adapters/dlms/security/suite.ts";
import { CURVE_OCTETS, type KeyMaterial } from "../../../adapters/kit/ciphers.ts";
import { EdgeError } from "../../../adapters/kit/edge-error.ts";
import type { MeterClient } from "../meter-client.ts";
import type { MeterState } from "../meter-state.ts";

/** By what a client told the key of a general-ciphering APDU; the meter answers the same way. */
export type ToldKey = "unicast" | "broadcast" | "wrapped" | "ephemeral" | "static";

const NOTHING = new Uint8Array(0);

/** The key of what came; `undefined` where the meter cannot come to it. */
export function keyTold(
  meter: MeterState,
  client: MeterClient,
  apdu: GeneralCiphering,
): { readonly told: ToldKey; readonly key: KeyMaterial } | undefined {
  const { keyInfo } = apdu;
  if (keyInfo === undefined) return { told: "unicast", key: meter.keys.encryption };
  if (keyInfo.kind === "identified-key") {
    if (keyInfo.keyId === 0) return { told: "unicast", key: meter.keys.encryption };
    return keyInfo.keyId === 1 ? { told: "broadcast", key: meter.keys.broadcast } : undefined;
  }
  if (keyInfo.kind === "wrapped-key") {
    const key = keyInfo.kekId === 0 ? meter.ciphers.unwrapKey(meter.keys.master, keyInfo.keyCipheredData) : undefined;
    return key?.length === SUITES[meter.security.suite].keyOctets ? { told: "wrapped", key } : undefined;
  }
  const told = keyInfo.keyParameters[0] === 1 ? "ephemeral" : "static";
  const key = agreed(meter, client, apdu, keyInfo.keyCipheredData, told);
  return key === undefined ? undefined : { told, key };
}

/** A key for an answer, and how the client is told of it. */
export function keyToTell(
  meter: MeterState,
  client: MeterClient,
  header: GeneralHeader,
  told: ToldKey,
): { readonly keyInfo: KeyInfo; readonly key: KeyMaterial } | undefined {
  const { ciphers, keys, random, security, identity } = meter;
  const { curve, keyOctets } = SUITES[security.suite];
  switch (told) {
    case "unicast":
      return { keyInfo: { kind: "identified-key", keyId: 0 }, key: keys.encryption };
    case "broadcast":
      return { keyInfo: { kind: "identified-key", keyId: 1 }, key: keys.broadcast };
    case "wrapped": {
      const key = random.bytes(keyOctets);
      return { keyInfo: { kind: "wrapped-key", kekId: 0, keyCipheredData: ciphers.wrapKey(keys.master, key) }, key };
    }
    case "ephemeral": {
      const { signingKey } = identity;
      const { agreementKey } = client;
      if (curve === undefined || signingKey === undefined || agreementKey === undefined) return undefined;
      const { key, keyCipheredData } = offerOnePass(ciphers, {
        suite: security.suite,
        random: random.bytes(CURVE_OCTETS[curve] + 8),
        signingKey,
        recipientKey: agreementKey,
        parties: { originator: header.originatorSystemTitle, recipient: header.recipientSystemTitle },
      });
      return { keyInfo: { kind: "agreed-key", keyParameters: Uint8Array.of(1), keyCipheredData }, key };
    }
    case "static": {
      const key = agreed(meter, client, header, NOTHING, "static");
      const keyInfo: KeyInfo = { kind: "agreed-key", keyParameters: Uint8Array.of(2), keyCipheredData: NOTHING };
      return key === undefined ? undefined : { keyInfo, key };
    }
  }
}

function agreed(
  meter: MeterState,
  client: MeterClient,
  header: GeneralHeader,
  keyCipheredData: Uint8Array,
  scheme: "ephemeral" | "static",
): Uint8Array | undefined {
  const { ciphers, identity, security } = meter;
  const { publicKey: verifyingKey, agreementKey: peerKey } = client;
  const { agreementKey } = identity;
  const parties = { originator: header.originatorSystemTitle, recipient: header.recipientSystemTitle };
  if (agreementKey === undefined) return undefined;
  try {
    if (scheme === "ephemeral") {
      if (verifyingKey === undefined) return undefined;
      return acceptOnePass(ciphers, { suite: security.suite, keyCipheredData, verifyingKey, agreementKey, parties });
    }
    if (peerKey === undefined) return undefined;
    const { transactionId } = header;
    return staticUnified(ciphers, {
      suite: security.suite,
      agreementKey,
      peerKey,
      parties: { ...parties, transactionId },
    });
  } catch (thrown) {
    if (thrown instanceof EdgeError) return undefined;
    throw thrown;
  }
}
