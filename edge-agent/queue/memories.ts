import type { Cluster, Redis } from "ioredis";
import { toRedisFault } from "../../adapters/io/node/redis-fault.ts";
import type { DeviceMemory } from "../../adapters/kit/session.ts";
import { groupTag } from "../model/reign.ts";
import type { Place } from "./fenced-script.ts";

export interface StoredMemory {
  readonly place: Place;
  readonly memory: DeviceMemory;
}

export interface LoadedMemories {
  /** By device uid. */
  readonly memories: ReadonlyMap<string, StoredMemory>;
  /** Devices whose entry is not a memory: written by somebody else, or by an agent of another version. */
  readonly unreadable: readonly string[];
}

const AT_ONCE = 1_000;

/**
 * Everything remembered of a group's devices, in steps of a thousand so that Redis serves others in between. To be called
 * after the lease was acquired: from then on nobody else changes it.
 */
export async function loadMemories(redis: Redis | Cluster, group: string): Promise<LoadedMemories> {
  const memories = new Map<string, StoredMemory>();
  const unreadable: string[] = [];
  let cursor = "0";
  try {
    do {
      const [next, pairs] = await redis.hscan(`${groupTag(group)}:memory`, cursor, "COUNT", AT_ONCE);
      for (let i = 0; i + 1 < pairs.length; i += 2) {
        const device = String(pairs[i]);
        const stored = readMemory(String(pairs[i + 1]));
        if (stored !== undefined) memories.set(device, stored);
        else unreadable.push(device);
      }
      cursor = next;
    } while (cursor !== "0");
  } catch (thrown) {
    throw toRedisFault(thrown);
  }
  return { memories, unreadable };
}

/** What is remembered of some devices of a group; those nothing is known of, or nothing that can be read, are not there. */
export async function memoriesOf(
  redis: Redis | Cluster,
  group: string,
  devices: readonly string[],
): Promise<ReadonlyMap<string, StoredMemory>> {
  const memories = new Map<string, StoredMemory>();
  if (devices.length === 0) return memories;
  let texts: readonly (string | null)[];
  try {
    texts = await redis.hmget(`${groupTag(group)}:memory`, ...devices);
  } catch (thrown) {
    throw toRedisFault(thrown);
  }
  devices.forEach((device, at) => {
    const stored = readMemory(texts[at] ?? "");
    if (stored !== undefined) memories.set(device, stored);
  });
  return memories;
}

function readMemory(text: string): StoredMemory | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (_notJson) {
    return undefined;
  }
  if (typeof value !== "object" || value === null) return undefined;
  const { epoch, order, memory } = { epoch: undefined, order: undefined, memory: undefined, ...value };
  const place = { epoch: Number(epoch), order: Number(order) };
  if (!Number.isSafeInteger(place.epoch) || !Number.isSafeInteger(place.order) || !isMemory(memory)) return undefined;
  return { place, memory };
}

function isMemory(value: unknown): value is DeviceMemory {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  return Object.values(value).every((one) => one === null || ["string", "number", "boolean"].includes(typeof one));
}
