import { consume, type Consumer } from "./consume.ts";
import type { ConsumerCounts, ConsumerTuning } from "./consumer-settings.ts";
import { Journal, type JournalCounts } from "./journal.ts";
import type { RedisTarget } from "./redis-connection.ts";

export interface ReferenceCoreOptions {
  readonly redis: RedisTarget;
  readonly groups: readonly string[];
  /** The file every message goes to, one JSON object a line. Several cores may share it. */
  readonly out: string;
  readonly tuning?: Partial<ConsumerTuning>;
}

export interface ReferenceCore {
  readonly consumer: Consumer;
  counts(): { readonly consumer: ConsumerCounts; readonly journal: JournalCounts };
  /** Gives back what has not begun and closes the file. */
  close(): Promise<void>;
}

/** The smallest honest core: every message in a file, exactly once. Resolves when it takes from the queues. */
export async function runReferenceCore(options: ReferenceCoreOptions): Promise<ReferenceCore> {
  const journal = new Journal(options.out);
  const consumer = consume({
    ...options.tuning,
    redis: options.redis,
    groups: options.groups,
    mode: "batch",
    handler: async (messages) => {
      await journal.append(messages);
    },
  });
  await consumer.ready();
  return {
    consumer,
    counts: () => ({ consumer: consumer.counts(), journal: journal.counts }),
    async close(): Promise<void> {
      await consumer.close();
      await journal.close();
    },
  };
}

/** The same without a file: one line of JSON on standard output per message, each id once per process. */
export async function printMessages(options: Omit<ReferenceCoreOptions, "out">): Promise<ReferenceCore> {
  const printed = new Set<string>();
  const order: string[] = [];
  let repeated = 0;
  const consumer = consume({
    ...options.tuning,
    redis: options.redis,
    groups: options.groups,
    mode: "message",
    handler: (message) => {
      if (printed.has(message.id)) repeated += 1;
      else {
        process.stdout.write(`${JSON.stringify(message)}\n`);
        printed.add(message.id);
        order.push(message.id);
        if (order.length > PRINTED_KEPT) printed.delete(order.shift() ?? "");
      }
      return Promise.resolve();
    },
  });
  await consumer.ready();
  return {
    consumer,
    counts: () => ({
      consumer: consumer.counts(),
      journal: { written: printed.size, repeats: repeated, torn: 0, unreadable: 0 },
    }),
    close: () => consumer.close(),
  };
}

const PRINTED_KEPT = 100_000;
