import type { RedisClient } from "../../adapters/io/node/redis.ts";
import { readBatch } from "../../edge-agent/model/batch.ts";
import type { CommittedBatch, LedgerEntry, OwnerEntry } from "./accountant.ts";

/** One look at the lease. */
export interface Holding {
  readonly holder: string;
  readonly epoch: number;
}

const READ_AT_ONCE = 1_000;
const FOLLOW_EVERY_MS = 250;

/**
 * Watches a group through Redis alone, by the keys ARCHITECTURE.md names and none of the agents' code. It follows the
 * streams while a run lasts, because both are trimmed.
 */
export class Observer {
  readonly #redis: RedisClient;
  readonly #tag: string;
  readonly #owners: OwnerEntry[] = [];
  readonly #batches: CommittedBatch[] = [];
  readonly #seen = new Set<string>();
  #ownerId = "0-0";
  #eventId = "0-0";
  #following: Promise<void> | undefined;
  #closed = false;
  readonly #timer: NodeJS.Timeout;

  constructor(redis: RedisClient, group: string) {
    this.#redis = redis;
    this.#tag = `{busbar:${group}}`;
    this.#timer = setInterval(() => void this.follow().catch(() => undefined), FOLLOW_EVERY_MS);
  }

  /** Who holds the lease now; `undefined` where nobody does. Rejects while Redis does not answer. */
  async holding(): Promise<Holding | undefined> {
    const token = await this.#redis.get(`${this.#tag}:lease`);
    const [, holder = "", epoch = ""] = /^(.*):(\d+)$/.exec(token ?? "") ?? [];
    return holder === "" ? undefined : { holder, epoch: Number(epoch) };
  }

  /** Everything the owner stream has said, in its order. */
  get owners(): readonly OwnerEntry[] {
    return this.#owners;
  }

  /** Every job that was added to the queue of messages, in the order Redis added them. */
  get batches(): readonly CommittedBatch[] {
    return this.#batches;
  }

  /** Reads on from where it was. Calls at the same time share one reading. */
  follow(): Promise<void> {
    this.#following ??= this.#readOn().finally(() => {
      this.#following = undefined;
    });
    return this.#following;
  }

  /**
   * Lets the group forget its takeovers so far, as if they were days ago: agents count those of the last minutes and become
   * careful. What was read of them here stays.
   */
  async forgetTakeovers(): Promise<void> {
    await this.follow();
    if (this.#ownerId === "0-0") return;
    const key = `${this.#tag}:owner`;
    await this.#redis.xtrim(key, "MINID", this.#ownerId);
    await this.#redis.xdel(key, this.#ownerId);
  }

  async ledgerOf(uid: string): Promise<LedgerEntry | undefined> {
    const hash = await this.#redis.hgetall(`${this.#tag}:cmd:${uid}`);
    const { state } = hash;
    if (state === undefined) return undefined;
    return { uid, state, attempt: Number(hash["attempt"] ?? 0), reason: hash["reason"] };
  }

  /** Jobs of the queue of messages that no core has finished. */
  async unfinished(): Promise<number> {
    const key = (part: string): string => `${this.#tag}:messages:${part}`;
    const counts = await Promise.all([
      this.#redis.llen(key("wait")),
      this.#redis.llen(key("active")),
      this.#redis.zcard(key("delayed")),
      this.#redis.zcard(key("failed")),
    ]);
    return counts.reduce((sum, count) => sum + count, 0);
  }

  close(): void {
    this.#closed = true;
    clearInterval(this.#timer);
    this.#redis.disconnect();
  }

  async #readOn(): Promise<void> {
    // The events first: whoever was added before a takeover is then read no later than the takeover.
    for (let more = true; more && !this.#closed; ) {
      const entries = await this.#redis.xrange(
        `${this.#tag}:messages:events`,
        `(${this.#eventId}`,
        "+",
        "COUNT",
        READ_AT_ONCE,
      );
      for (const [id, fields] of entries) {
        const facts = toRecord(fields);
        const job = facts["jobId"];
        if (facts["event"] === "added" && job !== undefined) await this.#added(id, job);
        this.#eventId = id;
      }
      more = entries.length === READ_AT_ONCE;
    }
    const entries = await this.#redis.xrange(`${this.#tag}:owner`, `(${this.#ownerId}`, "+");
    for (const [id, fields] of entries) {
      const facts = toRecord(fields);
      this.#owners.push({
        streamId: id,
        event: facts["event"] ?? "",
        holder: facts["holder"] ?? "",
        epoch: Number(facts["epoch"]),
        reason: facts["reason"] ?? "",
        at: Number(facts["at"]),
      });
      this.#ownerId = id;
    }
  }

  async #added(streamId: string, job: string): Promise<void> {
    if (this.#seen.has(job)) return;
    const data = await this.#redis.hget(`${this.#tag}:messages:${job}`, "data");
    if (data === null) return;
    this.#seen.add(job);
    const { messages } = readBatch(JSON.parse(data), { validate: false });
    // Taken from JSON: what is not there is missing, not undefined.
    this.#batches.push({ streamId, job, messages: messages as CommittedBatch["messages"] });
  }
}

function toRecord(fields: readonly string[]): Record<string, string> {
  const record: Record<string, string> = {};
  for (let i = 0; i + 1 < fields.length; i += 2) record[fields[i] ?? ""] = fields[i + 1] ?? "";
  return record;
}
