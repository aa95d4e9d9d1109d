import type { JobsOptions } from "bullmq";
import type { Cluster, Redis } from "ioredis";
import { type ArgumentWriter, WrittenScript } from "../../adapters/io/node/written-script.ts";
import { EdgeError } from "../../adapters/kit/edge-error.ts";
import { EPOCH_DIGITS, SEQUENCE_DIGITS } from "../model/draft.ts";
import { groupTag } from "../model/reign.ts";
import { padEpoch, padSequence } from "../model/stamp.ts";
import { checkAddScript, installedAddScript, JobEncoder, type JobToAdd } from "./bullmq-add.ts";
import { fenced, toCommitFault } from "./commit-faults.ts";
import { type Durability, durably } from "./durability.ts";

/** Where an entry stands among all entries of its group: epochs first, then the order in which they were taken. */
export interface Place {
  readonly epoch: number;
  /** Counts the entries of the group within the epoch, from 1. */
  readonly order: number;
}

/** One device's memory as it is stored: with its place, so that a late one never replaces a newer one. */
export interface MemoryToStore {
  readonly device: string;
  readonly place: Place;
  /** JSON text of the memory alone. */
  readonly json: string;
}

export interface FencedEffects {
  readonly jobs: readonly JobToAdd[];
  readonly memories: readonly MemoryToStore[];
}

/** What became of each job and memory, in the order they were given. */
export interface FencedOutcome {
  readonly jobs: readonly ("added" | "duplicate")[];
  /** `known`: that very place was stored before. `older`: what is stored has a later place and was kept. */
  readonly memories: readonly ("stored" | "known" | "older")[];
}

const OWN_KEYS = 3;
/** Arguments before those of the first job, of each job and of each memory. */
const HEAD_ARGS = 5;
const JOB_ARGS = 4;
const MEMORY_ARGS = 2;

/**
 * KEYS: lease, memory hash, the last place of a memory, then the keys of BullMQ's add script.
 * ARGV: lease token, prefix of job keys, number of jobs, first and last place of the memories, then for each job its id and
 * the three arguments of the add script, then for each memory the device and its JSON.
 *
 * The first line makes Redis check everything that could refuse a write (memory, replicas, a read-only node, a full disk)
 * before the script begins, so that a refusal never leaves half of it behind. Memories are read and written in one call
 * each, because a call costs Redis and its log more than a field; a script carries far fewer than `unpack` can take. BullMQ's text runs as the body of a
 * function whose parameters hide the real KEYS and ARGV.
 *
 * A text that enters Lua costs Redis a hash over every byte of it, so memories that are there are only looked at where one
 * of them could be later than what is offered. It cannot where all that is offered is of the reign that holds the lease
 * and behind the last place: what other reigns stored is older. Where the last place was forgotten and memories are there,
 * all of this reign are looked at.
 */
export function fencedScript(addJob: string): string {
  return `#!lua
local function addJob(KEYS, ARGV)
${addJob}
end

local function placeOf(memory)
  local epoch, order = string.match(memory, '^{"epoch":"(%d+)","order":"(%d+)"')
  return epoch and (epoch .. order) or ''
end

local holder = redis.call('GET', KEYS[1])
if holder ~= ARGV[1] then
  return {0, holder or ''}
end

local jobKeys = {}
for i = ${OWN_KEYS + 1}, #KEYS do
  jobKeys[i - ${OWN_KEYS}] = KEYS[i]
end
local at = 6
local jobs = {}
for i = 1, tonumber(ARGV[3]) do
  local known = redis.call('EXISTS', ARGV[2] .. ARGV[at])
  addJob(jobKeys, {ARGV[at + 1], ARGV[at + 2], ARGV[at + 3]})
  jobs[i] = known == 1 and '=' or '+'
  at = at + 4
end

local memories = {}
if at <= #ARGV then
  local last = redis.call('GET', KEYS[3])
  local epoch = tonumber(string.match(ARGV[1], ':(%d+)$'))
  if not last and redis.call('EXISTS', KEYS[2]) == 1 then
    last = string.format('%0${EPOCH_DIGITS}d', epoch) .. string.rep('9', ${SEQUENCE_DIGITS})
    redis.call('SET', KEYS[3], last)
  end
  if last and last < ARGV[4] and tonumber(string.sub(ARGV[4], 1, ${EPOCH_DIGITS})) == epoch then
    redis.call('HSET', KEYS[2], unpack(ARGV, at))
    memories[1] = string.rep('+', (#ARGV - at + 1) / 2)
  else
    local devices = {}
    for i = at, #ARGV, 2 do
      devices[#devices + 1] = ARGV[i]
    end
    local known = redis.call('HMGET', KEYS[2], unpack(devices))
    local places = {}
    local stored = {}
    for i, device in ipairs(devices) do
      local memory = ARGV[at + 2 * i - 1]
      local place = places[device] or placeOf(known[i] or '')
      local offered = placeOf(memory)
      if place < offered then
        places[device] = offered
        stored[#stored + 1] = device
        stored[#stored + 1] = memory
        memories[i] = '+'
      else
        memories[i] = place == offered and '=' or '<'
      end
    end
    if #stored > 0 then
      redis.call('HSET', KEYS[2], unpack(stored))
    end
  end
  if not last or last < ARGV[5] then
    redis.call('SET', KEYS[3], ARGV[5])
  end
end
return {1, table.concat(jobs), table.concat(memories)}
`;
}

export interface QueueOfGroup {
  readonly group: string;
  readonly name: string;
  /** Attempts, back-off and retention of every job. */
  readonly jobOptions: JobsOptions;
}

/** What the committer needs of the script, so that its own rules can be tested without a Redis. */
export interface Fence {
  run(token: string, effects: FencedEffects): Promise<FencedOutcome>;
}

/** The one way into a group's queue: lease check, jobs and device memories in one atomic step. */
export class FencedScript implements Fence {
  readonly #redis: Redis | Cluster;
  readonly #script: WrittenScript;
  readonly #durability: Durability;
  readonly #encoder: JobEncoder;
  readonly #lease: string;

  /** Throws `queue.bullmq.untested` where the installed BullMQ is not the tested one. */
  constructor(redis: Redis | Cluster, queue: QueueOfGroup, durability: Durability = { kind: "none" }) {
    const addScript = installedAddScript();
    checkAddScript(addScript);
    const tag = groupTag(queue.group);
    this.#encoder = new JobEncoder({ name: queue.name, prefix: tag }, queue.jobOptions);
    this.#redis = redis;
    this.#durability = durability;
    this.#lease = `${tag}:lease`;
    const keys = [this.#lease, `${tag}:memory`, `${tag}:memory-place`, ...this.#encoder.keys];
    this.#script = new WrittenScript(redis, fencedScript(addScript.lua), keys);
  }

  /**
   * Resolves when all of it is as durable as asked for. Rejects with `queue.fenced` or `queue.refused` (nothing was
   * written) or `queue.unavailable` (it may have been).
   */
  async run(token: string, effects: FencedEffects): Promise<FencedOutcome> {
    const { jobs, memories } = effects;
    const [first, last] = span(memories);
    const count = HEAD_ARGS + jobs.length * JOB_ARGS + memories.length * MEMORY_ARGS;
    const tell = (args: ArgumentWriter): void => {
      for (const text of [token, this.#encoder.prefix, String(jobs.length), first, last]) args.text(text);
      for (const job of jobs) {
        args.text(job.id);
        for (const part of this.#encoder.encode(job)) {
          if (typeof part === "string") args.text(part);
          else args.blob(part);
        }
      }
      for (const memory of memories) {
        args.text(memory.device);
        args.framed(memoryHead(memory), memory.json, MEMORY_TAIL);
      }
    };
    return durably(this.#redis, this.#lease, this.#durability, async () => {
      let reply: unknown;
      try {
        reply = await this.#script.run(count, tell);
      } catch (thrown) {
        throw toCommitFault(thrown);
      }
      return readReply(reply, token);
    });
  }
}

/**
 * The first and the last place of some memories, as texts that have the order of the places. Where they are not in that
 * order no first one is named, which makes the script look at each.
 */
function span(memories: readonly MemoryToStore[]): readonly [first: string, last: string] {
  let [first, last] = ["", ""];
  let isInOrder = true;
  for (const { place } of memories) {
    const text = padEpoch(place.epoch) + padSequence(place.order);
    if (first === "") first = text;
    if (text > last) last = text;
    else isInOrder = false;
  }
  return [isInOrder ? first : "", last];
}

/** The text in the memory hash. The script reads the place by this form: two padded numbers in front. */
export function storedMemory(memory: MemoryToStore): string {
  return memoryHead(memory) + memory.json + MEMORY_TAIL;
}

const MEMORY_TAIL = "}";

function memoryHead({ place }: MemoryToStore): string {
  return `{"epoch":"${padEpoch(place.epoch)}","order":"${padSequence(place.order)}","memory":`;
}

function readReply(reply: unknown, token: string): FencedOutcome {
  if (Array.isArray(reply)) {
    const [verdict, first, second]: unknown[] = reply;
    if (verdict === 0 && typeof first === "string") throw fenced(token, first);
    if (verdict === 1 && typeof first === "string" && typeof second === "string") {
      return {
        jobs: [...first].map((mark) => (mark === "+" ? "added" : "duplicate")),
        memories: [...second].map((mark) => (mark === "+" ? "stored" : mark === "=" ? "known" : "older")),
      };
    }
  }
  throw new EdgeError({
    code: "queue.unavailable",
    blame: "us",
    retry: "backoff",
    message: "the commit script gave a reply of an unknown form",
  });
}
