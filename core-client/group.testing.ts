import { Queue } from "bullmq";
import { Redis } from "ioredis";
import { encodeBatch, encodeMessage } from "../edge-agent/model/batch.ts";
import type { Message } from "../edge-agent/model/message.ts";
import { groupTag } from "../edge-agent/model/reign.ts";
import { MESSAGES_QUEUE } from "./consumer-settings.ts";

/** A group's queue of messages from the agents' side. */
export interface TestGroup {
  readonly queue: Queue;
  readonly redis: Redis;
  /** One job with these messages; answers its id. */
  add(...messages: readonly Message[]): Promise<string>;
  close(): Promise<void>;
}

export function openGroup(url: string, group: string): TestGroup {
  const redis = new Redis(url, { maxRetriesPerRequest: null, retryStrategy: () => 20 });
  redis.on("error", () => undefined);
  const queue = new Queue(MESSAGES_QUEUE, { prefix: groupTag(group), connection: redis });
  queue.on("error", () => undefined);
  return {
    queue,
    redis,
    async add(...messages): Promise<string> {
      const batch = encodeBatch(messages.map(encodeMessage));
      await queue.add("batch", JSON.parse(batch.json), { jobId: batch.id });
      return batch.id;
    },
    async close(): Promise<void> {
      await queue.close();
      redis.disconnect();
    },
  };
}
