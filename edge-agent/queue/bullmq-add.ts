import { createHash } from "node:crypto";
import {
  createIORedisClient,
  type IRedisClient,
  type JobJson,
  type JobsOptions,
  type KeysMap,
  QueueKeys,
  RedisConnection,
  RedisQueueBackend,
} from "bullmq";
import { Redis } from "ioredis";
import { EdgeError } from "../../adapters/kit/edge-error.ts";
import { invariant } from "../../adapters/kit/invariant.ts";

/**
 * BullMQ's own way of adding a job, taken from BullMQ at start instead of copied: the text of its script and the
 * encoding of its arguments. Both come through what BullMQ 6 offers to other drivers and stores: a connection registers
 * every script with the client it is given (`defineCommand`), and `RedisQueueBackend` is made to be extended. Nothing is
 * imported from inside the package, and no job format is written down here a second time.
 *
 * The fenced script relies on facts of that text which no interface promises (it uses only `KEYS`, `ARGV` and locals,
 * and ends by returning the job id), so version and text are pinned: anything else refuses to run until it was tried.
 */
export const TESTED_BULLMQ = "6.7.0";
export const TESTED_ADD_SCRIPT_SHA1 = "5ab432e88830d573e2fa33392ffbd4ad25a9b100";
const ADD_SCRIPT = "addStandardJob";
const ADD_SCRIPT_KEYS = 9;

/** The text of BullMQ's script that adds a job to the end of the waiting list. */
export interface AddScript {
  readonly version: string;
  readonly lua: string;
  /** Of the text, in hex. */
  readonly sha1: string;
}

export interface JobToAdd {
  /** Unique within the queue; no `:`, not only digits. A job of the same id is not added twice. */
  readonly id: string;
  readonly name: string;
  /** JSON text. */
  readonly data: string;
  /** Milliseconds since 1970. */
  readonly timestamp: number;
}

/** The arguments of the add script after its keys. */
export type EncodedJob = readonly [packed: string | Buffer, data: string | Buffer, options: string | Buffer];

/** The script of the installed BullMQ, whatever its version. */
export function installedAddScript(): AddScript {
  const listener = new ScriptListener();
  listener.disconnect();
  // BullMQ registers its scripts as `name:version`.
  const [name = ":none", lua = ""] = [...listener.texts].find(([one]) => one.startsWith(`${ADD_SCRIPT}:`)) ?? [];
  return { version: name.slice(name.indexOf(":") + 1), lua, sha1: createHash("sha1").update(lua).digest("hex") };
}

/** Throws `queue.bullmq.untested` where the script is not the one the fenced commit was tested with. */
export function checkAddScript(found: AddScript): void {
  if (found.version === TESTED_BULLMQ && found.sha1 === TESTED_ADD_SCRIPT_SHA1) return;
  throw new EdgeError({
    code: "queue.bullmq.untested",
    blame: "operator",
    retry: "never",
    message:
      `the installed bullmq ${found.version} (${ADD_SCRIPT} ${found.sha1}) is not the one the fenced commit was tested ` +
      `with: install exactly bullmq ${TESTED_BULLMQ} (${ADD_SCRIPT} ${TESTED_ADD_SCRIPT_SHA1})`,
  });
}

/** Encodes jobs the way `queue.add` does, without a connection and without adding them. */
export class JobEncoder {
  readonly #backend: CapturingBackend;
  readonly #options: JobsOptions;
  /** The nine keys of the add script, in its order. */
  readonly keys: readonly string[];
  /** What the key of a job begins with. */
  readonly prefix: string;

  constructor(queue: { readonly name: string; readonly prefix: string }, options: JobsOptions) {
    this.#backend = new CapturingBackend(queue);
    // BullMQ's Job class puts `attempts: 0` where nothing is said.
    this.#options = { attempts: 0, ...options };
    this.prefix = this.#backend.toKey("");
    const example = this.#capture({ id: "example", name: "example", data: "{}", timestamp: 0 });
    this.keys = example.slice(0, ADD_SCRIPT_KEYS).map(String);
  }

  encode(job: JobToAdd): EncodedJob {
    const [packed, data, options] = this.#capture(job).slice(ADD_SCRIPT_KEYS);
    invariant(
      packed !== undefined && data !== undefined && options !== undefined,
      "the add script takes three arguments after its keys",
    );
    return [packed, data, options];
  }

  #capture(job: JobToAdd): readonly (string | Buffer)[] {
    return this.#backend.capture({
      id: job.id,
      name: job.name,
      data: job.data,
      opts: { ...this.#options, jobId: job.id },
      timestamp: job.timestamp,
      progress: 0,
      attemptsMade: 0,
      attemptsStarted: 0,
      stalledCounter: 0,
      failedReason: "",
      returnvalue: "",
    });
  }
}

/** A backend whose add script goes nowhere: what would have been sent is kept instead. */
class CapturingBackend extends RedisQueueBackend {
  readonly #client: IRedisClient;
  #captured: readonly (string | Buffer)[] | undefined;

  constructor(queue: { readonly name: string; readonly prefix: string }) {
    const listener = new ScriptListener();
    const keys = new QueueKeys(queue.prefix);
    const toKey = (type: string) => keys.toKey(queue.name, type);
    const options = { connection: listener, prefix: queue.prefix };
    super(listener.connection, queue.name, keys.getKeys(queue.name), toKey, options, undefined, false);
    this.#client = createIORedisClient(listener);
    listener.disconnect();
  }

  capture(job: JobJson): readonly (string | Buffer)[] {
    this.#captured = undefined;
    // BullMQ encodes before its first await, so the arguments are there when the call returns; the promise says no more.
    this.addJobToTransaction(this.#client, job, job.id).catch(() => undefined);
    invariant(this.#captured !== undefined, "BullMQ encodes a plain job before its first await");
    return this.#captured;
  }

  protected override addStandardJob(
    _client: unknown,
    job: JobJson,
    encodedOpts: unknown,
    args: (string | number | Record<string, unknown>)[],
    keys?: KeysMap,
  ): Promise<string> {
    this.#captured = this.addStandardJobArgs(job, encodedOpts, args, keys);
    return Promise.resolve(job.id);
  }
}

/** A client that never connects and keeps the scripts which BullMQ registers with it. */
class ScriptListener extends Redis {
  readonly texts: Map<string, string> = new Map();
  readonly connection: RedisConnection;

  constructor() {
    super({ lazyConnect: true });
    this.connection = new RedisConnection(this, {
      shared: true,
      blocking: false,
      skipVersionCheck: true,
      skipWaitingForReady: true,
    });
  }

  override defineCommand(name: string, definition: { lua: string }): void {
    this.texts.set(name, definition.lua);
  }
}
