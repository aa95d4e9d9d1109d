import { type AddressInfo, createConnection, createServer, type Server, type Socket } from "node:net";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect, type IClientPublishOptions, type IPublishPacket, type MqttClient } from "mqtt";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { freePort } from "../../adapters/io/node/private-redis.ts";
import { findMosquitto, PrivateMosquitto } from "../../adapters/mqtt/wire/private-mosquitto.ts";
import { until } from "./agent-pair.testing.ts";
import { DutyBed, mqttConfig } from "./mqtt.testing.ts";
import type { Arrival } from "./mqtt-bridge.ts";
import { BridgeCommands, type Commanded } from "./mqtt-bridge-commands.ts";
import type { MqttDuty } from "./mqtt-duty.ts";

describe.skipIf(findMosquitto() === undefined)("commands over a bridge, with a mosquitto", () => {
  let broker: PrivateMosquitto;
  let state: string;
  let port: number;
  let bed: DutyBed;
  let centre: MqttClient;
  const clients: MqttClient[] = [];
  /** Between the bridge and the broker. */
  let wire: Server;
  const sockets = new Set<Socket>();
  const answers: { topic: string; said: Record<string, unknown>; packet: IPublishPacket }[] = [];
  /** What the device was told to do. */
  const done: string[] = [];

  beforeAll(async () => {
    broker = await PrivateMosquitto.start();
  });
  afterAll(() => broker.stop());
  beforeEach(async () => {
    state = mkdtempSync(join(tmpdir(), "busbar-bridge-commands-"));
    port = await freePort();
    wire = createServer((near) => {
      const far = createConnection({ port: broker.port, host: "127.0.0.1" });
      for (const [one, other] of [
        [near, far],
        [far, near],
      ] as const) {
        sockets.add(one);
        one.on("error", () => {});
        one.once("close", () => {
          sockets.delete(one);
          other.destroy();
        });
        one.pipe(other);
      }
    });
    await new Promise<void>((resolve) => wire.listen(0, "127.0.0.1", resolve));
    answers.length = 0;
    done.length = 0;
  });
  afterEach(async () => {
    await bed.end();
    for (const client of clients.splice(0)) client.end(true);
    wire.close();
    rmSync(state, { recursive: true, force: true });
  });

  /** An agent with a device `s1`, and a control centre at the other side of its bridge. */
  async function site(more: { readonly mqtt?: string; readonly bridge?: string; readonly silent?: boolean } = {}) {
    const section = `
  listen: [{ address: 127.0.0.1, port: ${port} }]
  anonymous: true
  ${more.mqtt ?? ""}
  mappings: { default: [{ topic: "{device}/m", payload: plain, points: [{ name: u }] }] }
  bridges:
    centre:
      clientId: commands-${port}
      addresses: [127.0.0.1:${(wire.address() as AddressInfo).port}]
      reconnect: { min: 50ms, max: 200ms }
      ${more.bridge ?? ""}
      rules:
        - { direction: in, filter: "+/command/+", remotePrefix: to${port}/ }
        - { direction: in, filter: "command/+/+", localPrefix: $busbar/, remotePrefix: to${port}/ }`;
    bed = new DutyBed(mqttConfig(section, "[{ uid: lamp-1, protocol: mqtt, clientId: s1 }]", state));
    await bed.begin();
    await until(() => (bed.duty as MqttDuty).bridges.get("centre")?.isUp);
    const device = await bed.client(port, "s1");
    await device.subscribeAsync("s1/command/+", { qos: 1 });
    device.on("message", (topic, payload) => {
      done.push(`${topic.split("/").at(-1)} ${payload}`);
      const said = JSON.parse(payload.toString());
      if (more.silent === true) return;
      device.publish(said.replyTo, JSON.stringify({ id: said.id, status: "succeeded", result: { was: 5 } }), {
        qos: 1,
      });
    });
    centre = connect(`mqtt://127.0.0.1:${broker.port}`, { protocolVersion: 5, reconnectPeriod: 50 });
    clients.push(centre);
    centre.on("error", () => {});
    centre.on("message", (topic, payload, packet) => answers.push({ topic, said: JSON.parse(`${payload}`), packet }));
    await new Promise((resolve) => centre.once("connect", resolve));
    await centre.subscribeAsync(`answers${port}/#`, { qos: 1 });
  }

  const ask = (topic: string, payload: string | object, options: IClientPublishOptions = {}) =>
    centre.publishAsync(`to${port}/${topic}`, typeof payload === "string" ? payload : JSON.stringify(payload), {
      qos: 1,
      ...options,
    });
  const request = (correlation: string): IClientPublishOptions => ({
    properties: { responseTopic: `answers${port}/mine`, correlationData: Buffer.from(correlation, "latin1") },
  });
  const statuses = () => answers.map(({ said }) => said["status"]);
  const answersTo = (correlation: string) =>
    answers
      .filter(({ packet }) => packet.properties?.correlationData?.toString("latin1") === correlation)
      .map(({ said }) => said);

  it("are carried out by the ledger's rules and answered where MQTT 5 says, with the same correlation data", async () => {
    await site();
    await ask("s1/command/limit", "7", request("\xff\x00odd"));
    await until(() => answers.length === 1);
    expect(answers[0]).toMatchObject({
      topic: `answers${port}/mine`,
      said: { device: "lamp-1", action: "limit", status: "succeeded", attempt: 1, result: { was: 5 } },
    });
    expect(answers[0]?.packet.properties?.correlationData?.toString("latin1")).toBe("\xff\x00odd");
    const [submission] = bed.commands.submitted;
    expect(submission?.command).toMatchObject({
      device: "lamp-1",
      value: 7,
      issuedBy: "bridge centre",
      role: "operator",
    });
    expect(submission?.command.uid).toMatch(/^mqtt-[0-9a-f]{32}$/);
  });

  it("are carried out once, however often they come, and answered with what was recorded", async () => {
    await site();
    const deadline = new Date(Date.now() + 60_000).toISOString();
    await ask("s1/command/limit", { id: "c-1", value: 7, deadline }, request("one"));
    await until(() => answers.length === 1);
    const first = answers[0]?.said;
    await ask("s1/command/limit", { id: "c-2", value: 8 }, request("two"));
    await ask("s1/command/limit", { id: "c-2", value: 8 }, request("three"));
    await ask("s1/command/limit", "9", request("four"));
    // Whoever asks while it ends may hear of it twice.
    await until(() => ["two", "three", "four"].every((one) => answersTo(one).length >= 1));
    await ask("s1/command/limit", { id: "c-1", value: 7, deadline }, request("five"));
    await ask("s1/command/limit", "9", request("four"));
    await ask("s1/command/limit", "10", request("four"));
    const isReused = ({ reason }: Record<string, unknown>) => reason === "mqtt.command.reused";
    await until(() => answersTo("four").some(isReused) && answersTo("five").length === 1);
    expect(done).toHaveLength(3);
    expect(first).toMatchObject({ id: "c-1", status: "succeeded" });
    expect(answersTo("five")).toEqual([first]);
    expect(new Set([...answersTo("two"), ...answersTo("three")].map((said) => JSON.stringify(said))).size).toBe(1);
    const [recorded, ...again] = answersTo("four").filter((said) => !isReused(said));
    expect(recorded).toMatchObject({ status: "succeeded" });
    expect(again.length).toBeGreaterThanOrEqual(1);
    for (const said of again) expect(said).toEqual(recorded);
  });

  it("are known again when the broker resends what it was not told to be ours", async () => {
    await site({ bridge: `results: "answers${port}/{device}/{action}"` });
    // The queue has it, and the connection ends before the broker hears of that.
    const { commands } = bed;
    const submit = commands.submit.bind(commands);
    let resends = 0;
    commands.submit = async (submission) => {
      const submitted = await submit(submission);
      resends += 1;
      if (resends > 1) return submitted;
      for (const socket of sockets) socket.destroy();
      await until(() => (bed.duty as MqttDuty).bridges.get("centre")?.isUp === false);
      return submitted;
    };
    await ask("s1/command/open", "now");
    await until(() => resends === 2 && answers.length >= 1);
    expect(new Set(commands.submitted.map(({ command }) => command.uid)).size).toBe(1);
    expect(done).toHaveLength(1);
    expect(answers[0]).toMatchObject({ topic: `answers${port}/s1/open`, said: { status: "succeeded" } });
    await ask("s1/command/open", "now");
    await until(() => done.length === 2);
    expect(new Set(commands.submitted.map(({ command }) => command.uid)).size).toBe(2);
  });

  it("do not begin after their deadline, or what the expiry of their message leaves of it", async () => {
    await site();
    await ask("s1/command/limit", { id: "late", value: 7, deadline: "2020-01-01T00:00:00.000Z" }, request("1"));
    await until(() => answers.length === 1);
    expect(answers[0]?.said).toMatchObject({ id: "late", status: "expired", attempt: 0 });
    const properties = { ...request("2").properties, messageExpiryInterval: 30 };
    await ask("s1/command/limit", "8", { properties });
    await until(() => answers.length === 2);
    const deadline = Date.parse(bed.commands.submitted[1]?.command.deadline ?? "");
    expect(deadline - Date.now()).toBeGreaterThan(20_000);
    expect(deadline - Date.now()).toBeLessThanOrEqual(30_000);
    expect(done).toHaveLength(1);
  });

  it("end as unknown where the device does not answer", async () => {
    await site({ mqtt: "commands: { answerTimeout: 200ms }", silent: true });
    await ask("s1/command/limit", { id: "c-1", value: 7, maxAttempts: 3 }, request("1"));
    await until(() => answers.length === 1);
    expect(answers[0]?.said).toMatchObject({ id: "c-1", status: "unknown", attempt: 1 });
    expect(done).toHaveLength(1);
  });

  it("go to any device of the group by its uid, and say so where there is none", async () => {
    await site();
    await ask("command/lamp-1/limit", { id: "c-1", value: 7, replyTo: `answers${port}/payload` });
    await ask("command/nobody/limit", { id: "c-2", value: 7, replyTo: `answers${port}/payload` });
    await until(() => answers.length === 2);
    expect(answers.map(({ said }) => [said["id"], said["status"], said["reason"]])).toEqual([
      ["c-1", "succeeded", undefined],
      ["c-2", "rejected", "command.device.unknown"],
    ]);
  });

  it("are the same over MQTT 3.1.1, where the payload says who asks and where the answer goes", async () => {
    await site({ bridge: "protocolVersion: 4" });
    await ask("s1/command/limit", { id: "c-1", value: 7, replyTo: `answers${port}/payload` });
    await until(() => answers.length === 1);
    expect(answers[0]).toMatchObject({ topic: `answers${port}/payload`, said: { id: "c-1", status: "succeeded" } });
    expect(answers[0]?.packet.properties?.userProperties).toBeUndefined();
    await ask("s1/command/limit", "8");
    await until(() => done.length === 2);
    expect(bed.commands.submitted[1]?.command.uid).toMatch(/^mqtt-[0-9a-f]{32}\.1$/);
  });

  it("that are none are dead letters and rejected", async () => {
    await site();
    await ask("s1/command/limit", { id: "c-1", vlaue: 7 }, request("1"));
    await ask("s1/command/limit", "{", request("2"));
    await ask("s1/command/limit", { id: "not an id", value: 1 }, request("3"));
    await ask("s1/command/limit", { id: "c-2", action: "other" }, request("4"));
    await ask("s1/command/limit", { id: "c-3", deadline: "2026-02-30T00:00:00Z" }, request("5"));
    await ask("s1/command/limit", { id: "c-4", value: 7 }, { ...request("6"), retain: true });
    await until(() => answers.length === 6);
    expect(new Set(statuses())).toEqual(new Set(["rejected"]));
    const codes = bed.stored.map((draft) => (draft.data as { nativeCode?: string }).nativeCode);
    expect(codes).toEqual([
      "mqtt.command.invalid",
      "mqtt.payload.not-json",
      "mqtt.command.invalid",
      "mqtt.command.invalid",
      "mqtt.command.invalid",
      "mqtt.command.invalid",
    ]);
    expect(done).toEqual([]);
    await ask("s1/command/limit", "", { retain: true });
  });

  it("are acknowledged to the broker when the queue has them, which may be away", async () => {
    await site();
    let isAway = true;
    bed.commands.reachable = () => (isAway ? Promise.reject(new Error("Redis is away")) : Promise.resolve());
    await ask("s1/command/limit", "7", request("1"));
    await ask("s1/command/limit", "8", request("2"));
    await until(() => (bed.duty as MqttDuty).bridges.get("centre")?.counts.received === 2);
    expect(bed.commands.submitted).toEqual([]);
    isAway = false;
    await until(() => answers.length === 2);
    expect(done).toHaveLength(2);
  });
});

describe("commands that have no name of their own", () => {
  const to: Commanded = { device: "s1", name: "s1", action: "open", form: "value", isMqtt: true };
  const message = (over: Partial<Arrival>): Arrival => ({
    topic: "s1/command/open",
    payload: new TextEncoder().encode("now"),
    qos: 1,
    retain: false,
    by: undefined,
    properties: {},
    correlation: undefined,
    correlationData: undefined,
    responseTopic: undefined,
    expiryS: undefined,
    dup: false,
    packetId: 1,
    hops: 1,
    wasRetained: false,
    ...over,
  });

  function asking() {
    const uids: string[] = [];
    const ports = new DutyBed(mqttConfig("{ anonymous: true }", "[]")).ports;
    const commands = new BridgeCommands({
      bridge: "centre",
      ports: {
        ...ports,
        commands: {
          isKnown: (uid) => Promise.resolve(uids.includes(uid)),
          submit: ({ command }) => {
            uids.push(command.uid);
            return Promise.resolve({ kind: "waits" });
          },
        },
      },
      deadlineMs: 1_000,
      results: undefined,
      answer: () => Promise.reject(new Error("nobody asked for an answer")),
      refuse: (_message, fault) => Promise.reject(fault),
    });
    return { uids, take: (over: Partial<Arrival>) => commands.take(message(over), to) };
  }

  it("are others when a packet identifier is used again, and the last one when it is said again", async () => {
    const { uids, take } = asking();
    await take({});
    await take({ dup: true });
    await take({});
    await take({ dup: true });
    const [first = "", again, second = "", secondAgain] = uids;
    expect(again).toBe(first);
    expect(second).not.toBe(first);
    expect(secondAgain).toBe(second);
    await take({ packetId: 2 });
    await take({ payload: new TextEncoder().encode("later") });
    expect(new Set(uids).size).toBe(4);
  });

  it("are one when the first of it never got as far as the queue", async () => {
    const { uids, take } = asking();
    await take({ dup: true });
    await take({ dup: true });
    expect(new Set(uids).size).toBe(1);
  });

  it("never are one with QoS 0, which nobody sends again", async () => {
    const { uids, take } = asking();
    await take({ qos: 0, packetId: undefined });
    await take({ qos: 0, packetId: undefined });
    expect(new Set(uids).size).toBe(2);
  });
});
