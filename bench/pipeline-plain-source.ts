import { Queue } from "bullmq";
import { groupTag } from "../edge-agent/model/reign.ts";
import { stamp } from "../edge-agent/model/stamp.ts";
import { MESSAGE_JOB_OPTIONS } from "../edge-agent/queue/group-queue.ts";
import { ExampleDevice } from "./example-event.ts";
import { Lead } from "./load.ts";
import { answerAs, ownCpu, partSettings } from "./part-process.ts";
import type { SourceWords } from "./pipeline-words.ts";

export interface PlainPartSettings {
  readonly port: number;
  /** Of the queue. */
  readonly name: string;
  readonly lead: number;
}

const PER_CALL = 100;
const CALLS_AT_ONCE = 4;

const { port, name, lead } = partSettings<PlainPartSettings>();
const queue = new Queue(name, { prefix: groupTag(name), connection: { host: "127.0.0.1", port } });
const ahead = new Lead(lead);
const device = new ExampleDevice(1);
let isOver = false;
let stored = 0;
let running: Promise<unknown> = Promise.resolve();

/** What the same messages cost as jobs of their own, added with BullMQ's own `addBulk`. */
async function add(): Promise<void> {
  while (!isOver) {
    while (ahead.isFull && !isOver) await ahead.free();
    ahead.said += PER_CALL;
    await queue.addBulk(Array.from({ length: PER_CALL }, job));
    stored += PER_CALL;
  }
}

function job(): { name: string; data: unknown; opts: object } {
  const [draft] = device.next().drafts;
  if (draft === undefined) throw new Error("an event makes a draft");
  const by = { source: "/bench/gw", agent: "a", epoch: 1, sequence: 1, recordedtime: new Date().toISOString() };
  return { name: "message", data: stamp(draft, by), opts: { ...MESSAGE_JOB_OPTIONS, jobId: draft.id } };
}

answerAs<SourceWords>(
  {
    begin: async () => {
      await queue.waitUntilReady();
      running = Promise.all(Array.from({ length: CALLS_AT_ONCE }, add));
      return {};
    },
    applied: async (count) => {
      ahead.applied(Number(count));
      return {};
    },
    halt: async () => {
      isOver = true;
      ahead.release();
      await running;
      return { stored, messagesPerJob: 1, spooled: 0 };
    },
    cpu: async () => ownCpu(),
  },
  () => queue.close(),
);
