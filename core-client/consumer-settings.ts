import type { DurationMs } from "../adapters/kit/time.ts";
import type { Handling } from "./delivery.ts";
import type { RedisTarget } from "./redis-connection.ts";
import type { StaleReignPolicy } from "./reign-watch.ts";

/** Name of the BullMQ queue of message batches; its prefix is `groupTag(group)`. */
export const MESSAGES_QUEUE = "messages";

export interface ConsumerTuning {
  /** Jobs (of up to 100 messages) worked on at once, per group. */
  readonly concurrency: number;
  /** `device`: each device's messages in its order, also across instances. `none`: as they come, with more speed. */
  readonly order: "device" | "none";
  /** How long a message waits for missing predecessors that may still come; up to twice as long behind jobs in other hands. */
  readonly holdMs: DurationMs;
  /** Starts of a job after which a rejection makes it a dead letter. Crashes are allowed four times as many. */
  readonly attempts: number;
  /** Pause before a rejected job comes again: doubles from the first to the most. */
  readonly firstPauseMs: DurationMs;
  readonly mostPauseMs: DurationMs;
  /** A core that is silent for so long has lost its job; redelivery takes at most this plus twice `stalledCheckMs`. */
  readonly lockMs: DurationMs;
  readonly stalledCheckMs: DurationMs;
  /** Jobs wait and none was taken for so long: the connection is not what it seems, and the worker is made anew. */
  readonly stuckMs: DurationMs;
  readonly staleReign: StaleReignPolicy;
  /** `false` skips the schema check of each message; the frame is checked even then. */
  readonly validate: boolean;
}

export const CONSUMER_TUNING: ConsumerTuning = {
  concurrency: 16,
  order: "device",
  holdMs: 10_000,
  attempts: 25,
  firstPauseMs: 100,
  mostPauseMs: 30_000,
  lockMs: 5_000,
  stalledCheckMs: 1_000,
  stuckMs: 10_000,
  staleReign: "accept-late",
  validate: true,
};

export type ConsumeSettings = Partial<ConsumerTuning> &
  Handling & {
    readonly redis: RedisTarget;
    readonly groups: readonly string[];
  };

/** Since the consumer began. */
export interface ConsumerCounts {
  /** Messages whose handler resolved. */
  readonly handled: number;
  /** Jobs acknowledged. */
  readonly jobs: number;
  /** Starts of jobs that ended in a rejection of the handler. */
  readonly rejected: number;
  /** Jobs given back unfinished, by `close`. */
  readonly givenBack: number;
  /** Jobs that became dead letters here. */
  readonly deadLetters: number;
  /** Messages handled although earlier ones of their device were missing; after later ones. */
  readonly afterGap: number;
  readonly behind: number;
  /** Messages of an earlier reign. */
  readonly stale: number;
  /** Parcels held for their turn at the moment. */
  readonly held: number;
  /** Workers made anew because they were stuck. */
  readonly recreated: number;
}

/** BullMQ keeps finished jobs for so long, so that a repeated commit meets them: longer than takeover plus redelivery. */
export const KEEP_COMPLETED: { readonly age: number; readonly count: number } = { age: 3_600, count: 5_000 };
/** Dead letters are kept until somebody replays or removes them. */
export const KEEP_FAILED: { readonly count: number } = { count: -1 };
