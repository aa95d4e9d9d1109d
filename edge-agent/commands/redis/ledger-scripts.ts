/**
 * The ledger's scripts. Each is one atomic step on one record, with the lease checked inside. The first line of each makes
 * Redis check what could refuse a write (memory, replicas, a read-only node, a full disk) before anything is written.
 *
 * KEYS: lease, record. Replies: `{kind}` or `{kind, record as HGETALL}`, and what the caller does not know where it says what it
 * knows: Redis and we spend more on a record that is told than on writing it.
 */

const HEAD = `#!lua
local lease = redis.call('GET', KEYS[1])
local function reply(kind)
  return {kind, redis.call('HGETALL', KEYS[2])}
end
local function terminal(state)
  return state ~= 'accepted' and state ~= 'sent'
end
-- A record outlives its end and its deadline by the retention, so that a repeat of the command always meets it.
local function keep(from, deadline, retention)
  local until_ms = math.max(tonumber(from), tonumber(deadline or 0)) + tonumber(retention)
  redis.call('PEXPIREAT', KEYS[2], string.format('%.0f', until_ms))
end
`;

/** ARGV: token, now, retention, device, action, digest, deadline, idempotent ('1' or ''). `new`: the record is what this says. */
export const ACCEPT_SCRIPT: string = `${HEAD}
if lease ~= ARGV[1] then return {'fenced'} end
local fresh = redis.call('HSETNX', KEYS[2], 'state', 'accepted') == 1
if fresh then
  redis.call('HSET', KEYS[2], 'acceptedAt', ARGV[2], 'attempt', '0', 'turn', '0')
  if ARGV[8] == '1' then redis.call('HSET', KEYS[2], 'idempotent', '1') end
end
-- A command that was cancelled before it came has a record without these.
if redis.call('HSETNX', KEYS[2], 'digest', ARGV[6]) == 1 then
  redis.call('HSET', KEYS[2], 'device', ARGV[4], 'action', ARGV[5], 'deadline', ARGV[7])
  keep(ARGV[2], ARGV[7], ARGV[3])
  -- Who asked knows all that is in it.
  if fresh then return {'new'} end
end
return reply(fresh and 'fresh' or 'known')
`;

/**
 * ARGV: token, holder, epoch, now, state and turn of the basis, verified ('1' or ''), known ('1' or ''). `begun`, with attempt,
 * interrupted and doubt ('1' or ''): who asked knows the rest.
 */
export const BEGIN_SCRIPT: string = `${HEAD}
if lease ~= ARGV[1] then return {'fenced'} end
local f = redis.call('HMGET', KEYS[2], 'state', 'turn', 'cancelledAt', 'deadline', 'idempotent', 'holder', 'epoch', 'doubt',
  'attempt', 'interrupted')
local state, turn, doubt, interrupted = f[1], f[2] or '0', f[8] or '', f[10] or '0'
if not state then return {'missing'} end
if terminal(state) or state ~= ARGV[5] or turn ~= ARGV[6] then return reply('changed') end
if f[3] then return reply('cancelled') end
if not f[4] or tonumber(ARGV[4]) >= tonumber(f[4]) then return reply('late') end
local verified = ARGV[7] == '1'
if state == 'sent' then
  if not f[5] and not verified then return reply('changed') end
  if f[6] ~= ARGV[2] or f[7] ~= ARGV[3] then redis.call('HINCRBY', KEYS[2], 'interrupted', 1) end
  if not verified then redis.call('HSET', KEYS[2], 'doubt', '1') end
end
if verified then
  redis.call('HDEL', KEYS[2], 'doubt')
  doubt = ''
end
local attempt = string.format('%.0f', tonumber(f[9] or 0) + 1)
redis.call('HSET', KEYS[2], 'state', 'sent', 'holder', ARGV[2], 'epoch', ARGV[3], 'sentAt', ARGV[4],
  'attempt', attempt, 'turn', string.format('%.0f', tonumber(turn) + 1))
if state == 'accepted' and ARGV[8] == '1' then return {'begun', attempt, interrupted, doubt} end
return reply('started')
`;

/** ARGV: holder, epoch, turn. */
export const RETRACT_SCRIPT: string = `${HEAD}
local f = redis.call('HMGET', KEYS[2], 'state', 'turn', 'holder', 'epoch')
if not f[1] then return {'missing'} end
if f[1] ~= 'sent' or f[2] ~= ARGV[3] or f[3] ~= ARGV[1] or f[4] ~= ARGV[2] then return reply('changed') end
redis.call('HSET', KEYS[2], 'state', 'accepted')
redis.call('HINCRBY', KEYS[2], 'attempt', -1)
return reply('retracted')
`;

/**
 * ARGV: token, holder, epoch, uid, now, retention, results channel, state ('' for no record) and turn of the basis, known
 * ('1' or ''), then the fields of the ending, name and value in turn, the state first. `over`, with cancelledAt (or '') and
 * doubt ('1' or ''): who asked had begun it and knows the rest.
 */
export const FINISH_SCRIPT: string = `${HEAD}
local f = redis.call('HMGET', KEYS[2], 'state', 'turn', 'holder', 'epoch', 'deadline', 'cancelledAt', 'doubt')
local state, turn = f[1], f[2] or '0'
if state and terminal(state) then return reply('known') end
if not state and ARGV[8] ~= '' then return {'missing'} end
if state and (state ~= ARGV[8] or turn ~= ARGV[9]) then return reply('changed') end
local began = state == 'sent' and f[3] == ARGV[2] and f[4] == ARGV[3]
local answer = ARGV[12] == 'succeeded' or ARGV[12] == 'failed'
if lease ~= ARGV[1] and not (began and answer) then return {'fenced'} end
redis.call('HSET', KEYS[2], 'endedAt', ARGV[5], unpack(ARGV, 11))
keep(ARGV[5], f[5], ARGV[6])
redis.call('PUBLISH', ARGV[7], ARGV[4])
if began and ARGV[10] == '1' then return {'over', f[6] or '', f[7] or ''} end
return reply('first')
`;
