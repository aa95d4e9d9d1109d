import { groupTag } from "../edge-agent/model/reign.ts";
import { AgentPath, BENCH_GROUP, BENCH_TOKEN, type PathKind } from "./agent-path.ts";
import { say } from "./load.ts";
import { median } from "./statistics.ts";
import { type Fsync, withRedis } from "./throughput.ts";

export interface Slowdown {
  /** Messages a second, one value per round. */
  readonly rates: Readonly<Record<PathKind, readonly number[]>>;
  /** How much slower the path is with the spool in front, in percent; the median over the rounds. */
  readonly percent: number;
}

const KINDS: readonly PathKind[] = ["direct", "spooling"];

/**
 * The healthy commit path with the spool in front of the committer, and the committer alone. Both are in this process and
 * take turns in every round, so that whatever else the machine does falls on both.
 */
export async function measureSlowdown(settings: {
  readonly fsync: Fsync;
  readonly rounds: number;
  readonly devices: number;
  /** Events of each device in a round. */
  readonly events: number;
}): Promise<Slowdown> {
  const { fsync, rounds, devices, events } = settings;
  return withRedis(fsync, async (server, admin) => {
    const paths = new Map(KINDS.map((path) => [path, new AgentPath({ port: server.port, devices, path })]));
    const rates = { direct: [] as number[], spooling: [] as number[] };
    try {
      for (const path of paths.values()) await path.open();
      // The first round warms up and is not counted.
      for (let round = 0; round <= rounds; round++) {
        for (let turn = 0; turn < KINDS.length; turn++) {
          const kind = KINDS[(round + turn) % KINDS.length] ?? "direct";
          const path = paths.get(kind);
          if (path === undefined) continue;
          await admin.flushall();
          await admin.set(`${groupTag(BENCH_GROUP)}:lease`, BENCH_TOKEN);
          const seconds = await timed(path, events);
          if (round > 0) rates[kind].push((devices * events) / seconds);
        }
      }
    } finally {
      for (const path of paths.values()) await path.close();
    }
    const ratios = rates.spooling.map((rate, round) => rate / (rates.direct[round] ?? Number.NaN));
    return { rates, percent: (1 - median(ratios)) * 100 };
  });
}

async function timed(path: AgentPath, events: number): Promise<number> {
  const from = performance.now();
  await Promise.all(
    path.devices.map(async (device) => {
      for (let event = 0; event < events; event++) await say(path, device);
    }),
  );
  return (performance.now() - from) / 1_000;
}
