import { Queue } from "bullmq";
import { Redis } from "ioredis";
import { NodeTimers } from "../adapters/io/node/clock.ts";
import { startPrivateRedis } from "../adapters/io/node/private-redis.ts";
import type { Message } from "../edge-agent/model/message.ts";
import { groupTag } from "../edge-agent/model/reign.ts";
import { stamp } from "../edge-agent/model/stamp.ts";
import { Committer } from "../edge-agent/queue/committer.ts";
import { FencedScript } from "../edge-agent/queue/fenced-script.ts";
import { MESSAGE_JOB_OPTIONS, MESSAGES_QUEUE } from "../edge-agent/queue/group-queue.ts";
import type { Bench, BenchOutput } from "./bench.ts";
import { readOptions } from "./options.ts";
import { median, percentile, rounded } from "./statistics.ts";

/** Messages of one call, in every variant. */
const PER_CALL = 100;
const ROUNDS = 11;
const CALLS = 40;
const GROUP = "bench";
const TOKEN = "a:1";
const FSYNC = ["everysec", "always"] as const;
const VARIANTS = ["addBulk", "fenced", "envelope"] as const;

type Variant = (typeof VARIANTS)[number];
/** Commits the messages and resolves when they are in the queue. */
type Commit = (messages: readonly Message[]) => Promise<unknown>;

interface Measured {
  /** Messages a second, one value per round. */
  readonly rates: number[];
  /** Milliseconds of every call. */
  readonly calls: number[];
}

/**
 * What the lease check costs, against BullMQ's own way of adding many jobs: the same hundred jobs on the same Redis, the
 * variants taking turns in every round so that whatever else the machine does falls on all of them. `addBulk` is not
 * atomic and not fenced. `envelope` is what the agent does: a hundred entries committed at once become one job.
 */
export const bench: Bench = {
  name: "commit",
  summary: `${PER_CALL} messages per call: BullMQ addBulk, the same jobs fenced, and one fenced job with all of them`,
  async run(args, out) {
    const values = readOptions(args, {
      rounds: { type: "string", default: String(ROUNDS), about: "rounds of each kind, taking turns" },
      calls: { type: "string", default: String(CALLS), about: "calls of 100 messages in a round" },
    });
    const rounds = Number(values.rounds);
    const calls = Number(values.calls);
    const figures: Record<string, unknown> = { rounds, callsPerRound: calls, messagesPerCall: PER_CALL };
    for (const fsync of FSYNC) {
      const measured = await measure(fsync, rounds, calls);
      Object.assign(figures, report(fsync, measured, out));
    }
    return figures;
  },
};

async function measure(
  appendfsync: (typeof FSYNC)[number],
  rounds: number,
  calls: number,
): Promise<Readonly<Record<Variant, Measured>>> {
  const server = await startPrivateRedis({ appendonly: true, appendfsync });
  const client = (): Redis => new Redis({ port: server.port, host: "127.0.0.1", maxRetriesPerRequest: 0 });
  const [admin, bulkClient, fencedClient] = [client(), client(), client()];
  const queue = new Queue(MESSAGES_QUEUE, { connection: bulkClient, prefix: groupTag("plain") });
  const measured = { addBulk: nothing(), fenced: nothing(), envelope: nothing() };
  try {
    await queue.waitUntilReady();
    const commits = variantsOf(queue, fencedClient);
    let serial = 0;
    // The first round warms up and is not counted.
    for (let round = 0; round <= rounds; round++) {
      for (let turn = 0; turn < VARIANTS.length; turn++) {
        const variant = VARIANTS[(round + turn) % VARIANTS.length] ?? "fenced";
        await admin.flushall();
        await admin.set(`${groupTag(GROUP)}:lease`, TOKEN);
        const batches = Array.from({ length: calls }, () => Array.from({ length: PER_CALL }, () => example(serial++)));
        const took = await time(commits[variant], batches);
        if (round === 0) continue;
        measured[variant].calls.push(...took);
        measured[variant].rates.push((calls * PER_CALL * 1_000) / took.reduce((sum, one) => sum + one, 0));
      }
    }
    return measured;
  } finally {
    await queue.close();
    for (const one of [admin, bulkClient, fencedClient]) one.disconnect();
    await server.stop();
  }
}

function variantsOf(queue: Queue, redis: Redis): Readonly<Record<Variant, Commit>> {
  const timers = new NodeTimers();
  const script = new FencedScript(redis, { group: GROUP, name: MESSAGES_QUEUE, jobOptions: MESSAGE_JOB_OPTIONS });
  const reign = { group: GROUP, holder: "a", epoch: 1, mayAct: () => true };
  const committer = new Committer({ reign, fence: script, timers, limits: { timeoutMs: 10_000 } });
  return {
    addBulk: (messages) =>
      queue.addBulk(
        messages.map((one) => ({
          name: "batch",
          data: { v: 1, messages: [one] },
          opts: { ...MESSAGE_JOB_OPTIONS, jobId: one.id },
        })),
      ),
    fenced: (messages) =>
      script.run(TOKEN, {
        jobs: messages.map((one) => ({
          id: one.id,
          name: "batch",
          data: JSON.stringify({ v: 1, messages: [one] }),
          timestamp: timers.wall(),
        })),
        memories: [],
      }),
    envelope: (messages) =>
      Promise.all(messages.map((one) => committer.commit({ device: one.subject, messages: [one], memory: undefined }))),
  };
}

async function time(commit: Commit, batches: readonly (readonly Message[])[]): Promise<number[]> {
  const took: number[] = [];
  for (const batch of batches) {
    const startedAt = performance.now();
    await commit(batch);
    took.push(performance.now() - startedAt);
  }
  return took;
}

function report(
  fsync: (typeof FSYNC)[number],
  measured: Readonly<Record<Variant, Measured>>,
  out: BenchOutput,
): Record<string, number> {
  const suffix = fsync === "everysec" ? "" : "Always";
  const figures: Record<string, number> = {};
  // Round by round, so that a slow stretch of the machine weighs on both sides of the ratio.
  const ratios = measured.fenced.rates.map((rate, round) => rate / (measured.addBulk.rates[round] ?? Number.NaN));
  figures[`ratioToAddBulk${suffix}`] = rounded(median(ratios), 3);
  const rows: (string | number)[][] = [[`appendfsync ${fsync}`, "messages/s", "p50 ms", "p99 ms", "to addBulk"]];
  for (const variant of VARIANTS) {
    const { rates, calls } = measured[variant];
    const rate = Math.round(median(rates));
    const p50 = rounded(percentile(calls, 50), 2);
    const p99 = rounded(percentile(calls, 99), 2);
    figures[`${variant}PerSecond${suffix}`] = rate;
    figures[`${variant}P50Ms${suffix}`] = p50;
    figures[`${variant}P99Ms${suffix}`] = p99;
    rows.push([variant, rate, p50, p99, rounded(rate / median(measured.addBulk.rates), 2)]);
  }
  out.table(rows);
  out.line("");
  return figures;
}

function nothing(): Measured {
  return { rates: [], calls: [] };
}

/** One OSLP event of one of a hundred devices, about 700 bytes of JSON. */
function example(serial: number): Message {
  const device = `ssld-${String(serial % 100).padStart(4, "0")}`;
  return stamp(
    {
      id: `oslp-${device}-${serial}`,
      type: "busbar.event.v1",
      subject: device,
      time: "2026-11-21T00:15:00.000Z",
      timesource: "device",
      protocol: "oslp",
      data: {
        cause: "spontaneous",
        historical: false,
        code: "light.on",
        category: "light",
        severity: "info",
        nativeCode: "LIGHT_EVENTS_LIGHT_ON",
        text: "relay 2 switched on by its schedule",
        index: 2,
      },
    },
    { source: "/bench/gw", agent: "a", epoch: 1, sequence: serial + 1, recordedtime: "2026-11-21T00:15:00.417Z" },
  );
}
