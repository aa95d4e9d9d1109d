import { cpuUsage } from "node:process";
import { type JobsOptions, Queue, Worker } from "bullmq";
import type { Redis } from "ioredis";
import { redisCpu } from "./throughput.ts";

export interface BareJobs {
  readonly data: unknown;
  readonly opts: JobsOptions;
  /** Jobs of one pass, and of one `addBulk`. */
  readonly jobs: number;
  readonly perCall: number;
  /** Jobs the worker has under way at once. */
  readonly atOnce: number;
}

/** Processor time of one job, µs. */
export interface CostOfJob {
  /** Both ends, which are one process here. */
  readonly job: number;
  readonly inRedis: number;
}

const NAME = "floor";
const PREFIX = "{floor}";

/** Jobs added with BullMQ's `addBulk` and taken and finished by its worker, and nothing of ours. The second of two passes counts. */
export async function costOfBareJobs(settings: BareJobs, port: number, admin: Redis): Promise<CostOfJob> {
  const { data, opts, jobs, perCall, atOnce } = settings;
  const connection = { host: "127.0.0.1", port };
  const queue = new Queue(NAME, { connection, prefix: PREFIX });
  let done = 0;
  let finished: () => void = () => undefined;
  const worker = new Worker(NAME, async () => undefined, { connection, prefix: PREFIX, concurrency: atOnce });
  worker.on("error", () => undefined);
  worker.on("completed", () => {
    done += 1;
    if (done === jobs) finished();
  });
  const carryAll = async (): Promise<void> => {
    done = 0;
    const all = new Promise<void>((resolve) => {
      finished = resolve;
    });
    for (let added = 0; added < jobs; added += perCall) {
      await queue.addBulk(Array.from({ length: perCall }, () => ({ name: NAME, data, opts })));
    }
    await all;
  };
  try {
    await worker.waitUntilReady();
    await carryAll();
    const [from, redisFrom] = [cpuUsage(), await redisCpu(admin)];
    await carryAll();
    const { user, system } = cpuUsage(from);
    const redisTo = await redisCpu(admin);
    return { job: (user + system) / jobs, inRedis: ((redisTo.usedMs - redisFrom.usedMs) * 1_000) / jobs };
  } finally {
    await worker.close();
    await queue.close();
  }
}
