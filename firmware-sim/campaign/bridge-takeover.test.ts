import { connect, type MqttClient } from "mqtt";
import { afterEach, describe, expect, it } from "vitest";
import { findMosquitto, PrivateMosquitto } from "../../adapters/mqtt/wire/private-mosquitto.ts";
import { until } from "../bed/until.ts";
import { MqttPair } from "./mqtt-pair.ts";

const PATIENCE_MS = 60_000;
/** Messages of a device, and how many it has on their way. */
const ALL = 900;
const WINDOW = 20;
/** Messages a bridge has on their way at once, and as many whose confirmation the peer has not heard of. */
const UNDER_WAY_MAX = 400;
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

/** The centre behind the broker: what comes while it restarts is kept for it. */
async function centre(port: number): Promise<readonly number[]> {
  const heard: number[] = [];
  const client = connect(`mqtt://127.0.0.1:${port}`, {
    clientId: "centre",
    protocolVersion: 5,
    clean: false,
    properties: { sessionExpiryInterval: 600 },
    reconnectPeriod: 50,
  });
  clients.push(client);
  client.on("error", () => {});
  client.on("message", (_topic, payload) => heard.push(Number(payload.toString())));
  await new Promise<void>((resolve) => client.once("connect", () => resolve()));
  await client.subscribeAsync("site/#", { qos: 1 });
  return heard;
}

/** Every arrival with the id the bridge gave it. */
async function ids(port: number): Promise<readonly { readonly id: string; readonly text: string }[]> {
  const heard: { id: string; text: string }[] = [];
  const client = connect(`mqtt://127.0.0.1:${port}`, { protocolVersion: 5, reconnectPeriod: 50 });
  clients.push(client);
  client.on("error", () => {});
  client.on("message", (_topic, payload, { properties }) => {
    heard.push({ id: String(properties?.userProperties?.["id"]), text: payload.toString() });
  });
  await new Promise<void>((resolve) => client.once("connect", () => resolve()));
  await client.subscribeAsync("site/#", { qos: 1 });
  return heard;
}

async function device(ports: readonly number[]): Promise<MqttClient> {
  const servers = ports.map((port) => ({ host: "127.0.0.1", port, protocol: "mqtt" as const }));
  const client = connect({ servers, clientId: "d0", clean: false, protocolVersion: 4, reconnectPeriod: 100 });
  clients.push(client);
  client.on("error", () => {});
  await new Promise<void>((resolve) => client.once("connect", () => resolve()));
  return client;
}

describe.skipIf(findMosquitto() === undefined)("the queue of a bridge whose broker is stopped", () => {
  it("goes over from the other agent's disk when the one that took it is killed and never comes back", {
    timeout: 180_000,
  }, async () => {
    broker = await PrivateMosquitto.start();
    pair = await MqttPair.start({
      mqtt: {
        mappings: { default: [{ topic: "{device}/m", payload: "plain", points: [{ name: "n" }] }] },
        bridges: {
          centre: {
            addresses: [`127.0.0.1:${broker.port}`],
            reconnect: { min: "50ms", max: "300ms" },
            rules: [{ direction: "out", filter: "+/m", remotePrefix: "site/" }],
          },
        },
      },
      devices: [{ uid: "dev-0", clientId: "d0" }],
    });
    for (const agent of pair.agents) await pair.untilReady(agent);
    const heard = await centre(broker.port);
    const one = await device(pair.agents.map(({ port }) => port));
    const say = async (from: number, to: number): Promise<void> => {
      for (let n = from; n <= to; n++) await one.publishAsync("d0/m", String(n), { qos: 1 });
    };
    await say(1, 20);
    await until("the bridge is at work", () => heard.length >= 20, PATIENCE_MS);
    await broker.pause();
    await say(21, 120);
    const served = "remotePort" in one.stream ? one.stream.remotePort : undefined;
    const active = pair.agents.find(({ port }) => port === served);
    await active?.program.kill();
    await say(121, 150);
    await broker.resume();
    await until("everything is at the centre", () => new Set(heard).size >= 150, PATIENCE_MS);
    expect([...new Set(heard)]).toEqual(Array.from({ length: 150 }, (_, i) => i + 1));
    expect(active?.program.running).toBe(false);
  });

  it("steps back by what was under way when the agent is killed in the middle, under the ids it had", {
    timeout: 180_000,
  }, async () => {
    broker = await PrivateMosquitto.start();
    pair = await MqttPair.start({
      mqtt: {
        mappings: { default: [{ topic: "{device}/m", payload: "plain", points: [{ name: "n" }] }] },
        bridges: {
          centre: {
            addresses: [`127.0.0.1:${broker.port}`],
            reconnect: { min: "50ms", max: "300ms" },
            rules: [{ direction: "out", filter: "+/m", remotePrefix: "site/" }],
          },
        },
      },
      devices: [{ uid: "dev-0", clientId: "d0" }],
    });
    for (const agent of pair.agents) await pair.untilReady(agent);
    const heard = await ids(broker.port);
    const one = await device(pair.agents.map(({ port }) => port));
    const thanked = new Set<string>();
    let said = 0;
    const sayOn = (): void => {
      said += 1;
      const text = String(said);
      one.publish("d0/m", text, { qos: 1 }, (error) => {
        if (!error) thanked.add(text);
        if (said < ALL) sayOn();
      });
    };
    for (let i = 0; i < WINDOW; i++) sayOn();
    await until("the bridge is at work", () => heard.length >= ALL / 3, PATIENCE_MS);
    const served = "remotePort" in one.stream ? one.stream.remotePort : undefined;
    const active = pair.agents.find(({ port }) => port === served);
    await active?.program.kill();
    await until("everything was said", () => thanked.size >= ALL, PATIENCE_MS);
    const texts = (): Set<string> => new Set(heard.map(({ text }) => text));
    await until("everything is at the centre", () => texts().size >= ALL, PATIENCE_MS);
    expect(active?.program.running).toBe(false);

    const named = new Map<string, string>();
    let again = 0;
    for (const { id, text } of heard) {
      if (named.has(id)) again += 1;
      expect(named.get(id) ?? text).toBe(text);
      named.set(id, text);
    }
    expect(again).toBeLessThanOrEqual(UNDER_WAY_MAX);
    // Besides, the device sends again what it was not thanked for: that is another message of its own.
    expect(named.size).toBeLessThanOrEqual(ALL + WINDOW);
  });
});
