import type { ConnectionOptions, TlsOptions } from "node:tls";
import { clientTls, PreSharedKey, serverTls } from "../../adapters/io/node/tls.ts";
import type { PairSettings } from "../config/config.ts";
import { readSecret } from "../config/secrets.ts";
import { identityOf } from "./tls-files.ts";

/** How the two ends of a pair link prove themselves to each other; `undefined` members mean plain TCP. */
export interface PairSecurity {
  readonly server: TlsOptions | undefined;
  readonly client: ConnectionOptions | undefined;
}

/** Throws `config.secret.*` or `config.tls.*`. */
export function pairSecurity(trust: PairSettings["trust"], agent: string, peers: readonly string[]): PairSecurity {
  switch (trust.kind) {
    case "none":
      return { server: undefined, client: undefined };
    case "secret": {
      const key = new PreSharedKey(Buffer.from(readSecret(trust.secret), "utf8"));
      return { server: key.server(peers), client: key.client(agent) };
    }
    case "tls": {
      const identity = identityOf(trust.files);
      return { server: serverTls(identity, { mutual: true }), client: clientTls(identity) };
    }
  }
}
