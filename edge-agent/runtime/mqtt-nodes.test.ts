import type { MqttClient } from "mqtt";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { freePort } from "../../adapters/io/node/private-redis.ts";
import { decodePayload, encodePayload } from "../../adapters/mqtt/sparkplug/payload.ts";
import { DataType, type Payload } from "../../proto/sparkplug/gen/types.ts";
import type { ReadingData } from "../model/data.ts";
import { until } from "./agent-pair.testing.ts";
import { DutyBed, mqttConfig, sparkplugCommand } from "./mqtt.testing.ts";

const T = 1_763_719_200_000n;
const BD_SEQ = { name: "bdSeq", datatype: DataType.Int64, long_value: 4n };
const LIMIT = { name: "Limit", alias: 2n, datatype: DataType.Int16, int_value: 5 };

let bed: DutyBed;
let port: number;

beforeEach(async () => {
  port = await freePort();
  const config = mqttConfig(
    `
  listen: [{ address: 127.0.0.1, port: ${port} }]
  anonymous: true
  commands: { answerTimeout: 300ms }
  sparkplug: { host: busbar, reorderTimeout: 100ms, rebirthEvery: 1s }`,
    `[{ uid: edge-n, protocol: mqtt, clientId: n1, sparkplug: g/n }, { uid: edge-d, protocol: mqtt, sparkplug: g/n/d }, { uid: edge-m, protocol: mqtt, clientId: m1, sparkplug: g/m }]`,
  );
  bed = new DutyBed(config);
  await bed.begin();
});
afterEach(() => bed.end());

/** An edge node over its own connection: it subscribes, is born, and does what it is told. */
async function node(): Promise<{ client: MqttClient; heard: string[] }> {
  const heard: string[] = [];
  let seq = 0n;
  const will = { topic: "spBv1.0/g/NDEATH/n", payload: Buffer.from(encodePayload({ metrics: [BD_SEQ] })) };
  const client = await bed.client(port, "n1", { will: { ...will, qos: 1, retain: false } });
  const say = async (type: string, payload: Payload, device = ""): Promise<void> => {
    const bytes = Buffer.from(encodePayload({ timestamp: T, ...payload, seq }));
    seq = (seq + 1n) % 256n;
    await client.publishAsync(`spBv1.0/g/${type}/n${device}`, bytes, { qos: 0 });
  };
  const born = async (): Promise<void> => {
    seq = 0n;
    await say("NBIRTH", { metrics: [BD_SEQ] });
    await say("DBIRTH", { metrics: [LIMIT] }, "/d");
  };
  client.on("message", (topic, bytes) => {
    if (topic.startsWith("spBv1.0/STATE/")) {
      heard.push(`STATE ${JSON.parse(bytes.toString()).online}`);
      return;
    }
    const { metrics } = decodePayload(bytes);
    heard.push(`${topic.split("/")[2]} ${metrics[0]?.name}`);
    if (topic.includes("/NCMD/")) void born();
    else void say("DDATA", { metrics: [...metrics] }, "/d");
  });
  const filters = ["spBv1.0/g/NCMD/n", "spBv1.0/g/DCMD/n/+", "spBv1.0/STATE/busbar"];
  await client.subscribeAsync(filters, { qos: 1 });
  await born();
  return { client, heard };
}

const values = () =>
  bed.stored
    .filter((draft) => draft.type === "busbar.reading.v1")
    .flatMap((draft) =>
      (draft.data as ReadingData).points.map(({ name, value }) => `${draft.subject} ${name} ${value}`),
    );

describe("edge nodes that connect to us", () => {
  it("are born, hear that their host is there, and are told what to do over their own connection", async () => {
    const { heard } = await node();
    await until(() => values().length >= 1 && heard.includes("STATE true"));
    expect(values()).toEqual(["edge-d Limit 5"]);
    const begin = () => Promise.resolve();
    expect(await bed.duty?.carry?.(sparkplugCommand({}), begin)).toMatchObject({ end: "succeeded", fault: undefined });
    expect(values().at(-1)).toBe("edge-d Limit 7");
    expect(await bed.duty?.carry?.(sparkplugCommand({ device: "edge-n", action: "rebirth" }), begin)).toMatchObject({
      end: "succeeded",
    });
    expect(heard).toEqual(["STATE true", "DCMD Limit", "NCMD Node Control/Rebirth"]);
    // Nobody had to be asked: who connects is born by itself.
    expect(await bed.duty?.carry?.(sparkplugCommand({ device: "edge-m", action: "rebirth" }), begin)).toMatchObject({
      end: "unsent",
    });
    await bed.duty?.drain(1_000);
    expect(heard.at(-1)).toBe("STATE false");
  });

  it("are offline with what is behind them when their connection dies, by their will and by its end", async () => {
    const { client } = await node();
    await until(() => values().length >= 1);
    client.stream.destroy();
    await until(() => bed.states.some((state) => state.startsWith("edge-d lost")));
    await until(() => bed.states.includes("edge-n lost: sparkplug.death"));
    expect(bed.service.book.memory("edge-n")).toEqual({ bdSeq: 4 });
  });

  it("speak for nobody else, and hear nobody else's commands", async () => {
    const { client } = await node();
    await expect(client.subscribeAsync("spBv1.0/g/NCMD/m")).rejects.toThrow();
    const closed = new Promise<void>((resolve) => client.once("close", () => resolve()));
    client.publish("spBv1.0/g/NBIRTH/m", Buffer.from(encodePayload({ seq: 0n, metrics: [BD_SEQ] })));
    await closed;
    expect(bed.refusals.map(({ code }) => code)).toEqual(["mqtt.access.denied", "mqtt.access.denied"]);
    expect(bed.states.some((state) => state.startsWith("edge-m heard"))).toBe(false);
  });
});
