import type { Cluster, Redis } from "ioredis";
import { toRedisFault } from "../../adapters/io/node/redis-fault.ts";

/** Device uid → group: tells a core in which group's queue a device is commanded. One for all groups, hence no hash tag. */
export const DIRECTORY_KEY = "busbar:directory";

const AT_ONCE = 1_000;

export interface PublishedDirectory {
  readonly written: number;
  readonly removed: number;
}

/**
 * Writes the devices of this agent's configuration and removes those that were in one of its groups and are no more. It is
 * not fenced: both agents of a pair have the same configuration, and writing it twice changes nothing.
 *
 * @param groups the groups this configuration speaks for; devices of other groups are left alone.
 */
export async function publishDirectory(
  redis: Redis | Cluster,
  devices: ReadonlyMap<string, string>,
  groups: ReadonlySet<string>,
): Promise<PublishedDirectory> {
  try {
    const flat = [...devices].flat();
    for (let at = 0; at < flat.length; at += 2 * AT_ONCE) {
      await redis.hset(DIRECTORY_KEY, ...flat.slice(at, at + 2 * AT_ONCE));
    }
    const gone = await findGone(redis, devices, groups);
    for (let at = 0; at < gone.length; at += AT_ONCE) await redis.hdel(DIRECTORY_KEY, ...gone.slice(at, at + AT_ONCE));
    return { written: devices.size, removed: gone.length };
  } catch (thrown) {
    throw toRedisFault(thrown);
  }
}

async function findGone(
  redis: Redis | Cluster,
  devices: ReadonlyMap<string, string>,
  groups: ReadonlySet<string>,
): Promise<readonly string[]> {
  const gone = new Set<string>();
  let cursor = "0";
  do {
    const [next, pairs] = await redis.hscan(DIRECTORY_KEY, cursor, "COUNT", AT_ONCE);
    for (let i = 0; i + 1 < pairs.length; i += 2) {
      const device = String(pairs[i]);
      if (!devices.has(device) && groups.has(String(pairs[i + 1]))) gone.add(device);
    }
    cursor = next;
  } while (cursor !== "0");
  return [...gone];
}
