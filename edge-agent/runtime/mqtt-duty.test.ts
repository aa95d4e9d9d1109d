import { afterEach, describe, expect, it } from "vitest";
import { freePort } from "../../adapters/io/node/private-redis.ts";
import type { ReadingData } from "../model/data.ts";
import { DutyBed, mqttConfig, mqttCommand } from "./mqtt.testing.ts";

const beds: DutyBed[] = [];
afterEach(async () => {
  for (const bed of beds.splice(0)) await bed.end();
});

const MAPPING = `default:
      - { topic: "{device}/m", points: [{ name: u, at: /u, unit: V }], time: { at: /t, form: unix-ms } }
      - { topic: "{device}/plain/{point}", payload: plain, points: [{ name: "{point}" }] }`;

async function bed(port: number, more: string = ""): Promise<DutyBed> {
  const config = mqttConfig(
    `
  listen: [{ address: 127.0.0.1, port: ${port} }]
  anonymous: true
  ${more}
  mappings:
    ${MAPPING}`,
    "[{ uid: s1, protocol: mqtt, clientId: c1 }, { uid: s2, protocol: mqtt }]",
  );
  const one = new DutyBed(config);
  beds.push(one);
  await one.begin();
  return one;
}

describe("MQTT devices of an active group", () => {
  it("become readings, with the device's time, and are acknowledged when stored", async () => {
    const port = await freePort();
    const one = await bed(port);
    const client = await one.client(port, "c1");
    await client.publishAsync("c1/m", '{"u":231,"t":1763719200000}', { qos: 1 });
    await client.publishAsync("c1/plain/temp", "21.5", { qos: 2 });
    expect(one.stored).toMatchObject([
      {
        subject: "s1",
        type: "busbar.reading.v1",
        time: "2025-11-21T10:00:00.000Z",
        data: { points: [{ value: 231, unit: "V" }], device: { protocolId: "c1" } },
      },
      { subject: "s1", timesource: "ingest", data: { points: [{ name: "temp", value: 21.5 }] } },
    ]);
    expect(one.states).toContain("s1 heard");
  });

  it("are dead letters with their reason where no rule is for them", async () => {
    const port = await freePort();
    const one = await bed(port);
    const client = await one.client(port, "c1");
    await client.publishAsync("c1/other", "x", { qos: 1 });
    await client.publishAsync("c1/m", "not json", { qos: 1 });
    expect(one.stored).toMatchObject([
      { type: "busbar.event.v1", subject: "s1", data: { code: "mqtt.dead-letter", nativeCode: "mqtt.topic.unmapped" } },
      {
        type: "busbar.event.v1",
        subject: "s1",
        data: { code: "mqtt.dead-letter", nativeCode: "mqtt.payload.not-json" },
      },
    ]);
  });

  it("are offline as soon as their connection ends", async () => {
    const port = await freePort();
    const one = await bed(port);
    const client = await one.client(port, "c1");
    await client.endAsync();
    const other = await one.client(port, "s2");
    await other.publishAsync("s2/plain/x", "1", { qos: 1 });
    expect(one.states.some((state) => state.startsWith("s1 lost"))).toBe(true);
  });

  it("get their commands and answer them", async () => {
    const port = await freePort();
    const one = await bed(port);
    const client = await one.client(port, "c1");
    await client.subscribeAsync("c1/command/+", { qos: 1 });
    client.on("message", (topic, payload) => {
      const { id, replyTo } = JSON.parse(payload.toString());
      const status = topic.endsWith("/limit")
        ? { status: "succeeded", result: { was: 5 } }
        : { status: "failed", reason: "busy" };
      client.publish(replyTo, JSON.stringify({ id, ...status }), { qos: 1 });
    });
    let begun = 0;
    const begin = async () => {
      begun += 1;
    };
    expect(await one.duty?.carry?.(mqttCommand(), begin)).toEqual({
      uid: "cmd-1",
      end: "succeeded",
      fault: undefined,
      result: { was: 5 },
    });
    expect(await one.duty?.carry?.(mqttCommand({ uid: "cmd-2", action: "other" }), begin)).toMatchObject({
      end: "failed",
      fault: { code: "mqtt.command.refused", native: "busy" },
    });
    expect(begun).toBe(2);
    expect(one.stored).toMatchObject([
      { correlationid: "cmd-1", data: { code: "command.answered" } },
      { correlationid: "cmd-2" },
    ]);
  });

  it("whose commands cannot be sent, or not answered, say which", async () => {
    const port = await freePort();
    const one = await bed(port, "commands: { answerTimeout: 100ms }");
    const never = () => Promise.reject(new Error("begun"));
    expect(await one.duty?.carry?.(mqttCommand(), never)).toMatchObject({
      end: "unsent",
      fault: { code: "mqtt.command.offline" },
    });
    const client = await one.client(port, "c1");
    await client.subscribeAsync("c1/command/+", { qos: 1 });
    await expect(one.duty?.carry?.(mqttCommand(), never)).rejects.toThrow("begun");
    expect(await one.duty?.carry?.(mqttCommand(), () => Promise.resolve())).toMatchObject({ end: "unanswered" });
    expect(await one.duty?.carry?.(mqttCommand({ action: "a/b" }), never)).toMatchObject({ end: "rejected" });
  });

  it("are served again by the next reign, on the same port", async () => {
    const port = await freePort();
    const one = await bed(port);
    const client = await one.client(port, "c1");
    const closed = new Promise<void>((resolve) => client.once("close", () => resolve()));
    await one.duty?.drain(1_000);
    one.duty?.end();
    await closed;
    await one.begin();
    const again = await one.client(port, "c1");
    await again.publishAsync("c1/plain/x", "1", { qos: 1 });
    expect(one.stored).toHaveLength(1);
  });
});

describe("a QoS 2 message the device repeats", () => {
  // Two connections with a packet identifier of the device's choosing: what a client does whose PUBREC was lost.
  const repeat = async (one: DutyBed, port: number, dup: boolean) => {
    const client = await one.client(port, "c1");
    const received = new Promise<string>((resolve) => {
      client.on("packetreceive", (packet) => packet.cmd === "pubrec" && resolve(packet.cmd));
    });
    client.on("packetsend", () => {});
    const packet = {
      cmd: "publish",
      topic: "c1/plain/x",
      payload: "42",
      qos: 2,
      messageId: 7,
      dup,
      retain: false,
    } as const;
    // Past the client's own bookkeeping: it would pick an identifier of its own.
    (client as unknown as { _sendPacket(packet: object): void })._sendPacket(packet);
    await received;
    client.stream.destroy();
  };

  it("is stored once, also when the next agent gets the repeat", async () => {
    const port = await freePort();
    const one = await bed(port);
    await repeat(one, port, false);
    await repeat(one, port, true);
    expect(one.stored).toHaveLength(1);
    const memory = one.service.book.memory("s1");
    const nextPort = await freePort();
    const next = await bed(nextPort);
    if (memory !== undefined) next.service.book.remember("s1", memory);
    await repeat(next, nextPort, true);
    expect(next.stored).toHaveLength(0);
  });

  it("is another message after its PUBREL", async () => {
    const port = await freePort();
    const one = await bed(port);
    const client = await one.client(port, "c1");
    await client.publishAsync("c1/plain/x", "42", { qos: 2 });
    await client.publishAsync("c1/plain/x", "42", { qos: 2 });
    expect(one.stored.map((draft) => (draft.data as ReadingData).points[0]?.value)).toEqual([42, 42]);
    expect(new Set(one.stored.map((draft) => draft.id)).size).toBe(2);
    expect(one.service.book.memory("s1")).toEqual({ qos2: expect.stringMatching(/^@\d\.\d\/\d+$/) });
  });
});
