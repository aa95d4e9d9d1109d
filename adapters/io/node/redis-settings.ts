import type { ConnectionOptions } from "node:tls";
import { EdgeError } from "../../kit/edge-error.ts";

export interface HostPort {
  readonly host: string;
  readonly port: number;
}

export type RedisTarget =
  | ({ readonly kind: "standalone" } & HostPort)
  | { readonly kind: "sentinel"; readonly sentinels: readonly HostPort[]; readonly name: string }
  | { readonly kind: "cluster"; readonly nodes: readonly HostPort[] };

/** PEM texts; without `ca` the system's authorities are trusted. */
export interface RedisTls {
  readonly ca?: string | undefined;
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
  readonly serverName?: string | undefined;
}

/** Where Redis is and how to speak to it, secrets already read from their files. */
export interface RedisConnectSettings {
  readonly target: RedisTarget;
  readonly database?: number | undefined;
  readonly username?: string | undefined;
  readonly password?: string | undefined;
  readonly tls?: RedisTls | undefined;
  /** How long an effect may stay unanswered; 400 ms where not given. */
  readonly commandTimeoutMs?: number | undefined;
}

/** `redis://[user[:password]@]host[:port][/database]`, `rediss://` for TLS: for tests and the command line. */
export function redisSettingsOf(url: string): RedisConnectSettings {
  const refuse = (cause?: unknown): EdgeError =>
    new EdgeError({
      code: "config.redis.url",
      blame: "operator",
      retry: "never",
      message: "not an address of a Redis: write redis://host:port/database, or rediss:// for TLS",
      cause,
    });
  // The text may hold a password: it is not repeated in the error, and neither is the parser's own, which quotes it.
  if (!URL.canParse(url)) throw refuse();
  const parsed = new URL(url);
  if (parsed.protocol !== "redis:" && parsed.protocol !== "rediss:") throw refuse();
  const database = parsed.pathname === "" || parsed.pathname === "/" ? 0 : Number(parsed.pathname.slice(1));
  if (!Number.isInteger(database) || database < 0 || parsed.hostname === "") throw refuse();
  return {
    target: {
      kind: "standalone",
      host: parsed.hostname.replace(/^\[|\]$/g, ""),
      port: parsed.port === "" ? 6379 : Number(parsed.port),
    },
    database,
    username: parsed.username === "" ? undefined : decodeURIComponent(parsed.username),
    password: parsed.password === "" ? undefined : decodeURIComponent(parsed.password),
    tls: parsed.protocol === "rediss:" ? {} : undefined,
  };
}

export function toTlsOptions(tls: RedisTls): ConnectionOptions {
  return {
    ...(tls.ca === undefined ? {} : { ca: tls.ca }),
    ...(tls.cert === undefined ? {} : { cert: tls.cert }),
    ...(tls.key === undefined ? {} : { key: tls.key }),
    ...(tls.serverName === undefined ? {} : { servername: tls.serverName }),
    minVersion: "TLSv1.2",
  };
}
