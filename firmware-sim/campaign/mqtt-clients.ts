import { connect, type MqttClient } from "mqtt";
import { pause } from "../bed/until.ts";
import type { MqttAccount } from "./mqtt-account.ts";

export interface MqttClientsParts {
  readonly count: number;
  /** Ports of the agents; a device tries them in turn. */
  readonly ports: readonly number[];
  /** Each device publishes so often in each of its conversations, ms; 0: as soon as it was thanked. */
  readonly everyMs: number;
  readonly account: MqttAccount;
}

/** Messages of one device that are on their way at once. */
const AT_ONCE = 3;
/** Connections opened together. */
const TOGETHER = 50;
/** A device that lost its server comes back after so long, and some time more, ms. */
const BACK_MS = 100;
const BACK_SPREAD_MS = 400;
const ONE_TIME = 1_763_719_200_000;

/**
 * Real MQTT clients that publish under load and write down what they were thanked for. Even ones say QoS 1 with a time of
 * their own, odd ones QoS 2 with nothing to be recognised by but their packet identifiers.
 */
export class MqttClients {
  readonly #parts: MqttClientsParts;
  readonly #clients: MqttClient[] = [];
  #loops: Promise<void>[] = [];
  #numbers = 0;
  #running = true;

  constructor(parts: MqttClientsParts) {
    this.#parts = parts;
  }

  async connect(): Promise<void> {
    const { count } = this.#parts;
    for (let from = 0; from < count; from += TOGETHER) {
      const some = Array.from({ length: Math.min(TOGETHER, count - from) }, (_, i) => this.#one(from + i));
      this.#clients.push(...(await Promise.all(some)));
    }
  }

  get connected(): number {
    return this.#clients.filter(({ connected }) => connected).length;
  }

  /** The port of the agent most of them talk to. */
  servedAt(): number | undefined {
    const talking = new Map<number, number>();
    for (const { connected, stream } of this.#clients) {
      const port = "remotePort" in stream ? stream.remotePort : undefined;
      if (connected && typeof port === "number") talking.set(port, (talking.get(port) ?? 0) + 1);
    }
    return [...talking].sort(([, a], [, b]) => b - a)[0]?.[0];
  }

  publish(): void {
    this.#loops = this.#clients.flatMap((client, index) =>
      Array.from({ length: AT_ONCE }, () => this.#converse(client, index)),
    );
  }

  /** Begins nothing more; resolves when everything that was said is acknowledged. */
  async settle(): Promise<void> {
    this.#running = false;
    await Promise.all(this.#loops);
  }

  end(): void {
    this.#running = false;
    for (const client of this.#clients) client.end(true);
  }

  async #one(index: number): Promise<MqttClient> {
    const servers = this.#parts.ports.map((port) => ({ host: "127.0.0.1", port, protocol: "mqtt" as const }));
    const client = connect({
      servers,
      clientId: `d${index}`,
      // What was not acknowledged is kept, and sent again, by a client that says so.
      clean: false,
      protocolVersion: 4,
      reconnectPeriod: BACK_MS + ((index * 37) % BACK_SPREAD_MS),
      keepalive: 60,
      will: { topic: `d${index}/dead`, payload: Buffer.from("will"), qos: 1, retain: false },
    });
    client.on("error", () => {});
    await new Promise<void>((resolve) => client.once("connect", () => resolve()));
    return client;
  }

  async #converse(client: MqttClient, index: number): Promise<void> {
    const { account, everyMs } = this.#parts;
    const device = `dev-${index}`;
    if (everyMs > 0) await pause((index * 13) % everyMs);
    while (this.#running) {
      this.#numbers += 1;
      const n = this.#numbers;
      const qos = index % 2 === 0 ? 1 : 2;
      const [topic, payload] =
        qos === 1 ? [`d${index}/timed`, JSON.stringify({ n, t: ONE_TIME + n })] : [`d${index}/plain`, String(n)];
      account.published(device, n, qos);
      const sent = client.publishAsync(topic, payload, { qos, retain: n % 10 === 0 });
      // The library gives up what it was asked for while it sent the rest again and was cut off: nobody was thanked for it.
      const isThanked = await sent.then(
        () => true,
        () => false,
      );
      if (isThanked) account.thanked(device, n);
      if (everyMs > 0) await pause(everyMs);
    }
  }
}
