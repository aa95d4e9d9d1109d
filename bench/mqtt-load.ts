import { createConnection } from "node:net";
import { connect, type MqttClient } from "mqtt";
import { pause } from "./throughput.ts";
import type { MqttFigures, MqttLoadWords, MqttRun } from "./mqtt-words.ts";
import { answerAs } from "./part-process.ts";
import { percentile, rounded } from "./statistics.ts";

const sockets: { destroy(): void }[] = [];
/** Connections opened together: more would be a storm, which is another measurement. */
const TOGETHER = 100;

answerAs<MqttLoadWords>(
  {
    run,
    idle: async ({ port, clients }) => {
      let connected = 0;
      for (let from = 0; from < clients; from += TOGETHER) {
        const some = Array.from({ length: Math.min(TOGETHER, clients - from) }, (_, i) =>
          idleClient(port, `d${from + i}`),
        );
        await Promise.all(some);
        connected += some.length;
      }
      return { connected };
    },
  },
  async () => {
    for (const socket of sockets) socket.destroy();
  },
);

async function run({ port, clients, window, seconds, warmUp, countAt }: MqttRun): Promise<MqttFigures> {
  const open = await Promise.all(Array.from({ length: clients }, (_, i) => client(port, `d${i}`)));
  let [counting, running, counted] = [false, true, 0];
  const latencies: number[] = [];
  const counter = countAt === undefined ? undefined : await client(countAt, "counter");
  await counter?.subscribeAsync("#", { qos: 0 });
  counter?.on("message", () => {
    if (counting) counted += 1;
  });
  let number = 0;
  const say = (one: MqttClient, id: string): void => {
    if (!running) return;
    number += 1;
    const from = performance.now();
    const payload = JSON.stringify({
      t: 1_763_719_200_000 + number,
      u: [230.1, 230.2, 230.3],
      i: [1.5, 1.6, 1.7],
      n: number,
    });
    one.publish(`${id}/m`, payload, { qos: 1 }, (error) => {
      if (error) return;
      if (counting) {
        latencies.push(performance.now() - from);
        if (countAt === undefined) counted += 1;
      }
      say(one, id);
    });
  };
  for (const [index, one] of open.entries()) for (let i = 0; i < window; i++) say(one, `d${index}`);
  await pause(warmUp * 1_000);
  counting = true;
  const began = performance.now();
  await pause(seconds * 1_000);
  counting = false;
  const took = performance.now() - began;
  running = false;
  for (const one of [...open, ...(counter === undefined ? [] : [counter])]) one.end(true);
  return {
    messagesPerSecond: Math.round((counted * 1_000) / took),
    ackMs: { p50: rounded(percentile(latencies, 50), 1), p99: rounded(percentile(latencies, 99), 1) },
  };
}

async function client(port: number, clientId: string): Promise<MqttClient> {
  const one = connect(`mqtt://127.0.0.1:${port}`, { clientId, protocolVersion: 4, reconnectPeriod: 0 });
  one.on("error", () => {});
  await new Promise<void>((resolve, reject) => {
    one.once("connect", () => resolve());
    one.once("error", reject);
  });
  return one;
}

/** A CONNECT of MQTT 3.1.1 with a keep-alive of an hour, and nothing more: a client library would be weighed instead of the server. */
function idleClient(port: number, clientId: string): Promise<void> {
  const id = Buffer.from(clientId);
  const body = Buffer.concat([
    Buffer.from([0, 4]),
    Buffer.from("MQTT"),
    Buffer.from([4, 2, 0x0e, 0x10, 0, id.length]),
    id,
  ]);
  const socket = createConnection({ host: "127.0.0.1", port });
  sockets.push(socket);
  return new Promise((resolve, reject) => {
    socket.once("data", (connack) => (connack[3] === 0 ? resolve() : reject(new Error(`refused: ${connack[3]}`))));
    socket.once("error", reject);
    socket.once("close", () => reject(new Error("closed")));
    socket.write(Buffer.concat([Buffer.from([0x10, body.length]), body]));
  });
}
