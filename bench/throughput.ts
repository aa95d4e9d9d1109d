import { Redis } from "ioredis";
import { type PrivateRedis, startPrivateRedis } from "../adapters/io/node/private-redis.ts";
import { groupTag } from "../edge-agent/model/reign.ts";
import { BENCH_GROUP, BENCH_TOKEN } from "./agent-path.ts";
import type { PacedReport } from "./load.ts";
import { type CpuReading, cpuPercent, PartProcess } from "./part-process.ts";
import type { AgentPartSettings } from "./pipeline-agent.ts";
import type { CorePartSettings } from "./pipeline-core.ts";
import type { PlainSinkSettings } from "./pipeline-plain-sink.ts";
import type { PlainPartSettings } from "./pipeline-plain-source.ts";
import { rounded } from "./statistics.ts";
import type { AgentWords, SinkWords, SourceReport, SourceWords } from "./pipeline-words.ts";

export type Fsync = "everysec" | "always";

export interface ThroughputSettings {
  readonly fsync: Fsync;
  readonly warmUpMs: number;
  readonly forMs: number;
  readonly devices: number;
  readonly profileDir: string | undefined;
}

export interface Throughput {
  /** Effects a second at the far end. */
  readonly perSecond: number;
  readonly source: SourceReport;
  readonly repeats: number;
  /** Percent of one processor. */
  readonly cpu: CpuOfParts;
  /** Processor time of one message, µs: this hardly depends on what else the machine does. */
  readonly microsPerMessage: CpuOfParts;
}

export interface CpuOfParts {
  readonly source: number;
  readonly redis: number;
  readonly sink: number;
}

/** What a source may be ahead of the sink: enough that neither waits for the other, too little to be a backlog. */
const LEAD = 20_000;
const POLL_MS = 20;
const PLAIN_NAME = "plain";

/** From devices that stop and wait, over Redis, to a core's effect: agent, Redis and core in processes of their own. */
export async function measurePipeline(settings: ThroughputSettings): Promise<Throughput> {
  const { fsync, devices, profileDir } = settings;
  return withRedis(fsync, async (server, admin) => {
    await admin.set(`${groupTag(BENCH_GROUP)}:lease`, BENCH_TOKEN);
    const agentPart: AgentPartSettings = { port: server.port, devices, lead: LEAD };
    const corePart: CorePartSettings = { url: server.url };
    const agent = new PartProcess<AgentWords>("pipeline-agent", agentPart, profileDir);
    const core = new PartProcess<SinkWords>("pipeline-core", corePart, profileDir);
    return measure(settings, { source: agent, sink: core, admin });
  });
}

/** The same messages as one job each, with BullMQ's `addBulk` and a bare worker that does nothing with them. */
export async function measurePlain(settings: ThroughputSettings): Promise<Throughput> {
  return withRedis(settings.fsync, async (server, admin) => {
    const sourcePart: PlainPartSettings = { port: server.port, name: PLAIN_NAME, lead: LEAD };
    const sinkPart: PlainSinkSettings = { port: server.port, name: PLAIN_NAME };
    const source = new PartProcess<SourceWords>("pipeline-plain-source", sourcePart, settings.profileDir);
    const sink = new PartProcess<SinkWords>("pipeline-plain-sink", sinkPart, settings.profileDir);
    return measure(settings, { source, sink, admin });
  });
}

export interface AckLatency extends PacedReport {
  /** Messages the core had applied at the end. */
  readonly applied: number;
}

/** How long devices wait for their answer at a fixed rate, with a core that takes everything at the other end. */
export async function measureLatency(
  settings: ThroughputSettings & { readonly perSecond: number },
): Promise<AckLatency> {
  const { fsync, devices, profileDir, perSecond, warmUpMs, forMs } = settings;
  return withRedis(fsync, async (server, admin) => {
    await admin.set(`${groupTag(BENCH_GROUP)}:lease`, BENCH_TOKEN);
    const agentPart: AgentPartSettings = { port: server.port, devices, lead: LEAD };
    const corePart: CorePartSettings = { url: server.url };
    const agent = new PartProcess<AgentWords>("pipeline-agent", agentPart, profileDir);
    const core = new PartProcess<SinkWords>("pipeline-core", corePart, profileDir);
    try {
      await core.ask("applied", {});
      const report = await agent.ask("paced", { perSecond, warmUpMs, forMs });
      const { applied } = await core.ask("applied", {});
      return { ...report, applied };
    } finally {
      await Promise.all([agent.end(), core.end()]);
    }
  });
}

async function measure(
  settings: ThroughputSettings,
  parts: {
    readonly source: PartProcess<SourceWords> | PartProcess<AgentWords>;
    readonly sink: PartProcess<SinkWords>;
    readonly admin: Redis;
  },
): Promise<Throughput> {
  const { sink, admin } = parts;
  // Of either kind; what both understand is asked in the words of the plainer one.
  const source: Pick<PartProcess<SourceWords>, "ask" | "end"> = parts.source;
  const read = async () => {
    const [there, here, redis] = await Promise.all([sink.ask("applied", {}), source.ask("cpu", {}), redisCpu(admin)]);
    return { there, here, redis };
  };
  let polling = true;
  const relay = async (): Promise<void> => {
    while (polling) {
      await source.ask("applied", (await sink.ask("applied", {})).applied);
      await pause(POLL_MS);
    }
  };
  try {
    await sink.ask("applied", {});
    await source.ask("begin", {});
    const relaying = relay();
    await pause(settings.warmUpMs);
    const from = await read();
    await pause(settings.forMs);
    const to = await read();
    const report = await source.ask("halt", {});
    polling = false;
    await relaying;
    const seconds = (to.there.cpu.atMs - from.there.cpu.atMs) / 1_000;
    const messages = to.there.applied - from.there.applied;
    const micros = (a: CpuReading, b: CpuReading): number => rounded(((b.usedMs - a.usedMs) * 1_000) / messages, 1);
    return {
      perSecond: messages / seconds,
      source: report,
      repeats: to.there.repeats,
      cpu: {
        source: cpuPercent(from.here, to.here),
        redis: cpuPercent(from.redis, to.redis),
        sink: cpuPercent(from.there.cpu, to.there.cpu),
      },
      microsPerMessage: {
        source: micros(from.here, to.here),
        redis: micros(from.redis, to.redis),
        sink: micros(from.there.cpu, to.there.cpu),
      },
    };
  } finally {
    polling = false;
    await Promise.all([source.end(), sink.end()]);
  }
}

/** Runs with a Redis of its own, and a connection to look at it. */
export async function withRedis<Result>(
  appendfsync: Fsync,
  work: (server: PrivateRedis, admin: Redis) => Promise<Result>,
): Promise<Result> {
  const server = await startPrivateRedis({ appendonly: true, appendfsync });
  const admin = new Redis({ port: server.port, host: "127.0.0.1" });
  try {
    return await work(server, admin);
  } finally {
    admin.disconnect();
    await server.stop();
  }
}

export async function redisCpu(admin: Redis): Promise<CpuReading> {
  const info = await admin.info("cpu");
  const seconds = (name: string): number => Number(new RegExp(`^${name}:([\\d.]+)`, "m").exec(info)?.[1] ?? 0);
  const usedMs = (seconds("used_cpu_user") + seconds("used_cpu_sys")) * 1_000;
  return { atMs: performance.timeOrigin + performance.now(), usedMs };
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
