import { Queue } from "bullmq";
import { Redis } from "ioredis";
import { readBatch } from "../../model/batch.ts";
import { groupTag } from "../../model/reign.ts";

const LOOK_EVERY_MS = 200;
/** Finished jobs of more than a second, of each kind, newest first. */
const NEWEST = 199;
const COUNT_EVERY_MS = 1_000;

/** Watches one group from outside, through Redis alone. */
export class LeaseView {
  readonly #redis: Redis;
  readonly #group: string;
  readonly #timers: readonly NodeJS.Timeout[];
  readonly #queue: Queue;
  /** Ids of the messages seen in the queue, by type: finished jobs are kept for a while only. */
  readonly #committed = new Map<string, Set<string>>();
  seen: string | undefined;
  /** Whoever held it when somebody did. */
  lastHolder: string | undefined;

  constructor(url: string, group: string) {
    this.#redis = new Redis(url, { maxRetriesPerRequest: 0, commandTimeout: 500, retryStrategy: () => 100 });
    this.#redis.on("error", () => {});
    this.#group = group;
    this.#queue = new Queue("messages", { prefix: groupTag(group), connection: this.#redis });
    this.#queue.on("error", () => {});
    this.#timers = [
      setInterval(() => void this.holder(), LOOK_EVERY_MS),
      setInterval(() => void this.#count(0, NEWEST).catch(() => {}), COUNT_EVERY_MS),
    ];
  }

  async holder(): Promise<string | undefined> {
    try {
      const token = await this.#redis.get(`${groupTag(this.#group)}:lease`);
      this.seen = token === null ? "nobody" : `${token.split(":")[0]} (epoch ${token.split(":")[1]})`;
      const holder = token?.split(":")[0];
      this.lastHolder = holder ?? this.lastHolder;
      return holder;
    } catch (_redisIsAway) {
      this.seen = "unknown, Redis is away";
      return undefined;
    }
  }

  /** Distinct messages of a type that are or were in the queue. */
  async committed(type: string): Promise<number> {
    await this.#count(0, -1);
    return this.#committed.get(type)?.size ?? 0;
  }

  async #count(first: number, last: number): Promise<void> {
    const jobs = await this.#queue.getJobs(["wait", "active", "delayed", "completed", "failed"], first, last);
    // One that went between the list and its content is counted the next time, as a finished one.
    for (const job of jobs) {
      if (job === undefined) continue;
      for (const { type, id } of readBatch(job.data, { validate: false }).messages) {
        const ids = this.#committed.get(type);
        if (ids === undefined) this.#committed.set(type, new Set([id]));
        else ids.add(id);
      }
    }
  }

  async close(): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer);
    await this.#queue.close();
    this.#redis.disconnect();
  }
}
