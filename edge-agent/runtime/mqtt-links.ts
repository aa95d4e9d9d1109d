import type { ConnectionOptions } from "node:tls";
import { clientTls } from "../../adapters/io/node/tls.ts";
import type { LinkSettings } from "../../adapters/mqtt/wire/link-settings.ts";
import type { MqttConnection } from "../config/mqtt-bridge.ts";
import type { FileRef } from "../config/config.ts";
import { readBytes, readSecret } from "../config/secrets.ts";

/** What a connection of the configuration is on the wire. Throws `config.secret.*` where a file cannot be read. */
export function linkSettings(
  connection: MqttConnection,
  as: {
    readonly gateway: string;
    readonly name: string;
    readonly will?: LinkSettings["will"];
    readonly advertiseBridge?: boolean;
  },
): LinkSettings {
  const { tls, password, username, clientId } = connection;
  return {
    addresses: connection.addresses,
    failover: connection.failover,
    transport: connection.transport,
    path: connection.path,
    tls: tls === undefined ? undefined : tlsOf(tls),
    clientId: clientId ?? clientIdOf(as.gateway, as.name),
    username,
    password: password === undefined ? undefined : Buffer.from(readSecret(password)),
    protocolVersion: connection.protocolVersion,
    fallback: connection.fallback,
    cleanStart: connection.cleanStart,
    keepAliveS: connection.keepAliveS,
    sessionExpiryS: connection.sessionExpiryS,
    receiveMaximum: connection.receiveMaximum,
    maxPacketBytes: connection.maxPacketBytes,
    connectTimeoutMs: connection.connectTimeoutMs,
    reconnect: connection.reconnect,
    advertiseBridge: as.advertiseBridge === true,
    will: as.will,
  };
}

/** `/sub-042/gw` and `centre`: `sub-042-gw-centre`. The same on both agents, used by the one that has the lease. */
export function clientIdOf(gateway: string, name: string): string {
  return `${gateway.split("/").filter(Boolean).join("-")}-${name}`;
}

function tlsOf(tls: NonNullable<MqttConnection["tls"]>): ConnectionOptions {
  const pem = (ref: FileRef | undefined): string | undefined =>
    ref === undefined ? undefined : Buffer.from(readBytes(ref)).toString("utf8");
  const [ca, cert, key] = [pem(tls.ca), pem(tls.cert), pem(tls.key)];
  return {
    ...clientTls({
      ...(ca === undefined ? {} : { ca }),
      ...(cert === undefined ? {} : { cert }),
      ...(key === undefined ? {} : { key }),
      ...(tls.serverName === undefined ? {} : { serverName: tls.serverName }),
    }),
    ...(tls.alpn === undefined ? {} : { ALPNProtocols: [tls.alpn] }),
    ...(tls.insecure ? { rejectUnauthorized: false } : {}),
  };
}
