import { keepHeapSmall } from "../adapters/io/node/old-heap.ts";
import { AgentPath } from "./agent-path.ts";
import { Lead, sayAtRate, StopAndWait } from "./load.ts";
import { answerAs, ownCpu, partSettings } from "./part-process.ts";
import type { AgentWords } from "./pipeline-words.ts";

export interface AgentPartSettings {
  readonly port: number;
  readonly devices: number;
  /** Messages stored and not yet applied by the core. */
  readonly lead: number;
}

keepHeapSmall();
const { port, devices, lead } = partSettings<AgentPartSettings>();
const path = new AgentPath({ port, devices, path: "spooling" });
const ahead = new Lead(lead);
const load = new StopAndWait(path, ahead);
const opened = path.open();

answerAs<AgentWords>(
  {
    begin: async () => {
      await opened;
      load.begin();
      return {};
    },
    applied: async (count) => {
      ahead.applied(count);
      return {};
    },
    halt: async () => {
      await load.halt();
      await path.settle();
      return { stored: load.stored, messagesPerJob: path.messagesPerJob, spooled: path.spooled };
    },
    paced: async (pace) => {
      await opened;
      return sayAtRate(path, pace);
    },
    stored: async () => ({ stored: load.stored, cpu: ownCpu() }),
    cpu: async () => ownCpu(),
  },
  () => path.close(),
);
