/**
 * How jobs that were taken go back to where they wait, at the front and in the order they were taken. BullMQ's own way
 * puts several returned jobs of one priority on one score, which orders them by their ids: a device's commands would
 * change places.
 *
 * KEYS: lease, active, wait, prioritized, marker, events, stalled.
 */
const RETURN = `#!lua
local SPAN = 4294967296
-- Scores of priority p grow from p * 2^32 (BullMQ, getPriorityScore.lua); what returns goes below all of its priority.
local function place(priority, id)
  local base = priority * SPAN
  local first = redis.call('ZRANGEBYSCORE', KEYS[4], base - SPAN / 2, base + SPAN / 2, 'WITHSCORES', 'LIMIT', 0, 1)
  local lowest = math.min(base, tonumber(first[2] or base))
  redis.call('ZADD', KEYS[4], string.format('%.0f', lowest - 1), id)
end
-- To be called from the newest to the oldest.
local function give_back(prefix, id)
  redis.call('DEL', prefix .. id .. ':lock')
  redis.call('SREM', KEYS[7], id)
  if redis.call('EXISTS', prefix .. id) == 0 then return 0 end
  local priority = tonumber(redis.call('HGET', prefix .. id, 'priority') or 0) or 0
  if priority > 0 then place(priority, id) else redis.call('RPUSH', KEYS[3], id) end
  redis.call('XADD', KEYS[6], 'MAXLEN', '~', '10000', '*', 'event', 'waiting', 'jobId', id, 'prev', 'active')
  redis.call('ZADD', KEYS[5], 0, '0')
  return 1
end
`;

/**
 * Everything that is taken goes back: at promotion nothing of it is ours yet, so it is a dead agent's. Under the lease.
 * ARGV: lease token, prefix of job keys, how many at most. Replies `{-1}` where fenced, else `{given back, still taken}`.
 */
export const RECOVER_SCRIPT: string = `${RETURN}
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return {-1} end
local given = 0
for _ = 1, tonumber(ARGV[3]) do
  -- BullMQ takes to the head of the list: from there, the newest comes first.
  local id = redis.call('LPOP', KEYS[2])
  if not id then break end
  given = given + give_back(ARGV[2], id)
end
return {given, redis.call('LLEN', KEYS[2])}
`;

/**
 * What is taken and not among the given ids goes back: of a take whose reply was lost, or brought back by a failover,
 * under our lock or that of an earlier reign. Only who has the lease takes.
 * ARGV: lease token, prefix of job keys, ids we know of. Replies `{-1}` where fenced, else `{given back}`.
 */
export const RECLAIM_SCRIPT: string = `${RETURN}
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return {-1} end
local known = {}
for i = 3, #ARGV do known[ARGV[i]] = true end
local given = 0
for _, id in ipairs(redis.call('LRANGE', KEYS[2], 0, -1)) do
  if not known[id] and redis.call('LREM', KEYS[2], 1, id) > 0 then given = given + give_back(ARGV[2], id) end
end
return {given}
`;

/**
 * The given jobs go back as far as they are still ours by their lock; no lease is needed for that.
 * ARGV: lock token, prefix of job keys, ids from the newest to the oldest. Replies `{given back}`.
 */
export const GIVE_BACK_SCRIPT: string = `${RETURN}
local given = 0
for i = 3, #ARGV do
  if redis.call('GET', ARGV[2] .. ARGV[i] .. ':lock') == ARGV[1] and redis.call('LREM', KEYS[2], 1, ARGV[i]) > 0 then
    given = given + give_back(ARGV[2], ARGV[i])
  end
end
return {given}
`;
