import { z } from "zod";
import type { BridgeRule } from "../../adapters/mqtt/bridge-rule.ts";
import { TopicTemplate } from "../../adapters/mqtt/topic-template.ts";
import type { Address, SecretRef, TlsTrust } from "./config.ts";
import { choice, duration, endpoint, flag, integer, secret, size, text } from "./scalars.ts";
import { pemFile } from "./tls.ts";

/** A broker we are a client of. */
export interface MqttConnection {
  /** The group under whose lease it is connected: one agent at a time, always under the same client id. */
  readonly group: string;
  /** The first is the primary. */
  readonly addresses: readonly Address[];
  /** `prefer-first`: back to the primary at the next connection; `sticky`: stays where it got. */
  readonly failover: "prefer-first" | "sticky";
  readonly transport: "tcp" | "websocket";
  readonly path: string;
  readonly tls: (TlsTrust & { readonly alpn: string | undefined; readonly insecure: boolean }) | undefined;
  /** Absent: made of the gateway and the name of the connection. */
  readonly clientId: string | undefined;
  readonly username: string | undefined;
  readonly password: SecretRef | undefined;
  readonly protocolVersion: 4 | 5;
  /** Try 3.1.1 where the broker refuses MQTT 5. */
  readonly fallback: boolean;
  readonly cleanStart: boolean;
  readonly keepAliveS: number;
  readonly sessionExpiryS: number;
  readonly receiveMaximum: number;
  readonly maxPacketBytes: number;
  readonly connectTimeoutMs: number;
  readonly reconnect: { readonly minMs: number; readonly maxMs: number; readonly jitter: number };
}

/** A broker of others whose messages are ours to take in. */
export interface MqttBroker extends MqttConnection {
  readonly subscriptions: readonly { readonly filter: string; readonly qos: 0 | 1 }[];
  /** Name of a shared subscription (MQTT 5), where the broker is to spread the messages over several gateways. */
  readonly share: string | undefined;
}

export interface MqttBridge extends MqttConnection {
  readonly rules: readonly BridgeRule[];
  readonly maxHops: number;
  readonly advertiseBridge: boolean;
  readonly queue: {
    readonly maxBytes: number;
    readonly maxAgeMs: number;
    readonly overflow: "drop-oldest" | "drop-new" | "block";
    readonly qos0: "keep" | "drop";
  };
  readonly status: { readonly topic: string | undefined; readonly retain: boolean } | undefined;
  /** Where ends of commands are told whose request names no topic: a template with `{device}`, perhaps `{action}`. */
  readonly results: string | undefined;
}

const addresses = z
  .array(z.union([endpoint(), z.never()], { error: "address:port, such as 10.0.0.9:1883" }), {
    error: "a list of addresses, such as [10.0.0.9:1883]",
  })
  .min(1, { error: "at least one address" })
  .max(16, { error: "at most 16 addresses" })
  .transform((list) => list.map((one): Address => ({ host: one.host ?? "127.0.0.1", port: one.port })));

const TLS = "true, or { ca, cert, key, serverName, alpn }";
const trust = z.strictObject({
  ca: pemFile("the authorities to trust").optional(),
  cert: pemFile("our certificate").optional(),
  key: pemFile("our private key").optional(),
  serverName: text("the name in the server's certificate").optional(),
  alpn: text("a protocol name").optional(),
  insecure: flag().prefault(false),
});

const reconnect = z
  .strictObject({
    min: duration({ min: "10ms", max: "10min" }).prefault("1s"),
    max: duration({ min: "10ms", max: "1h" }).prefault("1min"),
    jitter: z.number({ error: "a part from 0 to 1" }).min(0).max(1).prefault(1),
  })
  .transform((value) => ({ minMs: value.min, maxMs: value.max, jitter: value.jitter }));

const version = z.union([z.literal(4), z.literal(5)], { error: "5, or 4 for MQTT 3.1.1" });
const seconds = (span: number): number => Math.max(1, Math.round(span / 1_000));

const connection = {
  group: text("the name of a group").prefault("main"),
  addresses,
  failover: choice(["prefer-first", "sticky"]).prefault("prefer-first"),
  transport: choice(["tcp", "websocket"]).prefault("tcp"),
  path: text("a path such as /mqtt", /^\//).prefault("/mqtt"),
  tls: z.union([z.boolean(), trust], { error: TLS }).optional(),
  clientId: text("a client id", /^[^+#/\s]+$/, 128).optional(),
  username: text("a user name").optional(),
  password: secret("the password at the broker").optional(),
  protocolVersion: version.prefault(5),
  cleanStart: flag().prefault(false),
  keepAlive: duration({ min: "5s", max: "18h" }).prefault("30s"),
  sessionExpiry: duration({ min: "0ms", max: "365d" }).prefault("24h"),
  receiveMaximum: integer(1, 65_535, "a number of messages").prefault(100),
  maxPacketSize: size({ min: "1KiB", max: "256MiB" }).prefault("1MiB"),
  connectTimeout: duration({ min: "100ms", max: "5min" }).prefault("10s"),
  reconnect: reconnect.prefault({}),
};

interface ReadConnection {
  readonly group: string;
  readonly addresses: readonly Address[];
  readonly failover: "prefer-first" | "sticky";
  readonly transport: "tcp" | "websocket";
  readonly path: string;
  readonly tls?: boolean | z.output<typeof trust> | undefined;
  readonly clientId?: string | undefined;
  readonly username?: string | undefined;
  readonly password?: SecretRef | undefined;
  readonly protocolVersion: 4 | 5;
  readonly cleanStart: boolean;
  readonly keepAlive: number;
  readonly sessionExpiry: number;
  readonly receiveMaximum: number;
  readonly maxPacketSize: number;
  readonly connectTimeout: number;
  readonly reconnect: MqttConnection["reconnect"];
}

function connectionOf(value: ReadConnection, fallback: boolean): MqttConnection {
  const { tls } = value;
  const written = typeof tls === "object" ? tls : { insecure: false };
  return {
    group: value.group,
    addresses: value.addresses,
    failover: value.failover,
    transport: value.transport,
    path: value.path,
    tls:
      tls === undefined || tls === false
        ? undefined
        : {
            ca: written.ca,
            cert: written.cert,
            key: written.key,
            serverName: written.serverName,
            alpn: written.alpn,
            insecure: written.insecure,
          },
    clientId: value.clientId,
    username: value.username,
    password: value.password,
    protocolVersion: value.protocolVersion,
    fallback,
    cleanStart: value.cleanStart,
    keepAliveS: seconds(value.keepAlive),
    sessionExpiryS: Math.round(value.sessionExpiry / 1_000),
    receiveMaximum: value.receiveMaximum,
    maxPacketBytes: value.maxPacketSize,
    connectTimeoutMs: value.connectTimeout,
    reconnect: value.reconnect,
  };
}

/** QoS 2 between two brokers needs a session that both never lose; QoS 1 and ids that tell a repeat are what can be kept. */
const qos = z.union([z.literal(0), z.literal(1)], { error: "0 or 1" });
const filter = z.string({ error: "a topic filter" }).max(1_024);
const subscription = z.union(
  [filter.transform((one) => ({ filter: one, qos: 1 as const })), z.strictObject({ filter, qos: qos.prefault(1) })],
  {
    error: "a topic filter, or { filter, qos }",
  },
);

export const broker: z.ZodType<MqttBroker> = z
  .strictObject({
    ...connection,
    fallback: flag().prefault(true),
    subscriptions: z.array(subscription, { error: "a list of topic filters" }).max(256).prefault([]),
    share: text("a name without / + #", /^[^/+#\s]+$/, 64).optional(),
  })
  .transform((value) => ({
    ...connectionOf(value, value.fallback),
    subscriptions: value.subscriptions,
    share: value.share,
  }));

const rule: z.ZodType<BridgeRule> = z.strictObject({
  direction: choice(["out", "in", "both"]),
  filter: filter.prefault("#"),
  localPrefix: z.string({ error: "a beginning of topics" }).max(512).prefault(""),
  remotePrefix: z.string({ error: "a beginning of topics" }).max(512).prefault(""),
  qos: qos.prefault(1),
  retain: choice(["clear", "keep"]).prefault("clear"),
  exclude: z.array(filter, { error: "a list of topic filters" }).max(64).prefault([]),
});

const queue = z
  .strictObject({
    maxBytes: size({ min: "1MiB", max: "1TiB" }).prefault("256MiB"),
    maxAge: duration({ min: "1s", max: "3650d" }).prefault("7d"),
    overflow: choice(["drop-oldest", "drop-new", "block"]).prefault("drop-oldest"),
    qos0: choice(["drop", "keep"]).prefault("keep"),
  })
  .transform(({ maxAge, ...rest }) => ({ ...rest, maxAgeMs: maxAge }));

const RESULTS = "a topic with {device}, such as site42/{device}/result";
const results = z
  .string({ error: RESULTS })
  .max(1_024)
  .refine((given) => isResults(given), { error: RESULTS });

function isResults(given: string): boolean {
  try {
    const template = new TopicTemplate(given);
    const isKnown = template.variables.every((name) => name === "device" || name === "action");
    return (
      isKnown && template.name({ device: "d", action: "a" }) !== undefined && template.variables.includes("device")
    );
  } catch (_notATemplate) {
    return false;
  }
}

export const bridge: z.ZodType<MqttBridge> = z
  .strictObject({
    ...connection,
    fallback: flag().prefault(false),
    rules: z
      .array(rule, { error: "a list of { direction, filter, … }" })
      .min(1, { error: "at least one rule" })
      .max(256),
    maxHops: integer(1, 100, "a number of bridges").prefault(1),
    advertiseBridge: flag().prefault(false),
    queue: queue.prefault({}),
    status: z
      .union(
        [
          z.literal(false),
          z.strictObject({ topic: text("a topic", /^[^+#]+$/, 1_024).optional(), retain: flag().prefault(true) }),
        ],
        { error: "false, or { topic, retain }" },
      )
      .prefault({}),
    results: results.optional(),
  })
  .transform((value) => ({
    ...connectionOf(value, value.fallback),
    results: value.results,
    rules: value.rules,
    maxHops: value.maxHops,
    advertiseBridge: value.advertiseBridge,
    queue: value.queue,
    status: value.status === false ? undefined : { topic: value.status.topic, retain: value.status.retain },
  }));
