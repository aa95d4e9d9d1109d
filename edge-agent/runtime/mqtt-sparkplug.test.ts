import { connect, type MqttClient } from "mqtt";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { encodePayload, decodePayload } from "../../adapters/mqtt/sparkplug/payload.ts";
import { findMosquitto, PrivateMosquitto } from "../../adapters/mqtt/wire/private-mosquitto.ts";
import { DataType, type Metric, type Payload } from "../../proto/sparkplug/gen/types.ts";
import type { EventData, ReadingData } from "../model/data.ts";
import { until } from "./agent-pair.testing.ts";
import { DutyBed, mqttConfig, sparkplugCommand } from "./mqtt.testing.ts";

const T = 1_763_719_200_000n;

/** An edge node at the broker, as far as a test needs one. */
class Node {
  readonly client: MqttClient;
  readonly commands: { topic: string; payload: Payload }[] = [];
  readonly states: string[] = [];
  rebirths = 0;
  answers = true;
  #seq = 0n;

  constructor(port: number, name: string) {
    this.client = connect(`mqtt://127.0.0.1:${port}`, {
      clientId: name,
      reconnectPeriod: 0,
      will: {
        topic: "spBv1.0/g/NDEATH/n",
        payload: Buffer.from(encodePayload({ metrics: [bdSeq()] })),
        qos: 1,
        retain: false,
      },
    });
    this.client.on("error", () => {});
    this.client.on("message", (topic, bytes) => {
      if (topic.startsWith("spBv1.0/STATE/")) {
        this.states.push(bytes.toString());
        return;
      }
      const payload = decodePayload(bytes);
      if (payload.metrics.some((one) => one.name === "Node Control/Rebirth")) {
        this.rebirths += 1;
        if (this.answers) void this.birth();
      } else {
        this.commands.push({ topic, payload });
        if (this.answers)
          void this.say(
            "DDATA",
            { timestamp: T + 9n, metrics: payload.metrics.map((one) => ({ ...one, timestamp: T })) },
            "d",
          );
      }
    });
  }

  async start(): Promise<void> {
    await this.client.subscribeAsync(["spBv1.0/g/NCMD/n", "spBv1.0/g/DCMD/n/+", "spBv1.0/STATE/+"], { qos: 1 });
  }

  async birth(): Promise<void> {
    this.#seq = 0n;
    const control = { name: "Node Control/Rebirth", datatype: DataType.Boolean, boolean_value: false };
    const energy = { name: "Energy", alias: 1n, datatype: DataType.UInt64, long_value: 2n ** 64n - 1n };
    const limit = { name: "Limit", alias: 2n, datatype: DataType.Int16, int_value: 5 };
    await this.say("NBIRTH", { timestamp: T, metrics: [bdSeq(), control, energy] });
    await this.say("DBIRTH", { timestamp: T, metrics: [limit] }, "d");
  }

  async say(type: string, payload: Payload, device?: string): Promise<void> {
    const seq = this.#seq;
    this.#seq = (this.#seq + 1n) % 256n;
    await this.raw(type, encodePayload({ ...payload, seq }), device);
  }

  skip(): void {
    this.#seq = (this.#seq + 1n) % 256n;
  }

  async raw(type: string, bytes: Uint8Array, device?: string): Promise<void> {
    const topic = `spBv1.0/g/${type}/n${device === undefined ? "" : `/${device}`}`;
    await this.client.publishAsync(topic, Buffer.from(bytes), { qos: 0 });
  }
}

function bdSeq(): Metric {
  return { name: "bdSeq", datatype: DataType.Int64, long_value: 3n };
}

describe.skipIf(findMosquitto() === undefined)("Sparkplug edge nodes behind a mosquitto", () => {
  let broker: PrivateMosquitto;
  let count = 0;
  const beds: DutyBed[] = [];
  const nodes: Node[] = [];

  beforeAll(async () => {
    broker = await PrivateMosquitto.start();
  });
  afterAll(() => broker.stop());
  afterEach(async () => {
    for (const node of nodes.splice(0)) await node.client.endAsync(true);
    for (const one of beds.splice(0)) await one.end();
  });

  async function bed(epoch: number = 1, rebirthEvery: string = "1s"): Promise<DutyBed> {
    count += 1;
    const config = mqttConfig(
      `
  commands: { answerTimeout: 200ms }
  sparkplug: { host: busbar, reorderTimeout: 100ms, rebirthEvery: ${rebirthEvery} }
  brokers:
    plant: { addresses: [127.0.0.1:${broker.port}], clientId: host-${count}, cleanStart: true, reconnect: { min: 50ms, max: 200ms } }`,
      `[{ uid: edge-n, protocol: mqtt, broker: plant, sparkplug: g/n }, { uid: edge-d, protocol: mqtt, broker: plant, sparkplug: g/n/d }]`,
    );
    const one = new DutyBed(config, epoch);
    beds.push(one);
    return one;
  }

  async function node(): Promise<Node> {
    count += 1;
    const one = new Node(broker.port, `node-${count}`);
    nodes.push(one);
    await one.start();
    return one;
  }

  const values = (one: DutyBed) =>
    one.stored
      .filter((draft) => draft.type === "busbar.reading.v1")
      .flatMap((draft) => (draft.data as ReadingData).points.map((point) => [draft.subject, point.name, point.value]));
  const faults = (one: DutyBed) =>
    one.stored.filter((draft) => draft.type === "busbar.event.v1").map((draft) => (draft.data as EventData).nativeCode);

  async function served(): Promise<{ one: DutyBed; edge: Node }> {
    const edge = await node();
    const one = await bed();
    await one.begin();
    // Nobody knew it: it was asked, and said what it has.
    await until(() => values(one).length >= 2);
    return { one, edge };
  }

  it("are asked for their birth, and are readings by alias from then on", async () => {
    const { one, edge } = await served();
    expect(edge.rebirths).toBe(1);
    await edge.say("NDATA", { timestamp: T + 1n, metrics: [{ alias: 1n, long_value: 2n ** 63n + 1n }] });
    await edge.say(
      "DDATA",
      { timestamp: T + 2n, metrics: [{ alias: 2n, int_value: 0xffff_ffff, is_historical: true }] },
      "d",
    );
    await until(() => values(one).length >= 4);
    expect(values(one)).toEqual([
      ["edge-n", "Energy", "18446744073709551615"],
      ["edge-d", "Limit", 5],
      ["edge-n", "Energy", "9223372036854775809"],
      ["edge-d", "Limit", -1],
    ]);
    expect(one.stored.at(-1)).toMatchObject({
      time: "2025-11-21T10:00:00.002Z",
      data: { historical: true, cause: "replay" },
    });
    expect(one.service.book.memory("edge-n")).toEqual({ bdSeq: 3 });
    await until(() => edge.states.length > 0);
    expect(edge.states.map((text) => JSON.parse(text).online)).toContain(true);
    expect(faults(one)).toEqual([]);
  });

  it("whose messages are lost, unreadable or unknown are asked again, and nothing is lost silently", async () => {
    const { one, edge } = await served();
    edge.answers = false;
    await edge.raw("NDATA", new Uint8Array([0x12, 0xff]));
    await edge.say("NDATA", { timestamp: T, metrics: [{ alias: 77n, int_value: 1 }] });
    await edge.raw("NOTHING", new Uint8Array());
    edge.skip();
    await edge.say("NDATA", { timestamp: T + 3n, metrics: [{ alias: 1n, long_value: 8n }] });
    await until(() => values(one).length >= 3 && one.refusals.length > 0);
    expect(values(one).at(-1)).toEqual(["edge-n", "Energy", "8"]);
    expect(faults(one)).toEqual(["mqtt.sparkplug.unreadable", "mqtt.sparkplug.unknown-alias", "mqtt.sparkplug.topic"]);
    expect(one.refusals.map((fault) => fault.code)).toEqual(["mqtt.sparkplug.seq"]);
    edge.answers = true;
    // Asked again, although asked for nothing a second before.
    await until(() => edge.rebirths >= 2);
    await until(() => values(one).length >= 5);
  });

  it("that say something before all subscriptions are made are asked all the same", async () => {
    const edge = await node();
    const one = await bed(1, "10min");
    // The broker goes on with messages while we still subscribe; a request could not be sent then.
    const saying = setInterval(
      () => void edge.say("NDATA", { timestamp: T, metrics: [{ alias: 1n, int_value: 1 }] }),
      1,
    );
    try {
      await one.begin();
      await until(() => edge.rebirths >= 1 && values(one).length >= 2);
    } finally {
      clearInterval(saying);
    }
  });

  it("are offline with their devices when the broker says so, and online again when they are born", async () => {
    const { one, edge } = await served();
    edge.client.stream.destroy();
    await until(() => one.states.some((state) => state.startsWith("edge-d lost")));
    expect(one.states).toContain("edge-n lost: sparkplug.death");
    const before = one.states.length;
    const again = await node();
    await again.birth();
    await until(() => one.states.slice(before).includes("edge-d heard"));
  });

  it("take commands, which have happened when they say so", async () => {
    const { one, edge } = await served();
    const begin = () => Promise.resolve();
    expect(await one.duty?.carry?.(sparkplugCommand({ value: -7 }), begin)).toMatchObject({
      end: "succeeded",
      fault: undefined,
    });
    expect(edge.commands).toMatchObject([
      {
        topic: "spBv1.0/g/DCMD/n/d",
        payload: { metrics: [{ name: "Limit", datatype: DataType.Int16, int_value: 0xffff_fff9 }] },
      },
    ]);
    expect(await one.duty?.carry?.(sparkplugCommand({ device: "edge-n", action: "rebirth" }), begin)).toMatchObject({
      end: "succeeded",
    });
    // NBIRTH ends it; what the device is born with comes after.
    await until(() => values(one).filter(([, name]) => name === "Limit").length >= 3);
    const never = () => Promise.reject(new Error("begun"));
    expect(await one.duty?.carry?.(sparkplugCommand({ value: 70_000 }), never)).toMatchObject({ end: "rejected" });
    await expect(one.duty?.carry?.(sparkplugCommand({ value: -7 }), never)).rejects.toThrow("begun");
    edge.answers = false;
    expect(await one.duty?.carry?.(sparkplugCommand({ value: -7 }), begin)).toMatchObject({ end: "unanswered" });
  });

  it("hear that the host is gone, and that another one is there", async () => {
    const { one, edge } = await served();
    await one.duty?.drain(1_000);
    await until(() => edge.states.some((text) => JSON.parse(text).online === false));
    const next = await bed(2);
    await next.begin();
    await until(() => values(next).length >= 2);
    const times = edge.states.map((text): number => JSON.parse(text).timestamp);
    expect([...times].sort((a, b) => a - b)).toEqual(times);
    expect(JSON.parse(edge.states.at(-1) ?? "{}").online).toBe(true);
  });
});
