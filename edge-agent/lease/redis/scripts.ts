import { createHash } from "node:crypto";
import { COUNTED_REASONS, OWNERS_LOOKED_AT, TAKEOVERS_TOLD } from "../store.ts";

/** One Lua script and the name Redis remembers it by. */
export interface LeaseScript {
  readonly text: string;
  readonly sha: string;
}

/** The audit stream keeps about this many entries. */
const OWNER_ENTRIES = 1_000;

// KEYS: lease, epoch, owner, config, next. All five in one slot.
const PRELUDE = `
local LEASE, EPOCH, OWNER, CONFIG, NEXT = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5]
local function last_epoch()
  return tonumber(redis.call('GET', EPOCH) or '0')
end
local function hold(token)
  return {token, redis.call('PTTL', LEASE), redis.call('GET', CONFIG) or ''}
end
local function note(event, token, reason)
  local holder, epoch = string.match(token, '^(.*):(%d+)$')
  local t = redis.call('TIME')
  redis.call('XADD', OWNER, 'MAXLEN', '~', '${OWNER_ENTRIES}', '*', 'event', event, 'holder', holder, 'epoch', epoch,
    'reason', reason, 'at', t[1] .. string.format('%03d', math.floor(tonumber(t[2]) / 1000)))
end
local function lost(token)
  if token then return {'lost', last_epoch(), unpack(hold(token))} end
  return {'lost', last_epoch()}
end
`;

/** ARGV: holder, ttl, allowedOld (empty: none), epochFloor, configHash, replaceConfig ('1'/'0'), reason. */
export const ACQUIRE: LeaseScript = script(`
local token = redis.call('GET', LEASE)
if token then
  if token ~= ARGV[3] then return {'held', unpack(hold(token))} end
  local config = redis.call('GET', CONFIG) or ''
  local mine = string.match(token, '^(.*):%d+$') == ARGV[1]
  if not mine and config ~= '' and config ~= ARGV[5] and ARGV[6] ~= '1' then
    return {'fenced-config', unpack(hold(token))}
  end
end
local epoch = math.max(last_epoch(), tonumber(ARGV[4])) + 1
local granted = ARGV[1] .. ':' .. string.format('%d', epoch)
redis.call('SET', EPOCH, string.format('%d', epoch))
redis.call('SET', LEASE, granted, 'PX', ARGV[2])
redis.call('SET', CONFIG, ARGV[5])
redis.call('DEL', NEXT)
note('acquired', granted, ARGV[7])
return {'granted', epoch}
`);

/** ARGV: token, ttl, epoch, configHash. */
export const RENEW: LeaseScript = script(`
local token = redis.call('GET', LEASE)
if token == ARGV[1] then
  redis.call('PEXPIRE', LEASE, ARGV[2])
  return {'renewed', 0}
end
if token or last_epoch() > tonumber(ARGV[3]) or redis.call('EXISTS', NEXT) == 1 then return lost(token) end
redis.call('SET', EPOCH, ARGV[3])
redis.call('SET', LEASE, ARGV[1], 'PX', ARGV[2])
redis.call('SET', CONFIG, ARGV[4])
note('regranted', ARGV[1], 'renew')
return {'renewed', 1}
`);

/** ARGV: token, successor (empty: nobody named), grace, reason. */
export const RELEASE: LeaseScript = script(`
local token = redis.call('GET', LEASE)
if token ~= ARGV[1] then return lost(token) end
redis.call('DEL', LEASE)
redis.call('SET', NEXT, ARGV[2], 'PX', ARGV[3])
note('released', ARGV[1], ARGV[4])
return {'released'}
`);

export const OBSERVE: LeaseScript = script(`
local COUNTED = {${COUNTED_REASONS.map((reason) => `['${reason}'] = true`).join(", ")}}
local token = redis.call('GET', LEASE)
local next_pttl = redis.call('PTTL', NEXT)
local t = redis.call('TIME')
local now = tonumber(t[1]) * 1000 + math.floor(tonumber(t[2]) / 1000)
local takeovers = {}
for _, entry in ipairs(redis.call('XREVRANGE', OWNER, '+', '-', 'COUNT', ${OWNERS_LOOKED_AT})) do
  local f = {}
  for i = 1, #entry[2], 2 do f[entry[2][i]] = entry[2][i + 1] end
  if f.event == 'acquired' and COUNTED[f.reason] and #takeovers < ${2 * TAKEOVERS_TOLD} then
    takeovers[#takeovers + 1] = tonumber(f.epoch)
    takeovers[#takeovers + 1] = math.max(0, now - tonumber(f.at))
  end
end
local answer = {'observed', last_epoch(), next_pttl, redis.call('GET', NEXT) or '', takeovers}
if token then
  for _, part in ipairs(hold(token)) do answer[#answer + 1] = part end
end
return answer
`);

function script(body: string): LeaseScript {
  const text = PRELUDE + body;
  return { text, sha: createHash("sha1").update(text).digest("hex") };
}
