import type { RedisClient } from "../adapters/io/node/redis.ts";
import { EdgeError } from "../adapters/kit/edge-error.ts";
import { DAY_MS, type DurationMs } from "../adapters/kit/time.ts";
import { type MessageName, nameText } from "./inbox.ts";

/** A Redis command and its arguments, its keys in the hash tag of the inbox where Redis is a Cluster. */
export type RedisEffect = readonly [command: string, ...args: readonly (string | number)[]];

/** Longer than any redelivery. 101 bytes a name were measured. */
export const REDIS_INBOX_TTL_MS: DurationMs = 8 * DAY_MS;

/**
 * ARGV: ttl, then per command the number of its words and the words. Redis rolls nothing back: where the first command fails
 * the name is taken back with it; where a later one fails the name stays, because half of the effect is there.
 */
const ONCE = `
if not redis.call('SET', KEYS[1], '1', 'NX', 'PX', ARGV[1]) then return 0 end
local at = 2
local done = 0
while at <= #ARGV do
  local words = tonumber(ARGV[at])
  local reply = redis.pcall(unpack(ARGV, at + 1, at + words))
  if type(reply) == 'table' and reply.err then
    if done == 0 then redis.call('DEL', KEYS[1]) return redis.error_reply(reply.err) end
    return redis.error_reply('PARTIAL after ' .. done .. ' commands: ' .. reply.err)
  end
  done = done + 1
  at = at + 1 + words
end
return 1
`;

/** For effects in Redis: the name and all commands in one script, so all or none of them for every reader. */
export class RedisInbox {
  readonly #redis: RedisClient;
  readonly #tag: string;
  readonly #ttlMs: DurationMs;

  /** @param tag the hash tag of all keys, e.g. `{core}`. */
  constructor(redis: RedisClient, tag: string = "{core}", ttlMs: DurationMs = REDIS_INBOX_TTL_MS) {
    this.#redis = redis;
    this.#tag = tag;
    this.#ttlMs = ttlMs;
  }

  async once(message: MessageName, effects: readonly RedisEffect[]): Promise<"applied" | "repeat"> {
    const args: (string | number)[] = [this.#ttlMs];
    for (const words of effects) args.push(words.length, ...words);
    try {
      const answer = await this.#redis.eval(ONCE, 1, `${this.#tag}:inbox:${nameText(message)}`, ...args);
      return answer === 1 ? "applied" : "repeat";
    } catch (thrown) {
      const text = thrown instanceof Error ? thrown.message : String(thrown);
      if (!text.includes("PARTIAL")) throw thrown;
      throw new EdgeError({
        code: "core.inbox.partial",
        blame: "us",
        retry: "never",
        message: `the effect of ${message.id} stopped half way and will not be repeated: ${text}`,
        cause: thrown,
      });
    }
  }
}
