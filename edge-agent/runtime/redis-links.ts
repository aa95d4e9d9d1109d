import { connectRedis, type RedisConnection, type RedisRole } from "../../adapters/io/node/redis.ts";
import { watchSentinels } from "../../adapters/io/node/redis-sentinel-watch.ts";
import type { RedisConnectSettings } from "../../adapters/io/node/redis-settings.ts";
import type { EdgeError } from "../../adapters/kit/edge-error.ts";
import type { RedisSettings } from "../config/config.ts";
import { readBytes, readSecret } from "../config/secrets.ts";

/** The connections of one agent to Redis. The lease has its own, so that a renewal never waits behind a commit. */
export interface RedisLinks {
  readonly lease: RedisConnection;
  readonly effects: RedisConnection;
  readonly reader: RedisConnection;
  readonly settings: RedisConnectSettings;
  /** A connection of its own for something that blocks. */
  more(role: RedisRole, name: string): RedisConnection;
  close(): Promise<void>;
}

export function openRedis(redis: RedisSettings, agent: string, onFault: (fault: EdgeError) => void): RedisLinks {
  const settings = toConnectSettings(redis);
  const all = new Set<RedisConnection>();
  const more = (role: RedisRole, name: string): RedisConnection => {
    const connection = connectRedis(settings, role, { name: `busbar-${agent}-${name}`, onFault });
    all.add(connection);
    // A worker's connection ends with its reign.
    connection.client.once("end", () => all.delete(connection));
    return connection;
  };
  const watch = watchSentinels(settings, () => {
    // One that is being opened finds the new primary by itself, and must not be disturbed.
    for (const { client } of all) if (client.status === "ready") client.disconnect(true);
  });
  return {
    lease: more("effects", "lease"),
    effects: more("effects", "effects"),
    reader: more("reader", "reader"),
    settings,
    more,
    close: async () => {
      watch.close();
      await Promise.all([...all].map((connection) => connection.close()));
    },
  };
}

/** Reads the secrets the settings refer to. Throws `config.secret.*`. */
export function toConnectSettings(redis: RedisSettings): RedisConnectSettings {
  const { target, database, username, password, tls, commandTimeoutMs } = redis;
  const pem = (ref: Parameters<typeof readBytes>[0] | undefined): string | undefined =>
    ref === undefined ? undefined : Buffer.from(readBytes(ref)).toString("utf8");
  return {
    target,
    database,
    username,
    password: password === undefined ? undefined : readSecret(password),
    tls:
      tls === undefined
        ? undefined
        : { ca: pem(tls.ca), cert: pem(tls.cert), key: pem(tls.key), serverName: tls.serverName },
    commandTimeoutMs,
  };
}
