import { Queue } from "bullmq";
import type { RedisClient } from "../adapters/io/node/redis.ts";
import { confirmed } from "../adapters/io/node/redis-confirm.ts";
import { EdgeError } from "../adapters/kit/edge-error.ts";
import type { DurationMs } from "../adapters/kit/time.ts";
import {
  type Command,
  type CommandRequest,
  commandJobId,
  decodeCommand,
  queuePriority,
} from "../edge-agent/model/command.ts";
import type { CommandState } from "../edge-agent/model/command-state.ts";
import { isId } from "../edge-agent/model/fields.ts";
import {
  CANCEL_SCRIPT,
  COMMANDS_QUEUE,
  commandKey,
  type EndedRecord,
  isEnded,
  LEDGER_RETENTION_MS,
  type LedgerRecord,
  parseLedgerRecord,
  resultsChannel,
} from "../edge-agent/model/ledger.ts";
import { COMMAND_UID_LENGTH } from "../edge-agent/model/limits.ts";
import { groupTag } from "../edge-agent/model/reign.ts";
import { Directory } from "./directory.ts";
import { connect, type RedisTarget, replicasFor } from "./redis-connection.ts";

export interface SentCommand {
  readonly uid: string;
  readonly group: string;
  /** `accepted` for a new one; what the ledger says for one sent before. */
  readonly state: CommandState;
  readonly repeated: boolean;
}

/** Which queue a command is in: its group, or its device, by which the directory finds the group. */
export type Whereabouts = { readonly group: string } | { readonly device: string };

/** A finished command's job is kept so long and so many: a repeat meets it, and after that the ledger. */
const KEEP_FINISHED = { age: 86_400, count: 10_000 } as const;
const FIRST_LOOK_MS: DurationMs = 10;
const SLOWEST_LOOK_MS: DurationMs = 250;
const KNOWN_UIDS = 50_000;
const CONFIRM_WITHIN_MS: DurationMs = 1_000;
const CONFIRM_KEPT_MS: DurationMs = 60_000;

/** Sends commands towards devices and reads what became of them. */
export class CommandClient {
  readonly #redis: RedisClient;
  readonly #directory: Directory;
  readonly #queues = new Map<string, Queue>();
  /** Groups of the commands sent here, so that `result(uid)` needs no more than the uid. */
  readonly #groups = new Map<string, string>();

  readonly #confirmBy: number;

  /**
   * @param settings.confirmBy how many replicas must have a command before `send` resolves; 1 with Sentinels, else 0. A
   *   primary that has just been replaced, and does not know it yet, still takes what nobody will ever see
   */
  constructor(settings: { readonly redis: RedisTarget; readonly confirmBy?: number }) {
    this.#redis = connect(settings.redis, "producer");
    this.#confirmBy = settings.confirmBy ?? replicasFor(settings.redis);
    this.#directory = new Directory(this.#redis);
  }

  /**
   * Puts a command into the queue of its device's group, once: a uid that was sent before adds nothing and is answered with
   * what became of it. Resolves when Redis has it. Rejects with `model.command.invalid`, `core.device.unknown`,
   * `core.command.uid-reused` (the uid was another command's), `queue.unavailable` (the replicas did not confirm it), or
   * what ioredis says when Redis does not answer; after the last two it may be under way, and is to be sent again.
   */
  async send(request: CommandRequest, where?: { readonly group: string }): Promise<SentCommand> {
    const command = decodeCommand(request);
    const group = where?.group ?? (await this.#directory.groupOf(command.device));
    this.#remember(command.uid, group);
    const queue = this.#queueOf(group);
    const id = commandJobId(command.uid);
    const [known, waiting] = await Promise.all([
      this.#record(group, command.uid),
      this.#redis.hget(queue.toKey(id), "data"),
    ]);
    if (known !== undefined) return { ...repeated(command, known), group };
    if (waiting !== null) {
      const before: unknown = JSON.parse(waiting);
      refuseOther(command, before);
      // Whoever sent it first may not have heard that it was confirmed; a write of ours after it confirms both.
      if (this.#confirmBy > 0) {
        await this.#confirmed(group, () => this.#redis.set(confirmKey(group), id, "PX", CONFIRM_KEPT_MS));
      }
      return { uid: command.uid, group, state: "accepted", repeated: true };
    }
    await this.#confirmed(group, () =>
      queue.add("command", command, {
        jobId: id,
        priority: queuePriority(command.priority),
        delay: pauseUntil(command.notBefore),
        removeOnComplete: KEEP_FINISHED,
        removeOnFail: KEEP_FINISHED,
      }),
    );
    return { uid: command.uid, group, state: "accepted", repeated: false };
  }

  /** What the ledger knows; `undefined` while no agent has taken the command. */
  async look(uid: string, where?: Whereabouts): Promise<LedgerRecord | undefined> {
    return this.#record(await this.#groupOf(uid, where), uid);
  }

  /**
   * The end of a command, at once where it has ended. Rejects with `core.command.unanswered` after `timeoutMs`: that says
   * nothing about the command, which goes on, and `result` may be asked again.
   */
  async result(
    uid: string,
    wait: { readonly timeoutMs: DurationMs; readonly where?: Whereabouts; readonly signal?: AbortSignal },
  ): Promise<EndedRecord> {
    const deadline = performance.now() + wait.timeoutMs;
    const group = await this.#groupOf(uid, wait.where);
    let pause = FIRST_LOOK_MS;
    for (;;) {
      const record = await this.#record(group, uid);
      if (record !== undefined && isEnded(record)) return record;
      wait.signal?.throwIfAborted();
      const left = deadline - performance.now();
      if (left <= 0) throw unanswered(uid, record, wait.timeoutMs);
      await new Promise((resolve) => setTimeout(resolve, Math.min(pause, left)));
      pause = Math.min(SLOWEST_LOOK_MS, pause * 1.5);
    }
  }

  /**
   * Asks that a command be not executed. One nobody has begun ends as `cancelled` in the same step; one under way goes on and
   * gets no further attempt; an ended one stays as it is. Answers the record after it: its `state` says which it was.
   */
  async cancel(uid: string, where?: Whereabouts): Promise<LedgerRecord> {
    const group = await this.#groupOf(uid, where);
    const pairs = await this.#redis.eval(
      CANCEL_SCRIPT,
      1,
      commandKey(group, uid),
      uid,
      Date.now(),
      LEDGER_RETENTION_MS,
      resultsChannel(group),
    );
    const record = parseLedgerRecord(uid, toHash(pairs));
    if (record === undefined) throw unknownCommand(uid);
    return record;
  }

  async close(): Promise<void> {
    await Promise.all([...this.#queues.values()].map((queue) => queue.close()));
    this.#redis.disconnect();
  }

  async #confirmed(group: string, write: () => Promise<unknown>): Promise<void> {
    if (this.#confirmBy === 0) {
      await write();
      return;
    }
    const level = { kind: "replicas", replicas: this.#confirmBy, timeoutMs: CONFIRM_WITHIN_MS } as const;
    await confirmed(this.#redis, confirmKey(group), level, write);
  }

  async #record(group: string, uid: string): Promise<LedgerRecord | undefined> {
    return parseLedgerRecord(uid, await this.#redis.hgetall(commandKey(group, uid)));
  }

  async #groupOf(uid: string, where: Whereabouts | undefined): Promise<string> {
    if (!isId(uid, COMMAND_UID_LENGTH)) throw unknownCommand(uid);
    if (where !== undefined) return "group" in where ? where.group : this.#directory.groupOf(where.device);
    const known = this.#groups.get(uid);
    if (known !== undefined) return known;
    // Sent by another core: one of the groups knows it, in its ledger or still in its queue.
    for (const group of await this.#directory.groups()) {
      const there = await Promise.all([
        this.#redis.exists(commandKey(group, uid)),
        this.#redis.exists(this.#queueOf(group).toKey(commandJobId(uid))),
      ]);
      if (!there.includes(1)) continue;
      this.#remember(uid, group);
      return group;
    }
    throw unknownCommand(uid);
  }

  #remember(uid: string, group: string): void {
    if (this.#groups.size >= KNOWN_UIDS) this.#groups.clear();
    this.#groups.set(uid, group);
  }

  #queueOf(group: string): Queue {
    const known = this.#queues.get(group);
    if (known !== undefined) return known;
    const queue = new Queue(COMMANDS_QUEUE, { prefix: groupTag(group), connection: this.#redis });
    queue.on("error", () => undefined);
    this.#queues.set(group, queue);
    return queue;
  }
}

/** Written only to be confirmed. */
function confirmKey(group: string): string {
  return `${groupTag(group)}:confirm`;
}

function repeated(command: Command, record: LedgerRecord): { uid: string; state: CommandState; repeated: true } {
  refuseOther(command, record);
  return { uid: command.uid, state: record.state, repeated: true };
}

/** A uid names one intention. The ledger of the agents compares all of it; we compare what tells an honest mistake. */
function refuseOther(command: Command, before: unknown): void {
  if (typeof before !== "object" || before === null) return;
  const device = "device" in before ? before.device : undefined;
  const action = "action" in before ? before.action : undefined;
  if ((device ?? command.device) === command.device && (action ?? command.action) === command.action) return;
  throw new EdgeError({
    code: "core.command.uid-reused",
    blame: "operator",
    retry: "never",
    message: `uid ${command.uid} was used for another command: ${String(action)} on ${String(device)}`,
  });
}

function pauseUntil(notBefore: string | undefined): DurationMs {
  return notBefore === undefined ? 0 : Math.max(0, Date.parse(notBefore) - Date.now());
}

function toHash(pairs: unknown): Record<string, string> {
  const hash: Record<string, string> = {};
  if (Array.isArray(pairs)) for (let i = 0; i + 1 < pairs.length; i += 2) hash[String(pairs[i])] = String(pairs[i + 1]);
  return hash;
}

function unanswered(uid: string, record: LedgerRecord | undefined, timeoutMs: DurationMs): EdgeError {
  return new EdgeError({
    code: "core.command.unanswered",
    blame: "network",
    retry: "backoff",
    native: record?.state ?? "queued",
    message: `command ${uid} is ${record?.state ?? "queued"} after ${timeoutMs} ms; it goes on, ask again`,
  });
}

function unknownCommand(uid: string): EdgeError {
  return new EdgeError({
    code: "core.command.unknown",
    blame: "operator",
    retry: "never",
    message: `no group knows a command ${uid}`,
  });
}
