import { createHash } from "node:crypto";
import { RedisConnection } from "bullmq";
import { Redis } from "ioredis";
import { EdgeError } from "../../../adapters/kit/edge-error.ts";

/**
 * BullMQ's own way of taking a job, with the lease checked in the same step. Its text comes from BullMQ at start (a
 * connection registers every script with the client it is given), runs as the body of a function whose parameters hide
 * the real KEYS and ARGV, and is pinned: it relies on facts no interface promises (it uses only `KEYS`, `ARGV` and locals,
 * and returns `{job as HGETALL, id, rate limit, next delayed}`), so any other text refuses to run until it was tried.
 */
export const TESTED_BULLMQ = "6.7.0";
export const TESTED_TAKE_SCRIPT_SHA1 = "d96ca626f1ea141b44a856b312fc636d99aa9ea9";
const TAKE_SCRIPT = "moveToActive";

export interface InstalledScript {
  readonly version: string;
  readonly lua: string;
  /** Of the text, in hex. */
  readonly sha1: string;
}

/** The script of the installed BullMQ, whatever its version. */
export function installedTakeScript(): InstalledScript {
  return installedScript(TAKE_SCRIPT);
}

/** Any script of the installed BullMQ, by BullMQ's name for it. */
export function installedScript(wanted: string): InstalledScript {
  const listener = new ScriptListener();
  const connection = new RedisConnection(listener, {
    shared: true,
    blocking: false,
    skipVersionCheck: true,
    skipWaitingForReady: true,
  });
  connection.on("error", () => {});
  listener.disconnect();
  // BullMQ registers its scripts as `name:version`.
  const [name = ":none", lua = ""] = [...listener.texts].find(([one]) => one.startsWith(`${wanted}:`)) ?? [];
  return { version: name.slice(name.indexOf(":") + 1), lua, sha1: createHash("sha1").update(lua).digest("hex") };
}

/** Throws `queue.bullmq.untested` where the script is not the one the fenced take was tested with. */
export function checkTakeScript(found: InstalledScript): void {
  checkScript(TAKE_SCRIPT, TESTED_TAKE_SCRIPT_SHA1, found);
}

/** The same for any script. */
export function checkScript(name: string, sha1: string, found: InstalledScript): void {
  if (found.version === TESTED_BULLMQ && found.sha1 === sha1) return;
  throw new EdgeError({
    code: "queue.bullmq.untested",
    blame: "operator",
    retry: "never",
    message:
      `the installed bullmq ${found.version} (${name} ${found.sha1}) is not the one commands were tested with: ` +
      `install exactly bullmq ${TESTED_BULLMQ} (${name} ${sha1})`,
  });
}

/**
 * Takes up to a number of jobs, under the lease or not at all.
 * KEYS: lease, then the keys of BullMQ's script. ARGV: lease token, how many, then the arguments of BullMQ's script.
 * Replies `{0}` where fenced, else `{1, ms since 1970 of the next delayed job or 0, {id, data, opts, name}…}`.
 */
export function fencedTakeScript(take: string): string {
  return `#!lua
local function take(KEYS, ARGV)
${take}
end

if redis.call('GET', KEYS[1]) ~= ARGV[1] then return {0} end
local keys, args = {}, {ARGV[3], ARGV[4], ARGV[5]}
for i = 2, #KEYS do keys[i - 1] = KEYS[i] end
local reply = {1, 0}
for _ = 1, tonumber(ARGV[2]) do
  local taken = take(keys, args)
  local id = taken[2]
  if not id or id == 0 then
    reply[2] = tonumber(taken[4]) or 0
    break
  end
  local f = redis.call('HMGET', ARGV[3] .. id, 'data', 'opts', 'name')
  reply[#reply + 1] = {id, f[1] or '', f[2] or '', f[3] or ''}
end
return reply
`;
}

/** A client that never connects and keeps the scripts which BullMQ registers with it. */
class ScriptListener extends Redis {
  readonly texts: Map<string, string> = new Map();

  constructor() {
    super({ lazyConnect: true });
  }

  override defineCommand(name: string, definition: { lua: string }): void {
    this.texts.set(name, definition.lua);
  }
}
