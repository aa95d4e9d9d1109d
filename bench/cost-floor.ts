import { Queue, Worker } from "bullmq";
import type { Redis } from "ioredis";
import { encodeBatch, encodeMessage, readBatch } from "../edge-agent/model/batch.ts";
import { BATCH_MESSAGES } from "../edge-agent/model/limits.ts";
import { stamp } from "../edge-agent/model/stamp.ts";
import { cost } from "./ecdsa-limit.ts";
import { ExampleDevice } from "./example-event.ts";
import { rounded } from "./statistics.ts";
import { redisCpu } from "./throughput.ts";

/** Processor time, µs a message, of what cannot be left out: nothing waits, nothing is fenced, ordered or remembered. */
export interface CostFloor {
  /** The event's message and its text, and the text of its device's memory. */
  readonly encode: number;
  /** The text read and checked. */
  readonly decode: number;
  /** A job of a hundred such messages added with BullMQ's `addBulk` and taken by a bare worker, both ends in one process. */
  readonly carry: number;
  readonly carryInRedis: number;
}

const ROUND = 2_000;
const JOBS = 300;
const PER_CALL = 4;
const NAME = "floor";

export async function measureCostFloor(port: number, admin: Redis): Promise<CostFloor> {
  const device = new ExampleDevice(1);
  let sequence = 0;
  const encodeOne = () => {
    const { drafts, memory } = device.next();
    const [draft] = drafts;
    if (draft === undefined) throw new Error("an event makes a draft");
    sequence += 1;
    const by = { source: "/bench/gw", agent: "a", epoch: 1, sequence, recordedtime: "2026-11-21T00:15:00.123Z" };
    return { message: encodeMessage(stamp(draft, by)), memory: JSON.stringify(memory) };
  };
  const encode = cost(encodeOne, ROUND);
  const { json } = encodeBatch(Array.from({ length: BATCH_MESSAGES }, () => encodeOne().message));
  const decode = cost(() => readBatch(JSON.parse(json)), ROUND / BATCH_MESSAGES) / BATCH_MESSAGES;
  const { carry, carryInRedis } = await costOfCarrying(JSON.parse(json), port, admin);
  return {
    encode: rounded(encode, 1),
    decode: rounded(decode, 1),
    carry: rounded(carry, 1),
    carryInRedis: rounded(carryInRedis, 1),
  };
}

async function costOfCarrying(
  data: unknown,
  port: number,
  admin: Redis,
): Promise<Pick<CostFloor, "carry" | "carryInRedis">> {
  const connection = { host: "127.0.0.1", port };
  const queue = new Queue(NAME, { connection, prefix: "{floor}" });
  let done = 0;
  let finished: () => void = () => undefined;
  const worker = new Worker(NAME, async () => undefined, { connection, prefix: "{floor}", concurrency: 16 });
  worker.on("error", () => undefined);
  worker.on("completed", () => {
    done += 1;
    if (done === JOBS) finished();
  });
  const opts = { removeOnComplete: true };
  const carryAll = async (): Promise<void> => {
    done = 0;
    const all = new Promise<void>((resolve) => {
      finished = resolve;
    });
    for (let added = 0; added < JOBS; added += PER_CALL) {
      await queue.addBulk(Array.from({ length: PER_CALL }, () => ({ name: NAME, data, opts })));
    }
    await all;
  };
  try {
    await worker.waitUntilReady();
    await carryAll();
    const [from, redisFrom] = [process.cpuUsage(), await redisCpu(admin)];
    await carryAll();
    const { user, system } = process.cpuUsage(from);
    const redisTo = await redisCpu(admin);
    const messages = JOBS * BATCH_MESSAGES;
    return {
      carry: (user + system) / messages,
      carryInRedis: ((redisTo.usedMs - redisFrom.usedMs) * 1_000) / messages,
    };
  } finally {
    await worker.close();
    await queue.close();
  }
}
