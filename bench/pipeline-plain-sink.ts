import { Worker } from "bullmq";
import { groupTag } from "../edge-agent/model/reign.ts";
import { answerAs, ownCpu, partSettings } from "./part-process.ts";
import type { SinkWords } from "./pipeline-words.ts";

export interface PlainSinkSettings {
  readonly port: number;
  /** Of the queue. */
  readonly name: string;
}

const CONCURRENCY = 50;
const { port, name } = partSettings<PlainSinkSettings>();
let applied = 0;

const worker = new Worker(
  name,
  async () => {
    applied += 1;
  },
  { prefix: groupTag(name), connection: { host: "127.0.0.1", port }, concurrency: CONCURRENCY },
);
worker.on("error", () => undefined);

answerAs<SinkWords>(
  {
    applied: async () => {
      await worker.waitUntilReady();
      return { applied, repeats: 0, cpu: ownCpu() };
    },
  },
  () => worker.close(),
);
