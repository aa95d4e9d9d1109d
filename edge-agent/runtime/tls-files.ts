import type { TlsOptions } from "node:tls";
import type { TlsFiles } from "../config/config.ts";
import { readBytes } from "../config/secrets.ts";

/** Server options of PEM files; with a `ca` the peer must show a certificate of it. */
export function serverTls(files: TlsFiles): TlsOptions {
  const base = {
    cert: Buffer.from(readBytes(files.cert)),
    key: Buffer.from(readBytes(files.key)),
    minVersion: "TLSv1.2" as const,
  };
  if (files.ca === undefined) return base;
  return { ...base, ca: Buffer.from(readBytes(files.ca)), requestCert: true, rejectUnauthorized: true };
}
