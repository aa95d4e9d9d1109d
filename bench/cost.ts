import type { Redis } from "ioredis";
import { BENCH_GROUP, BENCH_TOKEN } from "./agent-path.ts";
import { groupTag } from "../edge-agent/model/reign.ts";
import { type CpuReading, PartProcess } from "./part-process.ts";
import type { AgentPartSettings } from "./pipeline-agent.ts";
import type { CorePartSettings } from "./pipeline-core.ts";
import type { AgentWords, SinkWords } from "./pipeline-words.ts";
import { rounded } from "./statistics.ts";
import { type Fsync, pause, redisCpu, withRedis } from "./throughput.ts";

export interface CostSettings {
  readonly fsync: Fsync;
  readonly devices: number;
  /** Messages whose cost is not counted: code is compiled and the heap finds its size with them. */
  readonly warmUp: number;
  /** Messages whose cost is counted. */
  readonly messages: number;
  readonly profileDir: string | undefined;
}

/** Processor time of one message, µs. */
export interface Cost {
  readonly agent: number;
  /** Of the commit. */
  readonly redisForAgent: number;
  readonly core: number;
  /** Of giving the jobs to a core and of taking them back. */
  readonly redisForCore: number;
  readonly together: number;
}

const LOOK_MS = 20;

/**
 * What a message costs where nobody waits for anybody: first agent and Redis commit a fixed number of messages, then a core
 * takes them. It hardly depends on what else the machine does, because a process that does not run costs nothing.
 */
export async function measureCost(settings: CostSettings): Promise<Cost> {
  const { fsync, devices, warmUp, messages, profileDir } = settings;
  return withRedis(fsync, async (server, admin) => {
    await admin.set(`${groupTag(BENCH_GROUP)}:lease`, BENCH_TOKEN);
    const agentPart: AgentPartSettings = { port: server.port, devices, lead: warmUp };
    const agent = new PartProcess<AgentWords>("pipeline-agent", agentPart, profileDir);
    let committed: Counted;
    try {
      await agent.ask("begin", {});
      const from = await stored(agent, admin, warmUp);
      // They may be so far ahead as if a core had applied these: then they stop.
      await agent.ask("applied", messages);
      committed = difference(from, await stored(agent, admin, warmUp + messages));
      await agent.ask("halt", {});
    } finally {
      await agent.end();
    }
    const corePart: CorePartSettings = { url: server.url };
    const core = new PartProcess<SinkWords>("pipeline-core", corePart, profileDir);
    try {
      const from = await applied(core, admin, warmUp);
      const handled = difference(from, await applied(core, admin, warmUp + messages));
      const together = committed.part + committed.redis + handled.part + handled.redis;
      return {
        agent: rounded(committed.part, 1),
        redisForAgent: rounded(committed.redis, 1),
        core: rounded(handled.part, 1),
        redisForCore: rounded(handled.redis, 1),
        together: rounded(together, 1),
      };
    } finally {
      await core.end();
    }
  });
}

interface Reading {
  readonly count: number;
  readonly part: CpuReading;
  readonly redis: CpuReading;
}

/** µs a message. */
interface Counted {
  readonly part: number;
  readonly redis: number;
}

async function stored(agent: PartProcess<AgentWords>, admin: Redis, count: number): Promise<Reading> {
  for (;;) {
    const { stored: now, cpu } = await agent.ask("stored", {});
    if (now >= count) return { count: now, part: cpu, redis: await redisCpu(admin) };
    await pause(LOOK_MS);
  }
}

async function applied(core: PartProcess<SinkWords>, admin: Redis, count: number): Promise<Reading> {
  for (;;) {
    const { applied: now, cpu } = await core.ask("applied", {});
    if (now >= count) return { count: now, part: cpu, redis: await redisCpu(admin) };
    await pause(LOOK_MS);
  }
}

function difference(from: Reading, to: Reading): Counted {
  const count = to.count - from.count;
  const micros = (a: CpuReading, b: CpuReading): number => ((b.usedMs - a.usedMs) * 1_000) / count;
  return { part: micros(from.part, to.part), redis: micros(from.redis, to.redis) };
}
