import { createHash } from "node:crypto";
import { SUITES } from "../../../adapters/dlms/security/suite.ts";
import type { Curve } from "../../../adapters/kit/ciphers.ts";
import type { MeterKeys } from "../meter-keys.ts";

/** Everything secret about one simulated meter: the same for the same seed and name. Never for anything real. */
export interface DerivedKeys extends MeterKeys {
  /** Suites 1 and 2: scalars big enough to make even keys of, to sign and to agree. */
  readonly clientScalar: Uint8Array;
  readonly serverScalar: Uint8Array;
  readonly clientAgreementScalar: Uint8Array;
  readonly serverAgreementScalar: Uint8Array;
  /** Of the M-Bus device on a channel: the key it was delivered with, the one it may be given, and what proves firmware to it. */
  readonly mbus: (channel: number) => {
    readonly master: Uint8Array;
    readonly user: Uint8Array;
    readonly firmware: Uint8Array;
  };
}

export function deriveKeys(seed: string, uid: string, suite: 0 | 1 | 2): DerivedKeys {
  const { keyOctets } = SUITES[suite];
  const key = (name: string, length: number): Uint8Array => octetsOf(`${seed}/${uid}/${name}`, length);
  return {
    encryption: key("encryption", keyOctets),
    authentication: key("authentication", keyOctets),
    broadcast: key("broadcast", keyOctets),
    master: key("master", keyOctets),
    // Printable: a password is typed.
    secret: new TextEncoder().encode(Buffer.from(key("secret", 12)).toString("base64url")),
    clientScalar: key("client-signing", scalarOctets(suite)),
    serverScalar: key("server-signing", scalarOctets(suite)),
    clientAgreementScalar: key("client-agreement", scalarOctets(suite)),
    serverAgreementScalar: key("server-agreement", scalarOctets(suite)),
    mbus: (channel) => ({
      master: key(`mbus-${channel}-master`, 16),
      user: key(`mbus-${channel}-user`, 16),
      firmware: key(`mbus-${channel}-firmware`, 16),
    }),
  };
}

export function curveOf(suite: 0 | 1 | 2): Curve | undefined {
  return SUITES[suite].curve;
}

/** 8 octets more than a coordinate has, as `agreementPair` wants them. */
function scalarOctets(suite: 0 | 1 | 2): number {
  return suite === 2 ? 56 : 40;
}

function octetsOf(text: string, length: number): Uint8Array {
  const out = new Uint8Array(length);
  for (let at = 0, round = 0; at < length; round++) {
    const part = createHash("sha256").update(`${text}/${round}`).digest();
    out.set(part.subarray(0, length - at), at);
    at += part.length;
  }
  return out;
}
