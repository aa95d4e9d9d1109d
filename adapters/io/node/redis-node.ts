import { Cluster, type Redis } from "ioredis";
import { EdgeError } from "../../kit/edge-error.ts";
import { slotOf } from "./key-slot.ts";
import type { RedisClient } from "./redis.ts";

/**
 * The server that takes writes to a key. Commands that speak of a connection instead of a key (`WAIT`, `WAITAOF`) must go
 * there themselves: a cluster sends what has no key to any of its nodes, and that one would confirm nothing and sound as
 * if it did. Throws `queue.unavailable` while no node is known for the key's slot.
 */
export function nodeOfKey(client: RedisClient, key: string): Redis {
  if (!(client instanceof Cluster)) return client;
  const address = client.slots[slotOf(key)]?.[0];
  const node = client.nodes("master").find((one) => `${one.options.host}:${one.options.port}` === address);
  if (node !== undefined) return node;
  // Nobody else asks: without a node nothing is sent, so no other node can answer that the slot has moved.
  client.refreshSlotsCache();
  throw new EdgeError({
    code: "queue.unavailable",
    blame: "network",
    retry: "backoff",
    message: `Redis: no node is known for the slot of ${key}`,
  });
}
