import { EdgeError } from "../adapters/kit/edge-error.ts";
import { CONSUMER_TUNING, type ConsumerCounts, type ConsumeSettings } from "./consumer-settings.ts";
import { type DeadLetter, listDeadLetters, replayDeadLetter } from "./dead-letters.ts";
import type { Handling } from "./delivery.ts";
import { GroupConsumer } from "./group-consumer.ts";

/** A running core instance. */
export interface Consumer {
  counts(): ConsumerCounts;
  /** Resolves when every group's queue is being read. */
  ready(): Promise<void>;
  /** At most `DEAD_LETTERS_PAGE` of a group, newest first, from the given place. */
  deadLetters(group: string, from?: number): Promise<readonly DeadLetter[]>;
  /** How many there are in all groups: more than 0 is an alarm. */
  deadLetterCount(): Promise<number>;
  replay(group: string, id: string): Promise<void>;
  /** Takes nothing more, gives back what has not begun, waits for the handlers under way. */
  close(): Promise<void>;
}

/**
 * Takes messages of the given groups and hands them to the handler. Transactional: a job leaves the queue only when the
 * handler's promises resolved; a rejection, a crash or a frozen process brings its messages to this or another instance
 * again. So the handler sees a message at least once; `Inbox` makes its effect happen once.
 */
export function consume(settings: ConsumeSettings): Consumer {
  const tuning = { ...CONSUMER_TUNING, ...settings };
  const handling: Handling =
    settings.mode === "batch" ? { mode: "batch", handler: settings.handler } : { handler: settings.handler };
  const groups = new Map(
    settings.groups.map((group) => [group, new GroupConsumer({ group, redis: settings.redis, tuning, handling })]),
  );
  const of = (group: string): GroupConsumer => groups.get(group) ?? noSuchGroup(group);
  return {
    counts: () => sum([...groups.values()].map((one) => one.counts())),
    async ready(): Promise<void> {
      await Promise.all([...groups.values()].map((one) => one.ready()));
    },
    deadLetters: async (group, from) => listDeadLetters(group, of(group).queue, from),
    async deadLetterCount(): Promise<number> {
      const counts = await Promise.all([...groups.values()].map((one) => one.queue.getFailedCount()));
      return counts.reduce((total, one) => total + one, 0);
    },
    replay: async (group, id) => replayDeadLetter(of(group).queue, id),
    async close(): Promise<void> {
      await Promise.all([...groups.values()].map((one) => one.close()));
    },
  };
}

const NOTHING: ConsumerCounts = {
  handled: 0,
  jobs: 0,
  rejected: 0,
  givenBack: 0,
  deadLetters: 0,
  afterGap: 0,
  behind: 0,
  stale: 0,
  held: 0,
  recreated: 0,
};

function sum(all: readonly ConsumerCounts[]): ConsumerCounts {
  return all.reduce(
    (a, b) => ({
      handled: a.handled + b.handled,
      jobs: a.jobs + b.jobs,
      rejected: a.rejected + b.rejected,
      givenBack: a.givenBack + b.givenBack,
      deadLetters: a.deadLetters + b.deadLetters,
      afterGap: a.afterGap + b.afterGap,
      behind: a.behind + b.behind,
      stale: a.stale + b.stale,
      held: a.held + b.held,
      recreated: a.recreated + b.recreated,
    }),
    NOTHING,
  );
}

function noSuchGroup(group: string): never {
  throw new EdgeError({
    code: "core.group.unknown",
    blame: "operator",
    retry: "never",
    message: `this consumer does not take from group ${group}`,
  });
}
