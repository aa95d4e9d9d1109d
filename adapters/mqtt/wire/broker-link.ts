import { connect, type IClientOptions, type IClientPublishOptions, type IPublishPacket, type MqttClient } from "mqtt";
import type { CancelTimer } from "../../io/timers.ts";
import { pauseBefore } from "../../kit/backoff.ts";
import type { EdgeError } from "../../kit/edge-error.ts";
import { later } from "../../kit/time.ts";
import { mqttFault } from "../mqtt-fault.ts";
import { Acknowledging } from "./acknowledging.ts";
import type { LinkMessage, LinkParts, OutgoingMessage } from "./link-settings.ts";

/** CONNACK codes of a broker that does not speak our version: 3.1.1, and MQTT 5 (0x84). */
const WRONG_VERSION: ReadonlySet<unknown> = new Set([1, 132]);
const GRACE_MS = 500;

/**
 * A connection to a broker of others, kept up: the next address or the next attempt follows by itself, under one client id
 * whose session the broker keeps. It holds no message: what was not confirmed is the caller's to send again.
 */
export class BrokerLink {
  readonly #parts: LinkParts;
  #client: MqttClient | undefined;
  #acknowledging: Acknowledging | undefined;
  #address = 0;
  #attempt = 0;
  #version: 4 | 5;
  #isUp = false;
  #ended = false;
  #cancel: CancelTimer | undefined;
  /** Publishes without their answer; the library forgets those of a session that is kept, and tells nobody. */
  readonly #unconfirmed = new Set<(fault: EdgeError) => void>();

  constructor(parts: LinkParts) {
    this.#parts = parts;
    this.#version = parts.settings.protocolVersion;
  }

  get isUp(): boolean {
    return this.#isUp;
  }

  get protocolVersion(): 4 | 5 {
    return this.#version;
  }

  start(): void {
    this.#connect();
  }

  /** Resolves when the broker has it: PUBACK, or written for QoS 0. Rejects with `mqtt.broker.*`; it may have arrived. */
  publish(message: OutgoingMessage): Promise<void> {
    const client = this.#client;
    if (client === undefined || !this.#isUp) return Promise.reject(unreachable("not connected", undefined));
    const { topic, payload, qos, retain } = message;
    const five = this.#version === 5 ? { properties: propertiesOf(message) } : {};
    return new Promise((resolve, reject) => {
      this.#unconfirmed.add(reject);
      client.publish(topic, Buffer.from(payload), { qos, retain, ...five }, (error) => {
        this.#unconfirmed.delete(reject);
        if (error === undefined || error === null) resolve();
        else reject(refused(error));
      });
    });
  }

  /** Ends the connection in good order, so that the broker publishes no will; at most for a moment. */
  async close(): Promise<void> {
    this.#stop();
    const client = this.#client;
    if (client === undefined) return;
    await new Promise<void>((resolve) => {
      const cancel = this.#parts.timers.at(later(this.#parts.timers.now(), GRACE_MS), () => {
        client.end(true);
        resolve();
      });
      client.end(false, {}, () => {
        cancel();
        resolve();
      });
    });
    this.#forsake("the connection is given up");
  }

  /** Ends it at once. */
  end(): void {
    this.#stop();
    this.#client?.end(true);
    this.#forsake("the connection is given up");
  }

  #stop(): void {
    this.#ended = true;
    this.#isUp = false;
    this.#cancel?.();
    this.#acknowledging?.end();
  }

  /** Nobody will confirm any more what is under way: it may have arrived. */
  #forsake(why: string): void {
    const all = [...this.#unconfirmed];
    this.#unconfirmed.clear();
    for (const reject of all) reject(unreachable(`not confirmed: ${why}`, undefined));
  }

  #connect(): void {
    const { settings, permit } = this.#parts;
    if (this.#ended) return;
    if (!permit()) {
      this.#again();
      return;
    }
    const { addresses } = settings;
    const at = addresses[this.#address % addresses.length] ?? { host: "127.0.0.1", port: 1883 };
    const address = `${at.host}:${at.port}`;
    let client: MqttClient;
    try {
      client = connect(this.#options(at));
    } catch (thrown) {
      // A certificate that cannot be read, or a key that is not its own.
      this.#lost(
        mqttFault("mqtt.broker.refused", `${address}: ${thrown instanceof Error ? thrown.message : "cannot connect"}`, {
          blame: "operator",
          retry: "backoff",
          cause: thrown,
        }),
      );
      return;
    }
    this.#client = client;
    const acknowledging = new Acknowledging(
      client,
      settings.receiveMaximum,
      (packet) => this.#take(packet),
      () => client.end(true),
    );
    this.#acknowledging = acknowledging;
    let fault: EdgeError | undefined;
    client.on("error", (error: Error & { code?: unknown }) => {
      fault ??= this.#faultOf(address, error);
    });
    client.on("disconnect", (packet) => {
      fault ??= mqttFault("mqtt.broker.refused", `${address} ended the connection`, {
        blame: "network",
        retry: "backoff",
        native: packet.reasonCode ?? 0,
      });
    });
    client.on("connect", (connack) => {
      if (this.#ended) return;
      this.#subscribe(client).then(
        () => {
          if (this.#ended || client !== this.#client || !client.connected) return;
          this.#attempt = 0;
          this.#isUp = true;
          this.#parts.changed({
            kind: "up",
            address,
            protocolVersion: this.#version,
            sessionPresent: connack.sessionPresent,
          });
        },
        (thrown: EdgeError) => {
          fault ??= thrown;
          client.end(true);
        },
      );
    });
    client.once("close", () => {
      acknowledging.end();
      client.end(true);
      this.#forsake("the connection ended");
      if (client === this.#client) this.#lost(fault ?? unreachable(`the connection to ${address} ended`, undefined));
    });
  }

  #lost(fault: EdgeError): void {
    const wasUp = this.#isUp;
    this.#isUp = false;
    this.#client = undefined;
    if (this.#ended) return;
    if (!wasUp) this.#address += 1;
    else if (this.#parts.settings.failover === "prefer-first") this.#address = 0;
    this.#parts.changed({ kind: "down", fault });
    this.#again();
  }

  #again(): void {
    const { timers, random, settings } = this.#parts;
    const { minMs, maxMs, jitter } = settings.reconnect;
    this.#attempt += 1;
    // Every address has its turn before the pause grows.
    const round = Math.ceil(this.#attempt / settings.addresses.length);
    const pauseMs = pauseBefore(round, { firstMs: minMs, maxMs, factor: 2, jitter }, random);
    this.#cancel = timers.at(later(timers.now(), pauseMs), () => this.#connect());
  }

  #faultOf(address: string, error: Error & { code?: unknown }): EdgeError {
    if (typeof error.code !== "number") return unreachable(`${address}: ${error.message}`, error);
    if (this.#version === 5 && this.#parts.settings.fallback && WRONG_VERSION.has(error.code)) this.#version = 4;
    return mqttFault("mqtt.broker.refused", `${address} refuses: ${error.message}`, {
      blame: "operator",
      retry: "backoff",
      native: error.code,
      cause: error,
    });
  }

  #options(at: { readonly host: string; readonly port: number }): IClientOptions {
    const { settings } = this.#parts;
    const { tls, transport, will } = settings;
    const protocol = transport === "tcp" ? (tls === undefined ? "mqtt" : "mqtts") : tls === undefined ? "ws" : "wss";
    const options: IClientOptions = {
      // What is refused or lost is tried again by us: there the pause, the address and the lease are known.
      reconnectPeriod: 0,
      protocol,
      host: at.host,
      port: at.port,
      path: settings.path,
      clientId: settings.clientId,
      clean: settings.cleanStart,
      keepalive: settings.keepAliveS,
      connectTimeout: settings.connectTimeoutMs,
      protocolVersion: this.#version,
      resubscribe: false,
      queueQoSZero: false,
      ...(settings.username === undefined ? {} : { username: settings.username }),
      ...(settings.password === undefined ? {} : { password: Buffer.from(settings.password) }),
      ...(will === undefined
        ? {}
        : { will: { topic: will.topic, payload: Buffer.from(will.payload), qos: 1, retain: will.retain } }),
      ...(settings.advertiseBridge ? { bridgeMode: true } : {}),
      ...(tls as IClientOptions | undefined),
    };
    if (this.#version === 5) {
      options.properties = {
        sessionExpiryInterval: settings.sessionExpiryS,
        receiveMaximum: settings.receiveMaximum,
        maximumPacketSize: settings.maxPacketBytes,
      };
    }
    return options;
  }

  async #subscribe(client: MqttClient): Promise<void> {
    const { subscriptions } = this.#parts;
    for (const { filter, qos } of subscriptions) {
      // What we publish ourselves does not come back (No Local), and what is retained comes once, with the subscription.
      const more = this.#version === 5 ? { nl: !filter.startsWith("$share/"), rap: true, rh: 1 } : {};
      const granted = await client.subscribeAsync({ [filter]: { qos, ...more } }).catch((cause: unknown) => {
        throw mqttFault("mqtt.broker.refused", `the subscription to ${filter} is refused`, {
          blame: "operator",
          retry: "backoff",
          cause,
        });
      });
      for (const one of granted) {
        if (one.qos < 128) continue;
        throw mqttFault("mqtt.broker.refused", `the subscription to ${filter} is refused`, {
          blame: "operator",
          retry: "backoff",
          native: one.qos,
        });
      }
    }
  }

  #take(packet: IPublishPacket): Promise<void> {
    if (this.#ended || !this.#parts.permit()) return Promise.reject(unreachable("no longer active", undefined));
    return this.#parts.take(toMessage(packet));
  }
}

function toMessage(packet: IPublishPacket): LinkMessage {
  const properties: Record<string, string> = {};
  for (const [name, value] of Object.entries(packet.properties?.userProperties ?? {})) {
    const last = Array.isArray(value) ? value.at(-1) : value;
    if (last !== undefined) properties[name] = last;
  }
  return {
    topic: packet.topic,
    payload: typeof packet.payload === "string" ? Buffer.from(packet.payload) : packet.payload,
    qos: packet.qos === 0 ? 0 : 1,
    retain: packet.retain,
    by: undefined,
    id: properties["id"],
    traceparent: properties["traceparent"],
    properties,
    correlation: packet.properties?.correlationData?.toString("utf8"),
    correlationData: packet.properties?.correlationData,
    responseTopic: packet.properties?.responseTopic,
    expiryS: packet.properties?.messageExpiryInterval,
    dup: packet.dup,
    packetId: packet.qos === 0 ? undefined : packet.messageId,
  };
}

function propertiesOf({
  properties,
  response,
  correlationData,
}: OutgoingMessage): NonNullable<IClientPublishOptions["properties"]> {
  return {
    ...(properties === undefined ? {} : { userProperties: { ...properties } }),
    ...(response === undefined
      ? {}
      : { responseTopic: response.topic, correlationData: Buffer.from(response.correlation) }),
    ...(correlationData === undefined ? {} : { correlationData: Buffer.from(correlationData) }),
  };
}

function unreachable(message: string, cause: unknown): EdgeError {
  return mqttFault("mqtt.broker.unreachable", message, { blame: "network", retry: "backoff", cause });
}

function refused(cause: Error & { code?: unknown }): EdgeError {
  const native = typeof cause.code === "number" ? { native: cause.code } : {};
  return mqttFault("mqtt.broker.unreachable", `not confirmed: ${cause.message}`, {
    blame: "network",
    retry: "backoff",
    cause,
    ...native,
  });
}
