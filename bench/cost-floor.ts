import type { Redis } from "ioredis";
import { encodeBatch, encodeMessage, readBatch } from "../edge-agent/model/batch.ts";
import { BATCH_MESSAGES } from "../edge-agent/model/limits.ts";
import { stamp } from "../edge-agent/model/stamp.ts";
import { costOfBareJobs } from "./bare-jobs.ts";
import { cost } from "./ecdsa-limit.ts";
import { ExampleDevice } from "./example-event.ts";
import { rounded } from "./statistics.ts";

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
const AT_ONCE = 16;

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
  const batches = {
    data: JSON.parse(json),
    opts: { removeOnComplete: true },
    jobs: JOBS,
    perCall: PER_CALL,
    atOnce: AT_ONCE,
  };
  const { job, inRedis } = await costOfBareJobs(batches, port, admin);
  return {
    encode: rounded(encode, 1),
    decode: rounded(decode, 1),
    carry: rounded(job / BATCH_MESSAGES, 1),
    carryInRedis: rounded(inRedis / BATCH_MESSAGES, 1),
  };
}
