import { connect, type IClientOptions, type MqttClient } from "mqtt";
import { NodeTimers } from "../../io/node/clock.ts";
import type { EdgeError } from "../../kit/edge-error.ts";
import type { Publish } from "../publish.ts";
import { TopicTemplate } from "../topic-template.ts";
import { MqttListener } from "./listener.ts";
import type { ListedDevice, ListenerLimits, ListenerParts } from "./listener-settings.ts";

export const LIMITS: ListenerLimits = {
  clients: 50,
  messagesPerSecond: 10_000,
  heldBackMs: 5_000,
  payloadBytes: 1_024,
  topicLevels: 16,
  keepAliveS: 0,
  connectMs: 5_000,
  drainMs: 5_000,
  outgoing: 10,
};

export interface Taken {
  readonly device: string;
  readonly topic: string;
  readonly text: string;
  readonly qos: number;
  readonly packetId: number | undefined;
}

/** A listener with devices `d1` to `d9`, whose desk writes down what it is told. */
export class ListenerBed {
  readonly listener: MqttListener;
  readonly taken: Taken[] = [];
  readonly released: number[] = [];
  readonly events: string[] = [];
  readonly subscriptions: string[] = [];
  readonly refusals: EdgeError[] = [];
  /** What `take` waits for before it says that a message is durable. */
  durable: () => Promise<void> = () => Promise.resolve();
  permit = true;
  served = true;
  readonly #clients: MqttClient[] = [];

  constructor(parts: Partial<ListenerParts> = {}) {
    const find = (id: string): ListedDevice | undefined =>
      /^d\d$/.test(id) ? { uid: `uid-${id}`, identification: id, served: this.served } : undefined;
    this.listener = new MqttListener({
      sockets: [{ kind: "tcp", host: "127.0.0.1", port: 0, tls: undefined, anonymous: true }],
      limits: LIMITS,
      sameClientId: "replace",
      access: {
        publish: [new TopicTemplate("{device}/#")],
        command: new TopicTemplate("{device}/command/{action}"),
        reply: new TopicTemplate("{device}/reply"),
      },
      directory: { byClientId: find, byUsername: find, byCertificate: find },
      passwords: undefined,
      timers: new NodeTimers(),
      note: () => {},
      desk: {
        take: async (device, publish: Publish, packetId) => {
          const text = new TextDecoder().decode(publish.payload);
          await this.durable();
          this.taken.push({ device: device.uid, topic: publish.topic, text, qos: publish.qos, packetId });
        },
        released: async (_device, packetId) => {
          this.released.push(packetId);
        },
        connected: (device) => this.events.push(`${device.uid} connected`),
        subscribed: (device, filter) => this.subscriptions.push(`${device.uid} ${filter}`),
        disconnected: (device, reason) => this.events.push(`${device.uid} gone: ${reason}`),
        refused: (_device, _peer, fault) => this.refusals.push(fault),
        permit: () => this.permit,
      },
      ...parts,
    });
  }

  get port(): number {
    const [first] = [...this.listener.bound()];
    if (first === undefined) throw new Error("nothing listens");
    return first.port;
  }

  /** A client that does not come back by itself. Resolves when it is connected, rejects when it is refused. */
  async client(
    clientId: string,
    options: IClientOptions = {},
    url: string = `mqtt://127.0.0.1:${this.port}`,
  ): Promise<MqttClient> {
    const client = connect(url, {
      clientId,
      reconnectPeriod: 0,
      connectTimeout: 5_000,
      protocolVersion: 4,
      ...options,
    });
    this.#clients.push(client);
    await new Promise<void>((resolve, reject) => {
      client.once("connect", () => resolve());
      client.once("error", reject);
      client.once("close", () => reject(new Error("closed before CONNACK")));
    });
    client.on("error", () => {});
    return client;
  }

  async close(): Promise<void> {
    for (const client of this.#clients) client.end(true);
    await this.listener.close("the test is over");
  }
}
