import type { FaultCode } from "../../adapters/kit/edge-error.ts";
import type { DurationMs } from "../../adapters/kit/time.ts";
import type { FencedOutcome } from "./fenced-script.ts";

/** Counts into fixed classes. `bounds[i]` is the largest value of class i; the last class has no bound. */
export interface Histogram {
  readonly bounds: readonly number[];
  readonly counts: readonly number[];
  readonly sum: number;
  readonly count: number;
}

const DURATION_BOUNDS_MS = [0.25, 0.5, 1, 2, 4, 8, 15, 30, 60, 125, 250, 500, 1_000] as const;
const SIZE_BOUNDS = [1, 2, 5, 10, 20, 50, 100, 200, 500] as const;

/** Since the committer was made; plain numbers, read whenever somebody asks. */
export interface CommitCounts {
  readonly entries: number;
  readonly messages: number;
  /** Messages not committed because they were durable already. */
  readonly recognised: number;
  readonly late: number;
  readonly jobs: number;
  /** Jobs whose id Redis knew: a commit repeated after a lost reply. */
  readonly duplicateJobs: number;
  readonly memories: number;
  /** Memories not stored because a later one was. */
  readonly olderMemories: number;
  readonly scripts: number;
  /** Entries turned away, by fault. */
  readonly failed: ReadonlyMap<FaultCode, number>;
  /** From sending the script to its reply. */
  readonly scriptMs: Histogram;
  /** From `commit` to durable. */
  readonly commitMs: Histogram;
  readonly messagesPerScript: Histogram;
  /** The average of each script. */
  readonly messagesPerJob: Histogram;
}

export class CommitStatistics {
  entries = 0;
  messages = 0;
  recognised = 0;
  late = 0;
  jobs = 0;
  duplicateJobs = 0;
  memories = 0;
  olderMemories = 0;
  scripts = 0;
  readonly failed: Map<FaultCode, number> = new Map();
  readonly scriptMs: Counter = new Counter(DURATION_BOUNDS_MS);
  readonly commitMs: Counter = new Counter(DURATION_BOUNDS_MS);
  readonly messagesPerScript: Counter = new Counter(SIZE_BOUNDS);
  readonly messagesPerJob: Counter = new Counter(SIZE_BOUNDS);

  /** Notes one script that became durable; returns the messages it carried. */
  sent(
    loads: readonly { readonly messages: readonly unknown[] }[],
    outcome: FencedOutcome,
    tookMs: DurationMs,
  ): number {
    let messages = 0;
    for (const load of loads) messages += load.messages.length;
    this.scripts += 1;
    this.entries += loads.length;
    this.messages += messages;
    this.jobs += outcome.jobs.length;
    this.duplicateJobs += outcome.jobs.filter((job) => job === "duplicate").length;
    const older = outcome.memories.filter((memory) => memory === "older").length;
    this.memories += outcome.memories.length - older;
    this.olderMemories += older;
    this.scriptMs.add(tookMs);
    this.messagesPerScript.add(messages);
    if (outcome.jobs.length > 0) this.messagesPerJob.add(messages / outcome.jobs.length);
    return messages;
  }

  fail(code: FaultCode): void {
    this.failed.set(code, (this.failed.get(code) ?? 0) + 1);
  }
}

class Counter implements Histogram {
  readonly bounds: readonly number[];
  readonly counts: number[];
  sum = 0;
  count = 0;

  constructor(bounds: readonly number[]) {
    this.bounds = bounds;
    this.counts = new Array<number>(bounds.length + 1).fill(0);
  }

  add(value: number): void {
    let index = 0;
    while (index < this.bounds.length && value > (this.bounds[index] ?? 0)) index++;
    this.counts[index] = (this.counts[index] ?? 0) + 1;
    this.sum += value;
    this.count += 1;
  }
}
