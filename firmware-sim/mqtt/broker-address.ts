import { readFileSync } from "node:fs";
import { mqttSimFault } from "./sim-fault.ts";

/** Where devices connect. */
export interface Broker {
  readonly protocol: "mqtt" | "mqtts" | "ws" | "wss";
  readonly host: string;
  readonly port: number;
}

/** What a device proves who it is with. */
export interface Credentials {
  username(clientId: string): string | undefined;
  password(clientId: string): string | undefined;
  tls(clientId: string): TlsFiles;
}

export interface TlsFiles {
  readonly ca?: Buffer;
  readonly cert?: Buffer;
  readonly key?: Buffer;
}

export const ANONYMOUS: Credentials = { username: () => undefined, password: () => undefined, tls: () => ({}) };

const PORTS = { mqtt: 1_883, mqtts: 8_883, ws: 80, wss: 443 } as const;

/** `mqtt://host:1883`, `mqtts://`, `ws://`, `wss://`; `host:port` alone is `mqtt`. Throws `config.simulation.spec`. */
export function readBroker(text: string): Broker {
  const [, scheme = "mqtt", six, plain, port] =
    /^(?:([a-z]+):\/\/)?(?:\[([0-9a-fA-F:]+)\]|([A-Za-z0-9._-]+))(?::(\d{1,5}))?\/?$/.exec(text) ?? [];
  const host = six ?? plain;
  if (host === undefined || !Object.hasOwn(PORTS, scheme))
    throw mqttSimFault("config.simulation.spec", `${JSON.stringify(text)} is not mqtt://HOST:PORT (or mqtts, ws, wss)`);
  const protocol = scheme as Broker["protocol"];
  const number = port === undefined ? PORTS[protocol] : Number(port);
  if (number < 1 || number > 65_535)
    throw mqttSimFault("config.simulation.spec", `${JSON.stringify(text)} has no port from 1 to 65535`);
  return { protocol, host, port: number };
}

/** Files in PEM; `{device}` in a path stands for the client id. */
export function tlsOf(
  paths: { readonly ca?: string; readonly cert?: string; readonly key?: string },
  clientId: string,
): TlsFiles {
  const read = (path: string): Buffer => readFileSync(path.replaceAll("{device}", clientId));
  return {
    ...(paths.ca === undefined ? {} : { ca: read(paths.ca) }),
    ...(paths.cert === undefined ? {} : { cert: read(paths.cert) }),
    ...(paths.key === undefined ? {} : { key: read(paths.key) }),
  };
}
