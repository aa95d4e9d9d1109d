import { connect, type MqttClient } from "mqtt";
import { afterEach, describe, expect, it } from "vitest";
import { findMosquitto, PrivateMosquitto } from "../../adapters/mqtt/wire/private-mosquitto.ts";
import { until } from "../bed/until.ts";
import { MqttPair } from "./mqtt-pair.ts";

const PATIENCE_MS = 60_000;
const DEVICES = 10;
const COMMANDS = 120;
/** A device that takes its time: when the agent is killed some commands are at their device. */
const ANSWERS_AFTER_MS = 60;

const clients: MqttClient[] = [];
let pair: MqttPair | undefined;
let broker: PrivateMosquitto | undefined;

afterEach(async () => {
  for (const client of clients.splice(0)) client.end(true);
  await pair?.stop();
  await broker?.stop();
  pair = undefined;
  broker = undefined;
});

/** A device that does what it is told, each time it is told, and goes to the other agent when one is gone. */
async function device(index: number, ports: readonly number[], done: string[]): Promise<MqttClient> {
  const servers = ports.map((port) => ({ host: "127.0.0.1", port, protocol: "mqtt" as const }));
  const client = connect({ servers, clientId: `d${index}`, clean: false, protocolVersion: 4, reconnectPeriod: 100 });
  clients.push(client);
  client.on("error", () => {});
  client.on("message", (_topic, payload) => {
    const { id, value, replyTo } = JSON.parse(payload.toString());
    done.push(`${index} ${value}`);
    const answer = JSON.stringify({ id, status: "succeeded", result: { value } });
    setTimeout(() => client.connected && client.publish(replyTo, answer, { qos: 1 }), ANSWERS_AFTER_MS);
  });
  await new Promise<void>((resolve) => client.once("connect", () => resolve()));
  await client.subscribeAsync(`d${index}/command/+`, { qos: 1 });
  return client;
}

/** A control centre that asks by Response Topic and Correlation Data, and writes down every answer. */
class Centre {
  readonly answers = new Map<string, Record<string, unknown>[]>();
  readonly #client: MqttClient;

  constructor(client: MqttClient) {
    this.#client = client;
    client.on("error", () => {});
    client.on("message", (_topic, payload, packet) => {
      const correlation = packet.properties?.correlationData?.toString() ?? "";
      this.answers.set(correlation, [...(this.answers.get(correlation) ?? []), JSON.parse(payload.toString())]);
    });
  }

  static async at(port: number): Promise<Centre> {
    const client = connect(`mqtt://127.0.0.1:${port}`, { clientId: "centre", protocolVersion: 5 });
    clients.push(client);
    const centre = new Centre(client);
    await new Promise<void>((resolve) => client.once("connect", () => resolve()));
    await client.subscribeAsync("answers", { qos: 1 });
    return centre;
  }

  async ask(number: number): Promise<void> {
    const properties = { responseTopic: "answers", correlationData: Buffer.from(String(number)) };
    await this.#client.publishAsync(`site/d${number % DEVICES}/command/set`, String(number), { qos: 1, properties });
  }

  statusOf(number: number): unknown {
    return this.answers.get(String(number))?.[0]?.["status"];
  }
}

describe.skipIf(findMosquitto() === undefined)(
  "commands over a bridge, and SIGKILL of the agent that carries them out",
  () => {
    it("end once each: no device does one twice, and what nobody can tell is unknown", {
      timeout: 180_000,
    }, async () => {
      broker = await PrivateMosquitto.start();
      pair = await MqttPair.start({
        mqtt: {
          commands: { answerTimeout: "5s" },
          mappings: { default: [{ topic: "{device}/m", payload: "plain", points: [{ name: "n" }] }] },
          bridges: {
            centre: {
              addresses: [`127.0.0.1:${broker.port}`],
              reconnect: { min: "50ms", max: "300ms" },
              rules: [{ direction: "in", filter: "+/command/+", remotePrefix: "site/" }],
            },
          },
        },
        devices: Array.from({ length: DEVICES }, (_, i) => ({ uid: `dev-${i}`, clientId: `d${i}` })),
      });
      for (const agent of pair.agents) await pair.untilReady(agent);
      const done: string[] = [];
      const ports = pair.agents.map(({ port }) => port);
      const [first] = await Promise.all(Array.from({ length: DEVICES }, (_, i) => device(i, ports, done)));
      const centre = await Centre.at(broker.port);
      await centre.ask(0);
      await until("the bridge is at work", () => centre.statusOf(0) !== undefined, PATIENCE_MS);

      for (let n = 1; n < COMMANDS; n++) await centre.ask(n);
      await until("a third of it is done", () => done.length >= COMMANDS / 3, PATIENCE_MS);
      const served = first !== undefined && "remotePort" in first.stream ? first.stream.remotePort : undefined;
      const active = pair.agents.find(({ port }) => port === served);
      await active?.program.kill();
      const atKill = done.length;
      await until("every command has its answer", () => centre.answers.size === COMMANDS, PATIENCE_MS);

      const statuses = Array.from({ length: COMMANDS }, (_, n) => centre.statusOf(n));
      expect(active?.program.running).toBe(false);
      expect(atKill).toBeLessThan(COMMANDS);
      expect(new Set(done).size).toBe(done.length);
      for (const [n, status] of statuses.entries()) {
        const wasDone = done.includes(`${n % DEVICES} ${n}`);
        // Unknown may have been done; everything else says what the device knows.
        if (status !== "unknown") expect([n, status, wasDone]).toEqual([n, "succeeded", true]);
      }
      const unknown = statuses.filter((status) => status === "unknown").length;
      expect(unknown).toBeLessThanOrEqual(DEVICES);

      // Asked again, each is answered with what was recorded, and nothing is done.
      const before = new Map([...centre.answers].map(([number, said]) => [number, said[0]]));
      centre.answers.clear();
      for (let n = 0; n < COMMANDS; n++) await centre.ask(n);
      await until("every repeat has its answer", () => centre.answers.size === COMMANDS, PATIENCE_MS);
      for (const [number, said] of centre.answers) expect(said[0]).toEqual(before.get(number));
      expect(done).toHaveLength(new Set(done).size);
      expect(done.length).toBeGreaterThanOrEqual(COMMANDS - unknown);
    });
  },
);
