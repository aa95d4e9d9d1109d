import type { PacedReport } from "./load.ts";
import type { CpuReading } from "./part-process.ts";

/** What is asked of the part that stands for the agent, or for the producer it is compared with. */
export interface SourceWords {
  /** Begins: every device says the next thing as soon as the last one is durable. */
  readonly begin: { readonly ask: object; readonly answer: object };
  /** How many messages were applied behind the queue: the source stays at most so many ahead. */
  readonly applied: { readonly ask: number; readonly answer: object };
  /** No more; resolves when everything said is durable. */
  readonly halt: { readonly ask: object; readonly answer: SourceReport };
  readonly cpu: { readonly ask: object; readonly answer: CpuReading };
}

export interface AgentWords extends SourceWords {
  /** Messages at a fixed rate; answers how long each took from the moment it was due until it was durable, ms. */
  readonly paced: {
    readonly ask: { readonly perSecond: number; readonly warmUpMs: number; readonly forMs: number };
    readonly answer: PacedReport;
  };
  /** How many messages are durable by now. */
  readonly stored: { readonly ask: object; readonly answer: { readonly stored: number; readonly cpu: CpuReading } };
}

export interface SourceReport {
  /** Messages durable since the start. */
  readonly stored: number;
  readonly messagesPerJob: number;
  /** Messages that went over the spool, because Redis did not answer in time. */
  readonly spooled: number;
}

/** What is asked of the part that stands for a core, or for the worker it is compared with. */
export interface SinkWords {
  readonly applied: { readonly ask: object; readonly answer: AppliedReport };
}

export interface AppliedReport {
  /** Effects, each once however often its message came. */
  readonly applied: number;
  readonly repeats: number;
  readonly cpu: CpuReading;
}
