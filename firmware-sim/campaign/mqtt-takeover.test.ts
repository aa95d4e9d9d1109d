import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect, type MqttClient } from "mqtt";
import { afterEach, describe, expect, it } from "vitest";
import { freePort, type PrivateRedis, startPrivateRedis } from "../../adapters/io/node/private-redis.ts";
import { type Consumer, consume } from "../../core-client/consume.ts";
import type { Message } from "../../edge-agent/model/message.ts";
import { Program } from "../bed/program.ts";
import { until } from "../bed/until.ts";
import { Warden } from "../bed/warden.ts";

interface Pair {
  readonly dir: string;
  readonly redis: PrivateRedis;
  readonly warden: Warden;
  readonly agents: readonly { readonly program: Program; readonly port: number; readonly ops: number }[];
}

let pair: Pair | undefined;
let consumer: Consumer | undefined;
const clients: MqttClient[] = [];

afterEach(async () => {
  for (const client of clients.splice(0)) client.end(true);
  await consumer?.close();
  consumer = undefined;
  for (const { program } of pair?.agents ?? []) await program.kill();
  await pair?.redis.stop();
  pair?.warden.dismiss();
  if (pair !== undefined) rmSync(pair.dir, { recursive: true, force: true });
  pair = undefined;
});

/** Two agents as they are installed, and a Redis of their own. */
async function startPair(devices: number): Promise<Pair> {
  const dir = mkdtempSync(join(tmpdir(), "busbar-mqtt-takeover-"));
  const warden = new Warden(dir);
  const redis = await startPrivateRedis({ dir: join(dir, "redis"), appendonly: true });
  const places = await Promise.all(
    ["a", "b"].map(async (name) => ({ name, link: await freePort(), ops: await freePort(), port: await freePort() })),
  );
  const config = {
    gateway: "/test/gw",
    agents: Object.fromEntries(
      places.map(({ name, link, ops, port }) => [
        name,
        {
          host: "127.0.0.1",
          link,
          ops: `127.0.0.1:${ops}`,
          state: join(dir, name),
          mqtt: { listen: [{ address: "127.0.0.1", port }] },
        },
      ]),
    ),
    redis: { url: redis.url },
    mqtt: {
      anonymous: true,
      mappings: {
        default: [
          { topic: "{device}/timed", points: [{ name: "n", at: "/n" }], time: { at: "/t", form: "unix-ms" } },
          { topic: "{device}/plain", payload: "plain", points: [{ name: "n" }] },
          { topic: "{device}/dead", payload: "plain", points: [{ name: "dead", type: "string" }] },
        ],
      },
    },
    devices: Array.from({ length: devices }, (_, i) => ({ uid: `dev-${i}`, protocol: "mqtt", clientId: `d${i}` })),
  };
  const file = join(dir, "busbar.yaml");
  writeFileSync(file, JSON.stringify(config));
  const agents = places.map(({ name, port, ops }) => {
    mkdirSync(join(dir, name));
    const args = ["run", "--no-supervisor", "-c", file, "-a", name];
    return {
      program: new Program({ name: `agent ${name}`, args, logFile: join(dir, `${name}.log`), warden }),
      port,
      ops,
    };
  });
  pair = { dir, redis, warden, agents };
  for (const { program } of agents) program.start();
  return pair;
}

/** A device that tries both agents until one takes it, and sends again what was not acknowledged. */
async function device(of: Pair, index: number): Promise<MqttClient> {
  const servers = of.agents.map(({ port }) => ({ host: "127.0.0.1", port, protocol: "mqtt" as const }));
  const will = { topic: `d${index}/dead`, payload: Buffer.from("will"), qos: 1, retain: false } as const;
  const client = connect({
    servers,
    clientId: `d${index}`,
    clean: false,
    protocolVersion: 4,
    reconnectPeriod: 50,
    keepalive: 30,
    will,
  });
  client.on("error", () => {});
  clients.push(client);
  await new Promise<void>((resolve) => client.once("connect", () => resolve()));
  return client;
}

/** Resolves when the agent could take over. */
async function untilReady(ops: number): Promise<void> {
  const deadline = performance.now() + 30_000;
  for (;;) {
    const ready = await fetch(`http://127.0.0.1:${ops}/health/ready`).then(
      (response) => response.ok,
      () => false,
    );
    if (ready) return;
    if (performance.now() > deadline) throw new Error("the agent that was killed is not ready again");
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

describe("a takeover under devices that publish", () => {
  it("loses nothing that was acknowledged, and stores QoS 1 with a time and QoS 2 once", {
    timeout: 120_000,
  }, async () => {
    const devices = 24;
    const of = await startPair(devices);
    const seen: Message[] = [];
    const handler = async (message: Message): Promise<void> => void seen.push(message);
    consumer = consume({ redis: of.redis.url, groups: ["main"], handler });
    const all = await Promise.all(Array.from({ length: devices }, (_, i) => device(of, i)));

    const acknowledged = new Map<string, number>();
    let [running, number] = [true, 0];
    const say = async (client: MqttClient, index: number): Promise<void> => {
      while (running) {
        number += 1;
        const n = number;
        const [topic, payload, qos] =
          index % 2 === 0
            ? [`d${index}/timed`, JSON.stringify({ n, t: 1_763_719_200_000 + n }), 1 as const]
            : [`d${index}/plain`, String(n), 2 as const];
        await client.publishAsync(topic, payload, { qos, retain: n % 10 === 0 });
        acknowledged.set(`dev-${index} ${n}`, qos);
      }
    };
    const loops = all.flatMap((client, index) => [say(client, index), say(client, index), say(client, index)]);
    await until("messages flow", () => acknowledged.size > 500, 30_000);
    for (let takeover = 0; takeover < 2; takeover++) {
      const active = of.agents.find(({ port: at }) =>
        all.some((client) => client.connected && "remotePort" in client.stream && client.stream.remotePort === at),
      );
      if (active === undefined) throw new Error("nobody serves the devices");
      const before = acknowledged.size;
      await active.program.kill();
      await until("messages flow again", () => acknowledged.size > before + 500, 30_000);
      active.program.start();
      await untilReady(active.ops);
      const settled = acknowledged.size;
      await until("messages flow on", () => acknowledged.size > settled + 300, 30_000);
    }
    running = false;
    await Promise.all(loops);

    const numberOf = (message: Message): string | undefined => {
      if (message.type !== "busbar.reading.v1") return undefined;
      const [point] = message.data.points;
      return point?.name === "n" ? `${message.subject} ${point.value}` : undefined;
    };
    await until(
      "everything is at the core",
      () => {
        const there = new Set(seen.map(numberOf));
        return [...acknowledged.keys()].every((one) => there.has(one));
      },
      30_000,
    );
    const ids = new Map<string, Set<string>>();
    for (const message of seen) {
      const value = numberOf(message);
      if (value === undefined) continue;
      const known = ids.get(value) ?? new Set();
      ids.set(value, known.add(message.id));
    }
    const twice = [...ids].filter(([value, known]) => known.size > 1 && acknowledged.has(value));
    expect(twice).toEqual([]);
    // A takeover is no device's death: no will speaks.
    const wills = seen.filter(
      (message) => message.type === "busbar.reading.v1" && message.data.points.some((point) => point.name === "dead"),
    );
    expect(wills).toEqual([]);
    const epochs = new Set(seen.map((message) => message.epoch));
    expect(epochs.size).toBeGreaterThanOrEqual(2);
  });
});
