import { createConnection, type Socket } from "node:net";
import type { MqttClient } from "mqtt";
import { afterEach, describe, expect, it } from "vitest";
import { LIMITS, ListenerBed } from "./listener.testing.ts";

const CALM = ["d2", "d3", "d4", "d5", "d6", "d7", "d8", "d9"];
const EACH = 60;
const PER_SECOND = 200;
/** What a commit takes. */
const DURABLE_MS = 2;
/** A machine that stands still for a moment is no flood's doing. */
const ALLOWED = { times: 4, more: 25 };

let bed: ListenerBed | undefined;
let socket: Socket | undefined;
afterEach(async () => {
  socket?.destroy();
  await bed?.close();
});

const text = (of: string): Buffer => Buffer.concat([Buffer.from([0, of.length]), Buffer.from(of)]);

/** Says CONNECT as `d1` (MQTT 3.1.1) and then QoS 1 publishes as fast as the socket takes them. */
async function flood(port: number): Promise<Socket> {
  const one = createConnection({ host: "127.0.0.1", port });
  one.on("error", () => {});
  const hello = Buffer.concat([text("MQTT"), Buffer.from([4, 2, 0, 60]), text("d1")]);
  one.write(Buffer.concat([Buffer.from([0x10, hello.length]), hello]));
  await new Promise((resolve) => one.once("data", resolve));
  one.on("data", () => {});
  const body = Buffer.concat([text("d1/m"), Buffer.from([0, 1]), Buffer.from("1")]);
  const packet = Buffer.concat([Buffer.from([0x32, body.length]), body]);
  const many = Buffer.concat(Array.from({ length: 500 }, () => packet));
  const pour = (): void => {
    while (!one.destroyed && one.write(many));
  };
  one.on("drain", pour);
  pour();
  return one;
}

/** How long PUBACKs take for clients that say one thing after the other, ms, sorted. */
async function talk(clients: readonly MqttClient[]): Promise<readonly number[]> {
  const took: number[] = [];
  const one = async (client: MqttClient, id: string): Promise<void> => {
    for (let n = 0; n < EACH; n++) {
      const from = performance.now();
      await client.publishAsync(`${id}/m`, String(n), { qos: 1 });
      took.push(performance.now() - from);
    }
  };
  await Promise.all(clients.map((client, index) => one(client, CALM[index] ?? "")));
  return took.sort((a, b) => a - b);
}

const p99 = (sorted: readonly number[]): number => sorted[Math.floor(sorted.length * 0.99)] ?? Number.NaN;

describe("one client that floods", () => {
  it("is held to its rate by its own connection, and the others are served as before", async () => {
    const one = new ListenerBed({ limits: { ...LIMITS, messagesPerSecond: PER_SECOND, heldBackMs: 600_000 } });
    bed = one;
    one.durable = () => new Promise((resolve) => setTimeout(resolve, DURABLE_MS));
    await one.listener.open();
    const clients = await Promise.all(CALM.map((id) => one.client(id)));
    await talk(clients);
    const before = await talk(clients);
    socket = await flood(one.port);
    const began = performance.now();
    const during = await talk(clients);
    const seconds = (performance.now() - began) / 1_000;
    const flooded = one.taken.filter(({ device }) => device === "uid-d1").length;
    expect(flooded).toBeGreaterThan(0);
    // Its burst is what it may say in a second.
    expect(flooded).toBeLessThanOrEqual(PER_SECOND * (seconds + 2));
    expect(p99(during)).toBeLessThan(p99(before) * ALLOWED.times + ALLOWED.more);
    expect(one.refusals).toEqual([]);
  });
});
