import type { RedisClient } from "../../adapters/io/node/redis.ts";
import { toRedisFault } from "../../adapters/io/node/redis-fault.ts";
import type { DeviceMemory } from "../../adapters/kit/session.ts";
import { groupTag, leaseToken, type Reign } from "../model/reign.ts";
import { fenced } from "./commit-faults.ts";
import { storedMemory } from "./fenced-script.ts";

/**
 * KEYS: lease, memory hash. ARGV: lease token, then device and memory in turn. Replies the number set, or -1 and the holder.
 * Nothing that is there is touched.
 */
const REPAIR = `#!lua
local holder = redis.call('GET', KEYS[1])
if holder ~= ARGV[1] then return {-1, holder or ''} end
local set = 0
for i = 2, #ARGV, 2 do set = set + redis.call('HSETNX', KEYS[2], ARGV[i], ARGV[i + 1]) end
return {set}
`;
const AT_ONCE = 500;

/**
 * Puts memories back that Redis has forgotten; how many it had. Each gets the first place of the reign, before every entry
 * of it: a commit that is under way with a newer memory stands, whichever of the two comes first. Rejects with
 * `queue.fenced` where the reign is over.
 */
export async function repairMemories(
  redis: RedisClient,
  reign: Pick<Reign, "group" | "holder" | "epoch">,
  memories: ReadonlyMap<string, DeviceMemory>,
): Promise<number> {
  const tag = groupTag(reign.group);
  const token = leaseToken(reign);
  const place = { epoch: reign.epoch, order: 0 };
  const all = [...memories];
  let repaired = 0;
  for (let at = 0; at < all.length; at += AT_ONCE) {
    const args = all
      .slice(at, at + AT_ONCE)
      .flatMap(([device, memory]) => [device, storedMemory({ device, place, json: JSON.stringify(memory) })]);
    let reply: unknown;
    try {
      reply = await redis.eval(REPAIR, 2, `${tag}:lease`, `${tag}:memory`, token, ...args);
    } catch (thrown) {
      throw toRedisFault(thrown);
    }
    const [set, holder]: unknown[] = Array.isArray(reply) ? reply : [];
    if (Number(set) < 0) throw fenced(token, String(holder));
    repaired += Number(set);
  }
  return repaired;
}
