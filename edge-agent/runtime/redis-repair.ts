import type { RedisClient } from "../../adapters/io/node/redis.ts";
import type { DeviceMemory } from "../../adapters/kit/session.ts";
import { groupTag, type Reign } from "../model/reign.ts";
import { DIRECTORY_KEY, publishDirectory } from "../queue/directory.ts";
import { repairMemories } from "../queue/repair-memories.ts";

export interface RedisRepairParts {
  readonly redis: RedisClient;
  readonly reign: Pick<Reign, "group" | "holder" | "epoch">;
  readonly devices: readonly string[];
  /** What this agent remembers of a device; `undefined` where it has never been heard. */
  readonly memoryOf: (device: string) => DeviceMemory | undefined;
  readonly repaired: (memories: number) => void;
}

/**
 * What the active of a group knows and Redis may have forgotten (flushed, restored from an old copy): which devices are in
 * the group, and what is remembered of them. The cores need the first, the next active the second.
 */
export class RedisRepair {
  readonly #parts: RedisRepairParts;
  #published = false;

  constructor(parts: RedisRepairParts) {
    this.#parts = parts;
  }

  /** Looks, and writes again what is not there. Rejects with `queue.*` where it could not; to be called now and then. */
  async look(): Promise<void> {
    const { redis, reign, devices } = this.#parts;
    const [some] = devices;
    if (some === undefined) return;
    const [known, listed] = await Promise.all([
      redis.hlen(`${groupTag(reign.group)}:memory`),
      redis.hexists(DIRECTORY_KEY, some),
    ]);
    const memories = this.#memories();
    if (known < memories.size || (this.#published && listed === 0)) {
      const repaired = await repairMemories(redis, reign, memories);
      if (repaired > 0) this.#parts.repaired(repaired);
    }
    if (this.#published && listed === 1) return;
    await publishDirectory(redis, new Map(devices.map((device) => [device, reign.group])), new Set([reign.group]));
    this.#published = true;
  }

  #memories(): ReadonlyMap<string, DeviceMemory> {
    const memories = new Map<string, DeviceMemory>();
    for (const device of this.#parts.devices) {
      const memory = this.#parts.memoryOf(device);
      if (memory !== undefined) memories.set(device, memory);
    }
    return memories;
  }
}
