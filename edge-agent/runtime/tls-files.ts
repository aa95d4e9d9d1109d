import type { TlsOptions } from "node:tls";
import { serverTls, type TlsIdentity } from "../../adapters/io/node/tls.ts";
import type { TlsFiles } from "../config/config.ts";
import { readBytes } from "../config/secrets.ts";

/** The PEM texts of files. Throws `config.secret.*`. */
export function identityOf(files: TlsFiles): TlsIdentity {
  const pem = (ref: Parameters<typeof readBytes>[0]): string => Buffer.from(readBytes(ref)).toString("utf8");
  return { cert: pem(files.cert), key: pem(files.key), ca: files.ca === undefined ? undefined : pem(files.ca) };
}

/** Server options of PEM files; with a `ca` the peer must show a certificate of it. */
export function listenerTls(files: TlsFiles): TlsOptions {
  return serverTls(identityOf(files), { mutual: files.ca !== undefined });
}
