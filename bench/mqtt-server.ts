import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Aedes } from "aedes";
import { freePort } from "../adapters/io/node/private-redis.ts";
import { checkConfig } from "../edge-agent/config/check.ts";
import { EdgeAgent } from "../edge-agent/runtime/agent.ts";
import type { MqttServerWords } from "./mqtt-words.ts";
import { answerAs, ownCpu, partSettings } from "./part-process.ts";
import { pause } from "./throughput.ts";

export interface MqttServerSettings {
  readonly kind: "aedes" | "busbar";
  readonly redisUrl: string;
  readonly clients: number;
}

const { kind, redisUrl, clients } = partSettings<MqttServerSettings>();
const dir = mkdtempSync(join(tmpdir(), "busbar-mqtt-bench-"));
let close: () => Promise<void> = () => Promise.resolve();

answerAs<MqttServerWords>(
  {
    open: () => (kind === "aedes" ? openAedes() : openAgent()),
    cpu: async () => ownCpu(),
    rss: async () => ({ megabytes: Math.round(process.memoryUsage().rss / 1_048_576) }),
  },
  async () => {
    await close();
    rmSync(dir, { recursive: true, force: true });
  },
);

/** As it comes: it stores nothing and asks nobody. */
async function openAedes(): Promise<{ readonly port: number }> {
  const broker = await Aedes.createBroker();
  const server = createServer(broker.handle);
  const port = await freePort();
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  return { port };
}

/** An agent as in the field, alone, with a Redis that syncs its file every second. */
async function openAgent(): Promise<{ readonly port: number }> {
  const [port, link, ops] = [await freePort(), await freePort(), await freePort()];
  const devices = Array.from(
    { length: clients },
    (_, i) => `  - { uid: dev-${i}, protocol: mqtt, clientId: d${i} }`,
  ).join("\n");
  const text = `gateway: /bench/gw
agents: { a: { host: 127.0.0.1, link: ${link}, ops: ${ops}, state: "${dir}" } }
redis: { url: "${redisUrl}" }
mqtt:
  listen: [{ address: 127.0.0.1, port: ${port} }]
  anonymous: true
  limits: { clients: ${clients + 10}, messagesPerSecond: 100000 }
  mappings:
    default:
      - topic: "{device}/m"
        time: { at: /t, form: unix-ms }
        points:
          - { name: voltage.l1, at: /u/0, unit: V }
          - { name: voltage.l2, at: /u/1, unit: V }
          - { name: voltage.l3, at: /u/2, unit: V }
devices:
${devices}
`;
  const { config, issues } = checkConfig("bench.yaml", text, dir, { filesMustExist: false });
  if (config === undefined) throw new Error(JSON.stringify(issues));
  const log = {
    debug: () => {},
    info: () => {},
    warn: (_facts: object, line: string) => void process.stderr.write(`${line}\n`),
    error: (_facts: object, line: string) => void process.stderr.write(`${line}\n`),
  };
  const agent = await EdgeAgent.make({ config, agent: "a", log });
  close = () => agent.stop();
  await agent.start();
  while (!(await accepts(port))) await pause(20);
  return { port };
}

async function accepts(port: number): Promise<boolean> {
  const { createConnection } = await import("node:net");
  return await new Promise((resolve) => {
    const socket = createConnection({ host: "127.0.0.1", port });
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}
