import { randomUUID } from "node:crypto";
import { type Job, Queue, UnrecoverableError, Worker } from "bullmq";
import type { RedisClient } from "../adapters/io/node/redis.ts";
import { type Batch, readBatch } from "../edge-agent/model/batch.ts";
import { ModelFault } from "../edge-agent/model/model-fault.ts";
import { groupTag } from "../edge-agent/model/reign.ts";
import {
  type ConsumerCounts,
  type ConsumerTuning,
  KEEP_COMPLETED,
  KEEP_FAILED,
  MESSAGES_QUEUE,
} from "./consumer-settings.ts";
import type { Handling } from "./delivery.ts";
import { type JobOutcome, JobRun, NoTurns, type Turns } from "./job-run.ts";
import { JobReturns } from "./job-returns.ts";
import { LivenessWatch } from "./liveness-watch.ts";
import { ProgressBoard } from "./progress-board.ts";
import { connect, type RedisTarget } from "./redis-connection.ts";
import { ReignWatch } from "./reign-watch.ts";
import { Turnstile } from "./turnstile.ts";
import { type UnfinishedJob, UnfinishedJobs } from "./unfinished-jobs.ts";
import { untilAccepted } from "./until-accepted.ts";

const LOOK_EVERY_MS = 1_000;
/** Returned jobs taken beyond the concurrency while all places are held by jobs that wait for them. */
const EXTRA_PLACES = 64;

/** Takes the batches of one group. A job leaves the queue only when the handler resolved for all its messages. */
export class GroupConsumer {
  readonly #group: string;
  readonly #target: RedisTarget;
  readonly #tuning: ConsumerTuning;
  readonly #handling: Handling;
  readonly #redis: RedisClient;
  readonly #queue: Queue;
  readonly #board: ProgressBoard;
  readonly #unfinished: UnfinishedJobs;
  readonly #turnstile: Turnstile;
  readonly #turns: Turns;
  readonly #reigns: ReignWatch;
  readonly #liveness: LivenessWatch;
  /** Jobs whose messages are in the turnstile or with the handler. */
  readonly #runs = new Map<string, JobRun>();
  /** Taken beyond the worker's own places. */
  readonly #extra = new Set<Promise<unknown>>();
  readonly #returns: JobReturns;
  readonly #counts = {
    handled: 0,
    jobs: 0,
    deadLetters: 0,
    afterGap: 0,
    behind: 0,
    recreated: 0,
  };
  readonly #subscriber: RedisClient | undefined;
  #worker: Worker;
  #workerRedis: RedisClient;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isClosing = false;

  constructor(parts: {
    readonly group: string;
    readonly redis: RedisTarget;
    readonly tuning: ConsumerTuning;
    readonly handling: Handling;
  }) {
    this.#group = parts.group;
    this.#target = parts.redis;
    this.#tuning = parts.tuning;
    this.#handling = parts.handling;
    this.#redis = connect(parts.redis, "worker");
    this.#queue = new Queue(MESSAGES_QUEUE, { prefix: groupTag(parts.group), connection: this.#redis });
    this.#queue.on("error", () => undefined);
    this.#unfinished = new UnfinishedJobs(this.#redis, (part) => this.#queue.toKey(part));
    this.#board = new ProgressBoard(this.#redis, parts.group);
    this.#turnstile = new Turnstile({
      board: this.#board,
      unfinished: () => this.#unfinishedElsewhere(),
      limits: { holdMs: parts.tuning.holdMs },
    });
    this.#turns = parts.tuning.order === "device" ? this.#turnstile : new NoTurns();
    if (parts.tuning.order === "device") {
      this.#subscriber = connect(parts.redis, "worker");
      this.#board.watch(this.#subscriber, (device, position) => this.#turnstile.learned(device, position));
    }
    this.#reigns = new ReignWatch(parts.tuning.staleReign);
    this.#returns = new JobReturns(parts.tuning);
    this.#liveness = new LivenessWatch(parts.tuning.stuckMs, performance.now());
    this.#workerRedis = connect(parts.redis, "worker");
    this.#worker = this.#startWorker();
    this.#scheduleLook();
  }

  get queue(): Queue {
    return this.#queue;
  }

  counts(): ConsumerCounts {
    return { ...this.#counts, ...this.#returns.counts, stale: this.#reigns.stale, held: this.#turnstile.held };
  }

  async ready(): Promise<void> {
    await this.#worker.waitUntilReady();
  }

  /** Takes nothing more, gives back what has not begun, waits for the handlers under way. */
  async close(): Promise<void> {
    this.#isClosing = true;
    clearTimeout(this.#timer);
    const closed = this.#worker.close();
    for (const run of this.#runs.values()) run.stop();
    this.#returns.close();
    await Promise.all(this.#extra);
    await closed;
    this.#turnstile.close();
    await this.#queue.close();
    this.#workerRedis.disconnect();
    this.#subscriber?.disconnect();
    this.#redis.disconnect();
  }

  #startWorker(): Worker {
    const { concurrency, lockMs, stalledCheckMs, attempts } = this.#tuning;
    const worker = new Worker(MESSAGES_QUEUE, (job, token) => this.#process(job, token), {
      prefix: groupTag(this.#group),
      connection: this.#workerRedis,
      concurrency,
      lockDuration: lockMs,
      stalledInterval: stalledCheckMs,
      // The second crash would make a dead letter of an innocent job; poison is told by its starts.
      maxStalledCount: 1_000_000,
      maxStartedAttempts: attempts * 4,
      removeOnComplete: KEEP_COMPLETED,
      removeOnFail: KEEP_FAILED,
      runRetryDelay: 500,
    });
    worker.on("error", () => undefined);
    worker.on("failed", () => {
      this.#counts.deadLetters += 1;
    });
    worker.on("completed", () => {
      this.#counts.jobs += 1;
    });
    return worker;
  }

  async #process(job: Job, token: string | undefined): Promise<void> {
    this.#liveness.took(performance.now());
    const id = job.id ?? "";
    const run = new JobRun({
      facts: { id, group: this.#group, start: job.attemptsStarted },
      messages: this.#decode(job).messages,
      handling: this.#handling,
      turns: this.#turns,
      reignOf: (message) => this.#reigns.observe(this.#group, message),
      beforeWaiting: (progress) => void this.#board.advance(progress).catch(() => undefined),
    });
    this.#runs.set(id, run);
    if (this.#isClosing) run.stop();
    let outcome: JobOutcome;
    try {
      outcome = await run.run();
    } finally {
      this.#runs.delete(id);
    }
    this.#count(outcome);
    // Before the job is finished: another core that misses these messages then finds either the job or the progress.
    if (this.#tuning.order === "device") await this.#accepted(() => this.#board.advance(outcome.progress));
    if (outcome.unhandled.length > 0) await this.#returns.giveBack(job, token, outcome);
    const finish = job.moveToCompleted.bind(job);
    job.moveToCompleted = (...args) => this.#accepted(() => finish(...args));
  }

  #accepted<Result>(write: () => Promise<Result>): Promise<Result> {
    return untilAccepted(write, () => this.#isClosing);
  }

  #decode(job: Job): Batch {
    try {
      return readBatch(job.data, { validate: this.#tuning.validate });
    } catch (fault) {
      if (!(fault instanceof ModelFault)) throw fault;
      // No repeat will make it readable: straight to the dead letters, with the reason.
      throw new UnrecoverableError(`${fault.code}: ${fault.message}`);
    }
  }

  #count(outcome: JobOutcome): void {
    this.#counts.handled += outcome.handled;
    this.#counts.afterGap += outcome.afterGap;
    this.#counts.behind += outcome.behind;
  }

  async #unfinishedElsewhere(): Promise<readonly UnfinishedJob[]> {
    const ours = { has: (id: string) => this.#runs.get(id)?.hasEntered === true };
    const unfinished = await this.#unfinished.find(ours);
    const returned = unfinished.filter((job) => job.isReturned).length;
    if (returned > 0) await this.#takeReturned(returned);
    return unfinished;
  }

  /**
   * When all places are held by jobs that wait for returned ones, nobody would be left to take those: they are taken beyond
   * the worker's places. They are at the taking end, so what we take is them, or else one more that waits.
   */
  async #takeReturned(most: number): Promise<void> {
    for (let taken = 0; taken < most && this.#extra.size < EXTRA_PLACES && !this.#isClosing; taken++) {
      if (this.#runs.size < this.#tuning.concurrency) return;
      const token = randomUUID();
      const worker = this.#worker;
      const job = await worker.getNextJob(token, { block: false });
      if (job === undefined) return;
      const work = worker.processJob(job, token, () => false).catch(() => undefined);
      this.#extra.add(work);
      void work.finally(() => this.#extra.delete(work));
    }
  }

  #scheduleLook(): void {
    this.#timer = setTimeout(() => {
      this.#look()
        .catch(() => undefined)
        .finally(() => {
          if (!this.#isClosing) this.#scheduleLook();
        });
    }, LOOK_EVERY_MS);
    this.#timer.unref();
  }

  async #look(): Promise<void> {
    if (this.#runs.size > 0 || !this.#liveness.isQuiet(performance.now())) return;
    const waiting = await this.#queue.getWaitingCount();
    if (!this.#liveness.isStuck(waiting, performance.now()) || this.#isClosing) return;
    this.#counts.recreated += 1;
    const [worker, redis] = [this.#worker, this.#workerRedis];
    this.#workerRedis = connect(this.#target, "worker");
    this.#worker = this.#startWorker();
    // Not waited for: what does not answer any more may not answer this either.
    void worker.close(true).catch(() => undefined);
    redis.disconnect();
  }
}
