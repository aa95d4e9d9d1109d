import type { ConnectionOptions, TlsOptions } from "node:tls";
import { EdgeError } from "../../kit/edge-error.ts";

/** Our own certificate chain and key, and whom we trust; PEM texts. */
export interface TlsIdentity {
  readonly cert: string;
  readonly key: string;
  /** The authorities to trust; without it the system's. */
  readonly ca?: string | undefined;
}

const VERSIONS = { minVersion: "TLSv1.2", maxVersion: "TLSv1.3" } as const;

/** A server that, where it has `ca` and `mutual`, speaks only to peers with a certificate of it. */
export function serverTls(identity: TlsIdentity, options: { readonly mutual: boolean }): TlsOptions {
  if (options.mutual && identity.ca === undefined) {
    throw new EdgeError({
      code: "config.tls.authority-missing",
      blame: "operator",
      retry: "never",
      message: "mutual TLS needs `ca`: the authority whose certificates are let in",
    });
  }
  return {
    ...VERSIONS,
    cert: identity.cert,
    key: identity.key,
    ...(identity.ca === undefined ? {} : { ca: identity.ca }),
    requestCert: options.mutual,
    rejectUnauthorized: options.mutual,
  };
}

/** A client that trusts `ca` (or the system's authorities) and shows its own certificate where it has one. */
export function clientTls(
  trust: Partial<TlsIdentity> & { readonly serverName?: string | undefined },
): ConnectionOptions {
  return {
    ...VERSIONS,
    ...(trust.ca === undefined ? {} : { ca: trust.ca }),
    ...(trust.cert === undefined ? {} : { cert: trust.cert }),
    ...(trust.key === undefined ? {} : { key: trust.key }),
    ...(trust.serverName === undefined ? {} : { servername: trust.serverName }),
    rejectUnauthorized: true,
  };
}

/** A secret two agents share. Never printed: it is in no field that is enumerable. */
export class PreSharedKey {
  readonly #key: Buffer;

  /** @param key at least 32 bytes; a shorter secret could be guessed from a recorded handshake. */
  constructor(key: Uint8Array) {
    if (key.length < 32) {
      throw new EdgeError({
        code: "config.tls.key-too-short",
        blame: "operator",
        retry: "never",
        message: `the shared key has ${key.length} bytes; 32 are wanted (openssl rand -base64 32)`,
      });
    }
    this.#key = Buffer.from(key);
  }

  /** Lets in whoever has the key, under any of the given names. */
  server(names: readonly string[]): TlsOptions {
    const key = this.#key;
    return { ...PSK, pskCallback: (_socket, identity) => (names.includes(identity) ? key : null) };
  }

  client(name: string): ConnectionOptions {
    const key = this.#key;
    // There is no certificate whose name could be checked: whoever completes the handshake has the key.
    return { ...PSK, pskCallback: () => ({ psk: key, identity: name }), checkServerIdentity: () => undefined };
  }
}

/** Key agreement by ECDHE: a key that leaks later opens nothing that was recorded before. */
const PSK = { minVersion: "TLSv1.2", maxVersion: "TLSv1.2", ciphers: "ECDHE-PSK-CHACHA20-POLY1305" } as const;
