import { Queue } from "bullmq";
import type { RedisClient } from "../../../adapters/io/node/redis.ts";
import { toRedisFault } from "../../../adapters/io/node/redis-fault.ts";
import { EdgeError } from "../../../adapters/kit/edge-error.ts";
import { type Command, commandJobId, queuePriority } from "../../model/command.ts";
import { COMMANDS_QUEUE, commandDigest, commandKey, isEnded, parseLedgerRecord } from "../../model/ledger.ts";
import { ModelFault } from "../../model/model-fault.ts";
import { groupTag } from "../../model/reign.ts";
import { asFirst, type CommandEntry, isReused, type Submission, type Submitted } from "../entry.ts";
import { readCommand } from "../intake-job.ts";
import { timeOf } from "../times.ts";
import type { Durably } from "./ledger.ts";

/** As a core keeps them: a repeat meets the job, and after that the ledger. */
const KEEP_FINISHED = { age: 86_400, count: 10_000 } as const;

/** The queue and the ledger of one group in Redis, as who has a command to put in sees them. */
export class RedisCommandEntry implements CommandEntry {
  readonly #redis: RedisClient;
  readonly #group: string;
  readonly #queue: Queue;
  readonly #durably: Durably;
  readonly #wall: () => number;

  /** @param redis of role `effects`, which fails fast. It stays the caller's to close */
  constructor(redis: RedisClient, group: string, wall: () => number, durably: Durably = (_key, write) => write()) {
    this.#redis = redis;
    this.#group = group;
    this.#wall = wall;
    this.#durably = durably;
    this.#queue = new Queue(COMMANDS_QUEUE, { connection: redis, prefix: groupTag(group), skipMetasUpdate: true });
    this.#queue.on("error", () => {});
  }

  isKnown(uid: string): Promise<boolean> {
    return this.#asFault(async () => {
      const keys = [commandKey(this.#group, uid), this.#jobKey(uid)];
      const there = await Promise.all(keys.map((key) => this.#redis.exists(key)));
      return there.includes(1);
    });
  }

  submit(submission: Submission): Promise<Submitted> {
    return this.#asFault(async () => {
      const { uid } = submission.command;
      const [hash, data] = await Promise.all([
        this.#redis.hgetall(commandKey(this.#group, uid)),
        this.#redis.hget(this.#jobKey(uid), "data"),
      ]);
      const record = parseLedgerRecord(uid, hash);
      if (record !== undefined) {
        if (isReused(submission, record)) return { kind: "reused" };
        if (isEnded(record)) return { kind: "ended", record };
      }
      const waiting = data === null ? undefined : readCommand(data);
      let { command } = submission;
      if (waiting?.kind === "command") {
        command = asFirst(submission, timeOf(waiting.command.deadline));
        if (commandDigest(command) !== commandDigest(waiting.command)) return { kind: "reused" };
      } else if (record !== undefined) command = asFirst(submission, record.deadline);
      // Where the job is there this adds nothing: who was killed before the broker heard of it may not have confirmed it.
      await this.#add(command);
      return { kind: "waits" };
    });
  }

  async close(): Promise<void> {
    await this.#queue.close();
  }

  async #add(command: Command): Promise<void> {
    const jobId = commandJobId(command.uid);
    const { notBefore } = command;
    await this.#durably(this.#jobKey(command.uid), () =>
      this.#queue.add("command", command, {
        jobId,
        priority: queuePriority(command.priority),
        delay: notBefore === undefined ? 0 : Math.max(0, timeOf(notBefore) - this.#wall()),
        removeOnComplete: KEEP_FINISHED,
        removeOnFail: KEEP_FINISHED,
      }),
    );
  }

  #jobKey(uid: string): string {
    return this.#queue.toKey(commandJobId(uid));
  }

  async #asFault<Result>(work: () => Promise<Result>): Promise<Result> {
    try {
      return await work();
    } catch (thrown) {
      // A record that is none of ours does not get better.
      if (!(thrown instanceof ModelFault)) throw toRedisFault(thrown);
      const { message } = thrown;
      throw new EdgeError({ code: "command.record.invalid", blame: "us", retry: "never", message, cause: thrown });
    }
  }
}
