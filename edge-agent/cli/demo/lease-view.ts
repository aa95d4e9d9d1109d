import { Queue } from "bullmq";
import { Redis } from "ioredis";
import { readBatch } from "../../model/batch.ts";
import { groupTag } from "../../model/reign.ts";

const LOOK_EVERY_MS = 200;

/** Watches one group from outside, through Redis alone. */
export class LeaseView {
  readonly #redis: Redis;
  readonly #group: string;
  readonly #timer: NodeJS.Timeout;
  seen: string | undefined;
  /** Whoever held it when somebody did. */
  lastHolder: string | undefined;

  constructor(url: string, group: string) {
    this.#redis = new Redis(url, { maxRetriesPerRequest: 0, commandTimeout: 500, retryStrategy: () => 100 });
    this.#redis.on("error", () => {});
    this.#group = group;
    this.#timer = setInterval(() => void this.holder(), LOOK_EVERY_MS);
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

  /** Distinct messages of a type that are or were in the queue, as far as finished jobs are kept. */
  async committed(type: string): Promise<number> {
    const queue = new Queue("messages", { prefix: groupTag(this.#group), connection: this.#redis });
    const ids = new Set<string>();
    const jobs = await queue.getJobs(["wait", "active", "delayed", "completed", "failed"]);
    for (const job of jobs) {
      const { messages } = readBatch(job.data, { validate: false });
      for (const message of messages) if (message.type === type) ids.add(message.id);
    }
    await queue.close();
    return ids.size;
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    this.#redis.disconnect();
  }
}
