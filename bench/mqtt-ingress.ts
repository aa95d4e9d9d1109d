import { readFileSync } from "node:fs";
import { startPrivateRedis } from "../adapters/io/node/private-redis.ts";
import { findMosquitto, PrivateMosquitto } from "../adapters/mqtt/wire/private-mosquitto.ts";
import type { Bench } from "./bench.ts";
import { readOptions } from "./options.ts";
import type { MqttFigures, MqttLoadWords, MqttServerWords } from "./mqtt-words.ts";
import { cpuPercent, PartProcess } from "./part-process.ts";
import { rounded } from "./statistics.ts";
import { pause } from "./throughput.ts";

interface Load {
  readonly clients: number;
  readonly window: number;
  readonly seconds: number;
  readonly warmUp: number;
  readonly profile: string | undefined;
}

/** RSS is read when nothing has happened for so long. */
const SETTLE_MS = 3_000;

/**
 * QoS 1 messages from clients to a PUBACK that means something: a bare aedes that keeps nothing, an agent that has committed
 * them to its queue, and a mosquitto whose bridge has brought them to the next broker. The same clients, one after the other.
 */
export const bench: Bench = {
  name: "mqtt-ingress",
  summary: "QoS 1 messages/s into the queue, beside a bare aedes and a mosquitto bridge",
  async run(args, out) {
    const values = readOptions(args, {
      clients: { type: "string", default: "50", about: "publishing clients" },
      window: { type: "string", default: "20", about: "messages each has under way" },
      seconds: { type: "string", default: "6", about: "measured" },
      "warm-up": { type: "string", default: "2", about: "seconds before" },
      idle: { type: "string", default: "0", about: "connections that only stay, for the memory they need" },
      profile: { type: "string", about: "a directory for the processor profiles of the servers" },
    });
    const load: Load = {
      clients: Number(values.clients),
      window: Number(values.window),
      seconds: Number(values.seconds),
      warmUp: Number(values["warm-up"]),
      profile: values.profile,
    };
    const aedes = await served("aedes", load);
    const busbar = await served("busbar", load);
    const bridged = findMosquitto() === undefined ? undefined : await bridge(load);
    const row = (name: string, figures: Served): (string | number)[] => [
      name,
      figures.messagesPerSecond,
      figures.ackMs.p50,
      figures.ackMs.p99,
      figures.cpuMicros,
    ];
    out.table([
      ["", "messages/s", "PUBACK p50 ms", "p99 ms", "servers' CPU µs/message"],
      row("aedes, keeps nothing", aedes),
      row("busbar and Redis, committed", busbar),
      ...(bridged === undefined ? [] : [row("two mosquittos, bridged", bridged)]),
    ]);
    if (bridged === undefined) out.line("no mosquitto here: nothing to compare the bridge with");
    const idle = Number(values.idle);
    const idleRssMegabytes = idle > 0 ? await idleClients(idle) : undefined;
    if (idleRssMegabytes !== undefined) out.line(`${idle} idle connections: ${idleRssMegabytes} MB RSS`);
    return {
      messagesPerSecond: busbar.messagesPerSecond,
      ackMs: busbar.ackMs,
      aedesPerSecond: aedes.messagesPerSecond,
      cpuMicrosPerMessage: {
        aedes: aedes.cpuMicros,
        busbar: busbar.cpuMicros,
        ofItRedis: busbar.redisMicros,
        mosquittos: bridged?.cpuMicros,
      },
      mosquittoBridgePerSecond: bridged?.messagesPerSecond,
      ratioToAedes: rounded(busbar.messagesPerSecond / aedes.messagesPerSecond, 2),
      ratioToMosquittoBridge:
        bridged === undefined ? undefined : rounded(busbar.messagesPerSecond / bridged.messagesPerSecond, 2),
      idleConnections: idle,
      idleRssMegabytes,
    };
  },
};

interface Served extends MqttFigures {
  /** Of the servers' processes, per message: what is left of the comparison where others use the processor too. */
  readonly cpuMicros: number;
  /** Of them the agent's Redis. */
  readonly redisMicros?: number;
}

async function served(kind: "aedes" | "busbar", load: Load): Promise<Served> {
  return await withServer(kind, load, async (port, clients, server, redisPid) => {
    const before = await server.ask("cpu", {});
    const [redisBefore, from] = [cpuSeconds([redisPid]), performance.now()];
    const figures = await clients.ask("run", { port, ...load });
    const redisShare = (cpuSeconds([redisPid]) - redisBefore) / ((performance.now() - from) / 1_000);
    const share = cpuPercent(before, await server.ask("cpu", {})) / 100;
    const micros = (of: number): number => rounded((of * 1_000_000) / figures.messagesPerSecond, 1);
    if (kind === "aedes") return { ...figures, cpuMicros: micros(share) };
    return { ...figures, cpuMicros: micros(share + redisShare), redisMicros: micros(redisShare) };
  });
}

async function idleClients(count: number): Promise<number> {
  return await withServer("busbar", { clients: count, profile: undefined }, async (port, clients, server) => {
    await clients.ask("idle", { port, clients: count });
    await pause(SETTLE_MS);
    return (await server.ask("rss", {})).megabytes;
  });
}

async function withServer<Result>(
  kind: "aedes" | "busbar",
  { clients, profile }: Pick<Load, "clients" | "profile">,
  act: (
    port: number,
    load: PartProcess<MqttLoadWords>,
    server: PartProcess<MqttServerWords>,
    redisPid: number,
  ) => Promise<Result>,
): Promise<Result> {
  const redis = await startPrivateRedis({ appendonly: true });
  const server = new PartProcess<MqttServerWords>("mqtt-server", { kind, redisUrl: redis.url, clients }, profile);
  const load = new PartProcess<MqttLoadWords>("mqtt-load", {});
  try {
    const { port } = await server.ask("open", {});
    return await act(port, load, server, redis.pid);
  } finally {
    await load.end();
    await server.end();
    await redis.stop();
  }
}

/** Processor time processes that are not Node have used so far; 0 where the system does not tell (proc(5), fields 14 and 15). */
function cpuSeconds(pids: readonly (number | undefined)[]): number {
  let ticks = 0;
  for (const pid of pids) {
    try {
      const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
      ticks += Number(fields[11]) + Number(fields[12]);
    } catch (_notLinux) {
      return 0;
    }
  }
  return ticks / TICKS_PER_SECOND;
}

const TICKS_PER_SECOND = 100;

/** What arrives at the second broker is counted: at the first a PUBACK says only that it is in memory. */
async function bridge(load: Load): Promise<Served> {
  const far = await PrivateMosquitto.start();
  const near = await PrivateMosquitto.start([
    "connection far",
    `address 127.0.0.1:${far.port}`,
    "topic # out 1",
    "cleansession false",
    "bridge_protocol_version mqttv311",
  ]);
  const clients = new PartProcess<MqttLoadWords>("mqtt-load", {});
  try {
    const servers = [near.pid, far.pid];
    const [before, from] = [cpuSeconds(servers), performance.now()];
    const figures = await clients.ask("run", { port: near.port, ...load, countAt: far.port });
    const share = (cpuSeconds(servers) - before) / ((performance.now() - from) / 1_000);
    return { ...figures, cpuMicros: rounded((share * 1_000_000) / figures.messagesPerSecond, 1) };
  } finally {
    await clients.end();
    await near.stop();
    await far.stop();
  }
}
