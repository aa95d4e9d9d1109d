import type { RedisClient, RedisConnection } from "../../../adapters/io/node/redis.ts";
import type { Timers } from "../../../adapters/io/timers.ts";
import type { Hold, Ledger } from "../ledger.ts";
import { Bell } from "./bell.ts";
import { CommandQueue } from "./command-queue.ts";
import { type Durably, RedisLedger } from "./ledger.ts";

/** The queue of a group's commands, as an intake uses it. */
export type JobQueue = Pick<
  CommandQueue,
  "take" | "recover" | "reclaim" | "giveBack" | "complete" | "fail" | "delay" | "close"
>;

/** Rings when there may be a job to take. */
export type JobBell = Pick<Bell, "wait" | "close">;

/** Where an intake finds its commands and writes down what became of them. It closes the queue and the bell. */
export interface IntakePorts {
  readonly queue: JobQueue;
  readonly bell: JobBell;
  readonly ledger: Ledger;
}

export interface IntakeRedis {
  readonly group: string;
  readonly reign: Hold;
  /** Role `effects`; stays the caller's to close. */
  readonly redis: RedisClient;
  /** Opens a connection of role `worker`, which the intake closes. */
  readonly connectWorker: () => RedisConnection;
  readonly timers: Timers;
  /** How beginnings and ends of commands become durable; with the reply of Redis where not given. */
  readonly durably?: Durably | undefined;
}

/** The ports as Redis has them. Throws `queue.bullmq.untested` where the installed BullMQ is not the one this was tested with. */
export function intakePorts({ group, reign, redis, connectWorker, timers, durably }: IntakeRedis): IntakePorts {
  const queue = new CommandQueue(redis, group, reign);
  return {
    queue,
    bell: new Bell(connectWorker(), timers, queue.marker),
    ledger: new RedisLedger(redis, group, durably),
  };
}
