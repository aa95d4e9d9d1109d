import { DEVICE_MEMORY_LIMIT } from "../../adapters/kit/session.ts";
import type { WallMs } from "../../adapters/kit/time.ts";
import { batchable, type EncodedMessage, encodeBatch, encodeMessage } from "../model/batch.ts";
import type { CommitEntry } from "../model/commit.ts";
import { BATCH_MESSAGES } from "../model/limits.ts";
import type { Message } from "../model/message.ts";
import { ModelFault } from "../model/model-fault.ts";
import { markLate } from "../model/stamp.ts";
import { quickBatchId } from "./batch-id.ts";
import type { JobToAdd } from "./bullmq-add.ts";
import { tooLarge } from "./commit-faults.ts";
import type { FencedEffects, MemoryToStore, Place } from "./fenced-script.ts";

/** An entry that knows where it stands. What is spooled keeps its place, whoever commits it and whenever. */
export interface PlacedEntry extends CommitEntry {
  readonly place: Place;
}

/** An entry as it will travel: stringified and measured once. */
export interface Load {
  readonly device: string;
  readonly messages: readonly EncodedMessage[];
  readonly memory: MemoryToStore | undefined;
  readonly bytes: number;
}

export interface ScriptLimits {
  /** One script blocks Redis while it runs: its messages and bytes are bounded. The first load always fits. */
  readonly scriptMessages: number;
  readonly scriptBytes: number;
}

/** How much one script carries so far. */
export class ScriptTally {
  readonly #limits: ScriptLimits;
  #loads = 0;
  #messages = 0;
  #bytes = 0;

  constructor(limits: ScriptLimits) {
    this.#limits = limits;
  }

  /** Counts the load where it still fits; memories alone count as one message each. */
  takes(load: Load): boolean {
    const messages = this.#messages + Math.max(1, load.messages.length);
    const bytes = this.#bytes + load.bytes;
    if (this.#loads > 0 && (messages > this.#limits.scriptMessages || bytes > this.#limits.scriptBytes)) return false;
    this.#loads += 1;
    this.#messages = messages;
    this.#bytes = bytes;
    return true;
  }
}

/** The name of the jobs that carry batches. */
export const BATCH_JOB = "batch";

/**
 * @param messages those of the entry that still have to be committed
 * Throws `queue.overfull` with retry `never` where the entry can never be committed.
 */
export function toLoad(entry: PlacedEntry, messages: readonly Message[], late: boolean): Load {
  try {
    const encoded = messages.map((message) => encodeMessage(late ? markLate(message) : message));
    const memory = toMemory(entry);
    let bytes = memory?.json.length ?? 0;
    for (const message of encoded) bytes += message.bytes;
    return { device: entry.device, messages: encoded, memory, bytes };
  } catch (thrown) {
    if (thrown instanceof ModelFault) throw tooLarge(entry.device, thrown.message);
    throw thrown;
  }
}

/**
 * The jobs and memories of several loads. Messages keep their order, within a job and from job to job; of the memories of
 * one device only the last counts.
 */
export function toEffects(loads: readonly Load[], timestamp: WallMs): FencedEffects {
  const messages = loads.flatMap((load) => load.messages);
  const jobs: JobToAdd[] = [];
  for (let at = 0; at < messages.length; ) {
    const window = messages.slice(at, at + BATCH_MESSAGES);
    const batch = encodeBatch(window.slice(0, batchable(window)), quickBatchId);
    jobs.push({ id: batch.id, name: BATCH_JOB, data: batch.json, timestamp });
    at += batch.count;
  }
  const memories = new Map<string, MemoryToStore>();
  for (const { memory } of loads) {
    if (memory === undefined) continue;
    const before = memories.get(memory.device);
    if (before !== undefined && !isLater(memory.place, before.place)) continue;
    // At the end again: what is committed as it came stays in the order of its places.
    memories.delete(memory.device);
    memories.set(memory.device, memory);
  }
  return { jobs, memories: [...memories.values()] };
}

function toMemory(entry: PlacedEntry): MemoryToStore | undefined {
  if (entry.memory === undefined) return undefined;
  const json = JSON.stringify(entry.memory);
  const bytes = Buffer.byteLength(json);
  if (bytes > DEVICE_MEMORY_LIMIT) {
    throw tooLarge(entry.device, `its memory has ${bytes} bytes of ${DEVICE_MEMORY_LIMIT}`);
  }
  return { device: entry.device, place: entry.place, json };
}

function isLater(a: Place, b: Place): boolean {
  return a.epoch === b.epoch ? a.order > b.order : a.epoch > b.epoch;
}
