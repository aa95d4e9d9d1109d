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

/**
 * An address in one line, for the command line, tests and cores:
 *
 *     redis://[user[:password]@]host[:port][/database]
 *     redis+sentinel://[user[:password]@]host[:port],host[:port]/name[/database]
 *     redis+cluster://[user[:password]@]host[:port],host[:port]
 *
 * and the same with `rediss` for TLS. User and password are those of the data servers. Throws `config.redis.url`.
 */
export function redisSettingsOf(url: string): RedisConnectSettings {
  const [, scheme = "", kind = "", user, list = "", path = ""] = URL_FORM.exec(url) ?? [];
  const servers = list.split(",").map((one) => parseServer(one, kind === "sentinel" ? SENTINEL_PORT : REDIS_PORT));
  const nodes = servers.filter((one) => one !== undefined);
  const place = placeOf(kind, nodes, path.split("/").slice(1));
  if (nodes.length < servers.length || place === undefined) throw refuseUrl();
  const colon = user?.indexOf(":") ?? -1;
  const [name, password] = colon === -1 ? [user, undefined] : [user?.slice(0, colon), user?.slice(colon + 1)];
  return { ...place, username: decode(name), password: decode(password), tls: scheme === "rediss" ? {} : undefined };
}

const REDIS_PORT = 6379;
const SENTINEL_PORT = 26379;
const URL_FORM = /^(rediss?)(?:\+(sentinel|cluster))?:\/\/(?:([^@/]*)@)?([^@/]+)((?:\/[^/?#]*)*)$/;

function placeOf(
  kind: string,
  nodes: readonly HostPort[],
  path: readonly string[],
): Pick<RedisConnectSettings, "target" | "database"> | undefined {
  const [first] = nodes;
  if (first === undefined) return undefined;
  if (kind === "cluster") {
    return path.join("") === "" ? { target: { kind: "cluster", nodes }, database: 0 } : undefined;
  }
  const name = kind === "sentinel" ? decode(path[0]) : undefined;
  const [number = "", ...rest] = kind === "sentinel" ? path.slice(1) : path;
  const database = number === "" ? 0 : Number(number);
  if (!Number.isInteger(database) || database < 0 || rest.join("") !== "") return undefined;
  if (kind === "sentinel") {
    return name === undefined ? undefined : { target: { kind: "sentinel", sentinels: nodes, name }, database };
  }
  return nodes.length > 1 ? undefined : { target: { kind: "standalone", ...first }, database };
}

function parseServer(text: string, defaultPort: number): HostPort | undefined {
  const match = /^(\[[0-9a-fA-F:.]+\]|[^:\s[\]]+)(?::(\d{1,5}))?$/.exec(text);
  const port = Number(match?.[2] ?? defaultPort);
  if (match?.[1] === undefined || port < 1 || port > 65_535) return undefined;
  return { host: match[1].replace(/^\[|\]$/g, ""), port };
}

function decode(text: string | undefined): string | undefined {
  if (text === undefined || text === "") return undefined;
  try {
    return decodeURIComponent(text);
  } catch (_notEncoded) {
    throw refuseUrl();
  }
}

/** The text may hold a password: it is not repeated in the error. */
function refuseUrl(): EdgeError {
  return new EdgeError({
    code: "config.redis.url",
    blame: "operator",
    retry: "never",
    message:
      "not an address of a Redis: write redis://host:port/database, redis+sentinel://host:port,host:port/name or " +
      "redis+cluster://host:port,host:port, with rediss for TLS; %-encode what is special in a password",
  });
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
