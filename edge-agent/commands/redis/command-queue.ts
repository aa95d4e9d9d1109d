import { createIORedisClient, type IRedisClient, Job, type JobsOptions, Queue, UnrecoverableError } from "bullmq";
import { Packr } from "msgpackr";
import type { RedisClient } from "../../../adapters/io/node/redis.ts";
import { toRedisFault } from "../../../adapters/io/node/redis-fault.ts";
import { DAY_MS, toWall, type WallMs } from "../../../adapters/kit/time.ts";
import { COMMANDS_QUEUE } from "../../model/ledger.ts";
import { groupTag, leaseToken } from "../../model/reign.ts";
import type { Hold } from "../ledger.ts";
import { Completions, type Verdict } from "./completions.ts";
import { GIVE_BACK_SCRIPT, RECLAIM_SCRIPT, RECOVER_SCRIPT } from "./return-script.ts";
import { checkTakeScript, fencedTakeScript, installedTakeScript } from "./take-script.ts";

/** A job in our hands. */
export interface TakenJob {
  readonly id: string;
  /** JSON text, as it came. */
  readonly data: string;
  /** JSON text of the job's options. */
  readonly options: string;
  readonly name: string;
}

export type Take =
  | { readonly kind: "fenced" }
  /** `nextAt`: when the next delayed job is due, where there is one and no other waits. */
  | { readonly kind: "taken"; readonly jobs: readonly TakenJob[]; readonly nextAt: WallMs | undefined };

/**
 * A lock is the claim of one reign to a job, not a lease of its own: it ends when the job does or when the next reign
 * takes everything back. No timer renews it, and nothing looks for stalled jobs.
 */
const LOCK_MS: number = 20 * DAY_MS;
/** Jobs one script moves, so that Redis is not kept from others for more than a few milliseconds. */
const PER_CALL = 500;
/** What is kept of jobs that do not say so themselves. */
const KEEP_COMPLETED = { age: 3_600, count: 5_000 };
const KEEP_FAILED = { age: 30 * 86_400, count: 10_000 };

const COMMANDS = {
  take: "busbar:cmd-take",
  recover: "busbar:cmd-recover",
  reclaim: "busbar:cmd-reclaim",
  giveBack: "busbar:cmd-give-back",
} as const;
const packer = new Packr({ useRecords: false, encodeUndefinedAsNil: true });

/** The BullMQ queue of one group's commands, as one reign takes from it. All calls reject with EdgeErrors `queue.*`. */
export class CommandQueue {
  readonly #client: IRedisClient;
  readonly #queue: Queue;
  readonly #lease: string;
  readonly #token: string;
  readonly #takeOptions: Buffer;
  readonly #completions: Completions;

  /** Throws `queue.bullmq.untested` where the installed BullMQ is not the tested one. `redis` stays the caller's to close. */
  constructor(redis: RedisClient, group: string, hold: Hold) {
    const script = installedTakeScript();
    checkTakeScript(script);
    this.#lease = `${groupTag(group)}:lease`;
    this.#token = leaseToken(hold);
    this.#takeOptions = packer.pack({ token: this.#token, lockDuration: LOCK_MS, name: hold.holder });
    this.#queue = new Queue(COMMANDS_QUEUE, { connection: redis, prefix: groupTag(group), skipMetasUpdate: true });
    this.#queue.on("error", () => {});
    this.#client = createIORedisClient(redis);
    this.#completions = new Completions(this.#client);
    this.#client.defineCommand(COMMANDS.take, { numberOfKeys: 12, lua: fencedTakeScript(script.lua) });
    this.#client.defineCommand(COMMANDS.recover, { numberOfKeys: 7, lua: RECOVER_SCRIPT });
    this.#client.defineCommand(COMMANDS.reclaim, { numberOfKeys: 7, lua: RECLAIM_SCRIPT });
    this.#client.defineCommand(COMMANDS.giveBack, { numberOfKeys: 7, lua: GIVE_BACK_SCRIPT });
  }

  /** The key whose members BullMQ pushes to wake up who waits for jobs. */
  get marker(): string {
    return this.#key("marker");
  }

  async take(atMost: number, now: WallMs): Promise<Take> {
    const parts = ["wait", "active", "prioritized", "events", "stalled", "limiter", "delayed", "paused", "meta", "pc"];
    const keys = [this.#lease, ...[...parts, "marker"].map((part) => this.#key(part))];
    const args = [this.#token, Math.min(atMost, PER_CALL), this.#key(""), Math.floor(now), this.#takeOptions];
    const [verdict, nextAt, ...jobs] = await this.#run(COMMANDS.take, [...keys, ...args]);
    if (verdict !== 1) return { kind: "fenced" };
    return {
      kind: "taken",
      jobs: jobs.filter(Array.isArray).map((job: readonly unknown[]) => {
        const [id = "", data = "", options = "", name = ""] = job.map(String);
        return { id, data, options, name };
      }),
      nextAt: typeof nextAt === "number" && nextAt > 0 ? toWall(nextAt) : undefined,
    };
  }

  /** Gives back what any earlier taker has left; how many, or `fenced`. Only before the first `take` of a reign's intake. */
  async recover(): Promise<number | "fenced"> {
    let given = 0;
    for (;;) {
      const args = [...this.#returnKeys(), this.#token, this.#key(""), PER_CALL];
      const [some, left] = await this.#run(COMMANDS.recover, args);
      if (some === -1) return "fenced";
      given += Number(some);
      if (left === 0) return given;
    }
  }

  /**
   * Gives back what this reign has taken without knowing it, because the reply was lost; how many, or `fenced`.
   * @param known ids of all jobs in our hands
   */
  async reclaim(known: readonly string[]): Promise<number | "fenced"> {
    const args = [...this.#returnKeys(), this.#token, this.#key(""), ...known];
    const [given] = await this.#run(COMMANDS.reclaim, args);
    return given === -1 ? "fenced" : Number(given);
  }

  /** Gives untouched jobs back, in the order they were taken; those that are not ours any more are left alone. */
  async giveBack(ids: readonly string[]): Promise<number> {
    let given = 0;
    for (let end = ids.length; end > 0; end -= PER_CALL) {
      const newestFirst = ids.slice(Math.max(0, end - PER_CALL), end).reverse();
      const args = [...this.#returnKeys(), this.#token, this.#key(""), ...newestFirst];
      given += Number((await this.#run(COMMANDS.giveBack, args))[0]);
    }
    return given;
  }

  /** `gone`: the job is not ours any more, or no more. */
  async complete(job: TakenJob, value: Readonly<Record<string, unknown>>): Promise<"done" | "gone"> {
    const options = optionsOf(job.options);
    // Of a job BullMQ looks at its id and its options here.
    const known = { id: job.id, opts: options } as unknown as Job;
    const keep = options.removeOnComplete ?? KEEP_COMPLETED;
    const args = this.#queue.backend.moveToCompletedArgs(known, JSON.stringify(value), keep, this.#token, false);
    let verdict: Verdict;
    try {
      verdict = await this.#completions.add(args);
    } catch (thrown) {
      throw toRedisFault(thrown);
    }
    if (verdict !== "alone") return verdict;
    return this.#end(() => this.#jobOf(job).moveToCompleted(value, this.#token, false));
  }

  fail(job: TakenJob, reason: string): Promise<"done" | "gone"> {
    return this.#end(() => this.#jobOf(job).moveToFailed(new UnrecoverableError(reason), this.#token, false));
  }

  delay(job: TakenJob, until: WallMs): Promise<"done" | "gone"> {
    return this.#end(() => this.#jobOf(job).moveToDelayed(until, this.#token));
  }

  async close(): Promise<void> {
    await this.#queue.close();
  }

  async #end(move: () => Promise<unknown>): Promise<"done" | "gone"> {
    try {
      await move();
      return "done";
    } catch (thrown) {
      // BullMQ gives the negative replies of its scripts as `code`: no job, no lock, another's lock, not taken.
      if (thrown instanceof Error && "code" in thrown && typeof thrown.code === "number") return "gone";
      throw toRedisFault(thrown);
    }
  }

  #jobOf(job: TakenJob): Job {
    return Job.fromJSON(this.#queue, {
      id: job.id,
      name: job.name,
      data: "{}",
      opts: optionsOf(job.options),
      progress: 0,
      attemptsMade: 0,
      attemptsStarted: 1,
      timestamp: 0,
      failedReason: "",
      returnvalue: "",
      stalledCounter: 0,
    });
  }

  #returnKeys(): string[] {
    const parts = ["active", "wait", "prioritized", "marker", "events", "stalled"];
    return [this.#lease, ...parts.map((part) => this.#key(part))];
  }

  #key(part: string): string {
    return this.#queue.toKey(part);
  }

  async #run(command: string, args: (string | number | Buffer)[]): Promise<readonly unknown[]> {
    try {
      const reply: unknown = await this.#client.runCommand(command, args);
      return Array.isArray(reply) ? reply : [];
    } catch (thrown) {
      throw toRedisFault(thrown);
    }
  }
}

/** Finished jobs are kept for a while, not for ever, also where the core did not say so. */
function optionsOf(text: string): JobsOptions {
  let known: unknown;
  try {
    known = JSON.parse(text);
  } catch (_notJson) {
    known = undefined;
  }
  const options = typeof known === "object" && known !== null ? known : {};
  return { removeOnComplete: KEEP_COMPLETED, removeOnFail: KEEP_FAILED, ...options };
}
