import type { Apdu } from "../../../adapters/dlms/apdu/apdu.ts";
import { SUITES } from "../../../adapters/dlms/security/suite.ts";
import type { KeyMaterial } from "../../../adapters/kit/ciphers.ts";
import { concat, equalBytes } from "../../../adapters/kit/bytes.ts";
import { MECHANISM, type Mechanism } from "../meter-client.ts";
import type { MeterState } from "../meter-state.ts";
import { REPLY_TO_HLS_NAME } from "../objects/base-names.ts";

/** One HLS authentication under way (IEC 62056-5-3 9.2.2.2.2), as the meter sees it. */
export interface Challenges {
  readonly mechanism: Mechanism;
  /** Of the client. */
  readonly clientToServer: Uint8Array;
  readonly serverToClient: Uint8Array;
  /** Its system title; empty where it gave none. */
  readonly clientTitle: Uint8Array;
  /** HLS 7: the client's signing key, x || y or by reference. */
  readonly clientKey: KeyMaterial | undefined;
}

/** The only request there may be before the proof: reply_to_HLS_authentication, by logical or by short name. */
export function isProofRequest(apdu: Apdu): boolean {
  if (apdu.kind === "action-request-normal") return apdu.method.classId === 15 && apdu.method.method === 1;
  if (apdu.kind !== "read-request" || apdu.variables.length !== 1) return false;
  const [variable] = apdu.variables;
  return variable?.kind === "parameterized-access" && variable.name === REPLY_TO_HLS_NAME;
}

const NOTHING = new Uint8Array(0);
const TAG_OCTETS = 12;
const AUTHENTICATION_ONLY = 0x10;

/** Whether the client's answer to our challenge is the one that only the holder of the secret can give. */
export function isProved(meter: MeterState, challenges: Challenges, answer: Uint8Array): boolean {
  const { ciphers, keys, identity } = meter;
  const { mechanism, clientToServer, serverToClient, clientTitle, clientKey } = challenges;
  switch (mechanism) {
    case MECHANISM.manufacturer:
    case MECHANISM.md5:
    case MECHANISM.sha1:
      return equalBytes(answer, simple(meter, mechanism, serverToClient));
    case MECHANISM.sha256: {
      const parts = [keys.secret, clientTitle, identity.systemTitle, serverToClient, clientToServer];
      return equalBytes(answer, ciphers.digest("sha256", parts));
    }
    case MECHANISM.gmac: {
      // Security control, counter, tag.
      if (answer.length !== 5 + TAG_OCTETS || clientTitle.length !== 8) return false;
      const counter = new DataView(answer.buffer, answer.byteOffset).getUint32(1);
      return equalBytes(answer, gmac(meter, clientTitle, counter, serverToClient));
    }
    case MECHANISM.ecdsa: {
      const { curve } = SUITES[meter.security.suite];
      if (curve === undefined || clientKey === undefined) return false;
      const signed = concat([clientTitle, identity.systemTitle, serverToClient, clientToServer]);
      return ciphers.ecdsaVerify(curve, clientKey, signed, answer);
    }
    default:
      return false;
  }
}

/** Our answer to the client's challenge; `undefined` where the meter has no key for it. */
export function proof(meter: MeterState, challenges: Challenges, counter: number): Uint8Array | undefined {
  const { ciphers, keys, identity } = meter;
  const { mechanism, clientToServer, serverToClient, clientTitle } = challenges;
  switch (mechanism) {
    case MECHANISM.manufacturer:
    case MECHANISM.md5:
    case MECHANISM.sha1:
      return simple(meter, mechanism, clientToServer);
    case MECHANISM.sha256: {
      const parts = [keys.secret, identity.systemTitle, clientTitle, clientToServer, serverToClient];
      return ciphers.digest("sha256", parts);
    }
    case MECHANISM.gmac:
      return gmac(meter, identity.systemTitle, counter, clientToServer);
    case MECHANISM.ecdsa: {
      const { curve } = SUITES[meter.security.suite];
      if (curve === undefined || identity.signingKey === undefined) return undefined;
      const signed = concat([identity.systemTitle, clientTitle, clientToServer, serverToClient]);
      return ciphers.ecdsaSign(curve, identity.signingKey, signed);
    }
    default:
      return undefined;
  }
}

function simple(meter: MeterState, mechanism: Mechanism, challenge: Uint8Array): Uint8Array {
  const { ciphers, keys } = meter;
  if (mechanism === MECHANISM.md5) return ciphers.digest("md5", [challenge, keys.secret]);
  if (mechanism === MECHANISM.sha1) return ciphers.digest("sha1", [challenge, keys.secret]);
  const blocks = new Uint8Array(Math.ceil(challenge.length / 16) * 16);
  blocks.set(challenge);
  return ciphers.aesEcb(keys.secret, blocks);
}

/** SC || IC || GMAC(SC || AK || challenge) with the title of whoever proves itself. */
function gmac(meter: MeterState, title: Uint8Array, counter: number, challenge: Uint8Array): Uint8Array {
  const control = Uint8Array.of(AUTHENTICATION_ONLY | meter.security.suite);
  const ic = new Uint8Array(4);
  new DataView(ic.buffer).setUint32(0, counter);
  const tag = meter.ciphers.gcmSeal({
    key: meter.keys.encryption,
    iv: concat([title, ic]),
    aad: [control, meter.keys.authentication, challenge],
    plaintext: NOTHING,
    tagOctets: TAG_OCTETS,
  });
  return concat([control, ic, tag]);
}
