import type { RedisClient } from "../adapters/io/node/redis.ts";
import { readBatch } from "../edge-agent/model/batch.ts";
import { ModelFault } from "../edge-agent/model/model-fault.ts";
import { comparePositions, type Position, positionOf } from "./position.ts";

/** A job that is neither finished nor fresh, and not in our hands. */
export interface UnfinishedJob {
  readonly id: string;
  /** At the taking end of the waiting list, because its core died or gave it back: whoever takes next gets it. */
  readonly isReturned: boolean;
  /** The earliest position of each device in it. */
  readonly earliest: ReadonlyMap<string, Position>;
}

/** Ids looked at where returned jobs wait; what stands behind so many returned jobs is seen when those are taken. */
const FRONT_OF_WAITING = 64;
const DELAYED = 200;
/** Jobs whose content is remembered: a job is looked into once, not with every look. */
const KEPT = 512;

/**
 * What other cores have in their hands, what waits for a repeat, and what was put back because its core died. The committer
 * adds jobs in the order of their devices and they are taken in that order, so a missing predecessor is in one of these or
 * nowhere.
 */
export class UnfinishedJobs {
  readonly #redis: RedisClient;
  readonly #toKey: (part: string) => string;
  readonly #contents = new Map<string, ReadonlyMap<string, Position>>();

  /** @param toKey the key of a part of the queue, BullMQ's `queue.toKey`. */
  constructor(redis: RedisClient, toKey: (part: string) => string) {
    this.#redis = redis;
    this.#toKey = toKey;
  }

  async find(ours: { has(id: string): boolean }): Promise<readonly UnfinishedJob[]> {
    const [active, delayed, front] = await this.#lists();
    const underWay = [...active, ...delayed].filter((id) => !ours.has(id));
    // `ats` is BullMQ's count of starts: one that waits and was started before was put back.
    const starts = await Promise.all(front.map((id) => this.#redis.hget(this.#toKey(id), "ats")));
    const returned = front.filter((id, at) => !ours.has(id) && Number(starts[at] ?? 0) > 0);
    const toJob = async (id: string, isReturned: boolean): Promise<UnfinishedJob> => {
      return { id, isReturned, earliest: await this.#contentOf(id) };
    };
    return Promise.all([...underWay.map((id) => toJob(id, false)), ...returned.map((id) => toJob(id, true))]);
  }

  /**
   * Read in one step: a job that is taken between two reads would be in neither list, and who waits for it would go on
   * without it.
   */
  async #lists(): Promise<readonly [active: string[], delayed: string[], front: string[]]> {
    const replies = await this.#redis
      .multi()
      .lrange(this.#toKey("active"), 0, -1)
      .zrange(this.#toKey("delayed"), "0", String(DELAYED - 1))
      .lrange(this.#toKey("wait"), -FRONT_OF_WAITING, -1)
      .exec();
    const [active, delayed, front] = (replies ?? []).map(([fault, ids]) => {
      if (fault !== null) throw fault;
      return Array.isArray(ids) ? ids.map(String) : [];
    });
    if (active === undefined || delayed === undefined || front === undefined) throw new Error("no lists of jobs");
    return [active, delayed, front];
  }

  async #contentOf(id: string): Promise<ReadonlyMap<string, Position>> {
    const known = this.#contents.get(id);
    if (known !== undefined) return known;
    const earliest = earliestOf(await this.#redis.hget(this.#toKey(id), "data"));
    if (this.#contents.size >= KEPT) {
      for (const oldest of this.#contents.keys()) {
        this.#contents.delete(oldest);
        break;
      }
    }
    this.#contents.set(id, earliest);
    return earliest;
  }
}

/** Nothing where it is no batch: such a job becomes a dead letter and brings no message to anybody. */
function earliestOf(json: string | null): ReadonlyMap<string, Position> {
  const earliest = new Map<string, Position>();
  if (json === null) return earliest;
  try {
    for (const message of readBatch(JSON.parse(json), { validate: false }).messages) {
      const position = positionOf(message);
      const known = earliest.get(message.subject);
      if (known === undefined || comparePositions(position, known) < 0) earliest.set(message.subject, position);
    }
  } catch (fault) {
    if (!(fault instanceof ModelFault) && !(fault instanceof SyntaxError) && !(fault instanceof TypeError)) throw fault;
  }
  return earliest;
}
