import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect, type IPublishPacket, type MqttClient } from "mqtt";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { freePort } from "../../adapters/io/node/private-redis.ts";
import { findMosquitto, PrivateMosquitto } from "../../adapters/mqtt/wire/private-mosquitto.ts";
import { until } from "./agent-pair.testing.ts";
import { DutyBed, mqttCommand, mqttConfig } from "./mqtt.testing.ts";
import type { MqttDuty } from "./mqtt-duty.ts";

describe.skipIf(findMosquitto() === undefined)("with a mosquitto", () => {
  let broker: PrivateMosquitto;
  let state: string;
  let port: number;
  const beds: DutyBed[] = [];
  const clients: MqttClient[] = [];
  const heard: { topic: string; text: string; packet: IPublishPacket }[] = [];

  beforeAll(async () => {
    broker = await PrivateMosquitto.start();
  });
  afterAll(() => broker.stop());
  beforeEach(async () => {
    state = mkdtempSync(join(tmpdir(), "busbar-bridge-"));
    port = await freePort();
    heard.length = 0;
  });
  afterEach(async () => {
    for (const one of beds.splice(0)) await one.end();
    for (const client of clients.splice(0)) client.end(true);
    rmSync(state, { recursive: true, force: true });
  });

  const MAPPINGS = `mappings:
    default: [{ topic: "{device}/m", payload: plain, points: [{ name: u }] }, { topic: "plant/{device}/m", payload: plain, points: [{ name: u }] }]`;

  async function bed(more: string, devices: string = "[{ uid: s1, protocol: mqtt }]"): Promise<DutyBed> {
    const section = `\n  listen: [{ address: 127.0.0.1, port: ${port} }]\n  anonymous: true\n  ${MAPPINGS}\n${more}`;
    const one = new DutyBed(mqttConfig(section, devices, state));
    beds.push(one);
    await one.begin();
    return one;
  }

  const bridge = (rules: string, more: string = "") => `
  bridges:
    centre:
      clientId: centre-${port}
      addresses: [127.0.0.1:${broker.port}]
      reconnect: { min: 50ms, max: 200ms }
      ${more}
      rules: ${rules}`;

  const runOf = (one: DutyBed) => (one.duty as MqttDuty).bridges.get("centre");
  const isUp = (one: DutyBed) => until(() => runOf(one)?.isUp);

  async function centre(filter: string): Promise<MqttClient> {
    const client = connect(`mqtt://127.0.0.1:${broker.port}`, {
      protocolVersion: 5,
      clientId: `watch-${Math.random()}`,
      clean: false,
      properties: { sessionExpiryInterval: 600 },
      reconnectPeriod: 50,
    });
    clients.push(client);
    client.on("message", (topic, payload, packet) => heard.push({ topic, text: payload.toString(), packet }));
    client.on("error", () => {});
    await new Promise((resolve) => client.once("connect", resolve));
    await client.subscribeAsync(filter, { qos: 1 });
    return client;
  }
  const texts = () => heard.map((one) => `${one.topic} ${one.text}`);

  it("passes on what devices publish, and survives that the broker is away", async () => {
    const one = await bed(bridge(`[{ direction: out, filter: "+/m", remotePrefix: site/ }]`));
    await centre("site/#");
    await isUp(one);
    const device = await one.client(port, "s1");
    await device.publishAsync("s1/m", "0", { qos: 1 });
    await until(() => heard.length === 1);
    await broker.pause();
    await until(() => runOf(one)?.isUp === false);
    for (let i = 1; i < 30; i++) await device.publishAsync("s1/m", String(i), { qos: 1 });
    // No peer here, so no mirror.
    const facts = { waiting: 29, sent: 1, received: 0, dropped: 0, mirrored: false };
    expect(one.duty?.links?.()).toMatchObject([{ name: "centre", kind: "bridge", isUp: false, bridge: facts }]);
    await broker.resume();
    await until(() => heard.length >= 30);
    const order = heard.map((message) => Number(message.text));
    expect([...new Set(order)]).toEqual(Array.from({ length: 30 }, (_, i) => i));
    expect(heard[0]).toMatchObject({ topic: "site/s1/m" });
    expect(heard[0]?.packet.properties?.userProperties).toMatchObject({ "busbar-hops": "1" });
  });

  it("sends after a restart what waited on disk", async () => {
    const rules = bridge(`[{ direction: out, filter: "+/m", remotePrefix: later/ }]`);
    await broker.pause();
    const first = await bed(rules);
    const device = await first.client(port, "s1");
    await device.publishAsync("s1/m", "kept", { qos: 1 });
    await first.end();
    beds.splice(0);
    await broker.resume();
    await centre("later/#");
    const second = await bed(rules);
    await until(() => heard.length === 1);
    expect(texts()).toEqual(["later/s1/m kept"]);
    expect(second.stored).toEqual([]);
  });

  it("passes on normalized messages, of whatever protocol", async () => {
    const one = await bed(
      bridge(`[{ direction: out, filter: "reading/#", localPrefix: $busbar/, remotePrefix: site42/ }]`),
    );
    await centre("site42/#");
    await isUp(one);
    const device = await one.client(port, "s1");
    await device.publishAsync("s1/m", "231", { qos: 1 });
    await device.publishAsync("s1/unmapped", "x", { qos: 1 });
    await until(() => heard.length === 1);
    const event = JSON.parse(heard[0]?.text ?? "{}");
    expect(heard[0]?.topic).toBe("site42/reading/s1");
    expect(event).toMatchObject({ specversion: "1.0", subject: "s1", data: { points: [{ value: 231 }] } });
    expect(heard[0]?.packet.properties?.userProperties).toMatchObject({ id: event.id });
  });

  it("brings in what devices elsewhere say", async () => {
    const one = await bed(
      bridge(`[{ direction: in, filter: "+/m", remotePrefix: to42/ }]`),
      "[{ uid: s1, protocol: mqtt }, { uid: s2, protocol: mqtt }]",
    );
    await isUp(one);
    const remote = await centre("none");
    await remote.publishAsync("to42/s2/m", "7", { qos: 1 });
    await remote.publishAsync("to42/nobody/m", "8", { qos: 1 });
    await until(() => one.stored.length === 2);
    expect(one.stored).toMatchObject([
      { subject: "s2", data: { points: [{ value: 7 }] } },
      { subject: "gateway-main", data: { code: "mqtt.dead-letter", nativeCode: "mqtt.device.unknown" } },
    ]);
  });

  it("ends a loop by its hop count", async () => {
    const one = await bed(bridge(`[{ direction: both, filter: "+/m" }]`));
    await isUp(one);
    const remote = await centre("+/m");
    await remote.publishAsync("s1/m", "from outside", { qos: 1 });
    await remote.publishAsync("s1/m", "9", { qos: 1, properties: { userProperties: { "busbar-hops": "4" } } });
    const device = await one.client(port, "s1");
    await device.publishAsync("s1/m", "from here", { qos: 1 });
    await until(() => texts().includes("s1/m from here"));
    expect(texts()).toEqual(["s1/m from outside", "s1/m 9", "s1/m from here"]);
    expect(runOf(one)?.counts).toMatchObject({ received: 2, dropped: 2, sent: 1 });
  });

  it("says whether it is there, and the broker says it when it dies", async () => {
    const one = await bed(bridge(`[{ direction: out, filter: "+/m" }]`, "status: { topic: bridges/centre }"));
    await centre("bridges/#");
    await until(() => heard.at(-1)?.text.includes("online"));
    expect(JSON.parse(heard.at(-1)?.text ?? "{}")).toMatchObject({ state: "online", agent: "a", epoch: 1 });
    one.duty?.end();
    await until(() => heard.at(-1)?.text.includes("offline"));
  });

  it("takes devices behind a broker, and what came while nobody was there", async () => {
    const brokers = `  brokers: { plant: { clientId: plant-${port}, addresses: [127.0.0.1:${broker.port}], subscriptions: ["plant/+/m"], reconnect: { min: 50ms, max: 200ms } } }`;
    const devices = "[{ uid: p1, protocol: mqtt, clientId: P1, broker: plant }]";
    const first = await bed(brokers, devices);
    await until(() => (first.duty as MqttDuty).brokers.get("plant")?.isUp);
    const plant = await centre("none");
    await plant.publishAsync("plant/P1/m", "1", { qos: 1 });
    await plant.publishAsync("plant/stranger/m", "1", { qos: 1 });
    await until(() => first.stored.length === 2);
    expect(first.stored).toMatchObject([
      { subject: "p1" },
      { subject: "gateway-main", data: { nativeCode: "mqtt.device.unknown" } },
    ]);
    first.duty?.end();
    await plant.publishAsync("plant/P1/m", "2", { qos: 2 });
    const second = await bed(brokers, devices);
    await until(() => second.stored.length === 1);
    expect(second.stored).toMatchObject([{ data: { points: [{ value: 2 }] } }]);
  });

  it("asks a device behind a broker, which answers by MQTT 5", async () => {
    const brokers = `  brokers: { plant: { clientId: ask-${port}, addresses: [127.0.0.1:${broker.port}], subscriptions: ["plant/+/m"] } }`;
    const one = await bed(brokers, "[{ uid: p1, protocol: mqtt, clientId: P1, broker: plant }]");
    await until(() => (one.duty as MqttDuty).brokers.get("plant")?.isUp);
    const device = await centre("P1/command/+");
    device.on("message", (_topic, _payload, packet) => {
      const { responseTopic = "", correlationData = Buffer.alloc(0) } = packet.properties ?? {};
      device.publish(responseTopic, '{"status":"succeeded"}', { qos: 1, properties: { correlationData } });
    });
    const command = mqttCommand({ uid: "c-1", device: "p1", action: "open", value: undefined });
    expect(await one.duty?.carry?.(command, () => Promise.resolve())).toMatchObject({ uid: "c-1", end: "succeeded" });
    expect(one.stored).toMatchObject([{ correlationid: "c-1" }]);
  });
});
