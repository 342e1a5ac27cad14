import { breakersLua } from './breakers.ts';
import { operatorHeartbeatLua } from './operator-heartbeat.ts';

/**
 * One round trip for everything an isolate must share: token grants of several buckets, the control state,
 * key revocations and circuit breakers. Time is Redis' own.
 *
 * KEYS  1 control hash (lua/merge.ts), whose field `breakers` is the revision of the breakers · 2 revocations, a sorted set
 *       of what became of keys (lua/tell-keys.ts) by sequence number (microseconds since the epoch when written, made unique) · 3 memo of this request's
 *       grants, named by its id · 4 breakers, a hash (control/lua/breakers.ts) ·
 *       5… one bucket hash {tokens, at} a key: micro-tokens left, and the microsecond they were counted
 * ARGV  1 highest epoch the isolate knows, -1 for none · 2 last revocation it knows, 0 for none ·
 *       3 revocations a page · 4 memo's life in ms · 5 revision of the breakers it knows, 0 for none ·
 *       6 reports on breakers (control/breakers/breaker-wire.ts) · 7 longest silence of operators in ms, 0 for any ·
 *       then for each bucket: burst in tokens, refill in micro-tokens a second, tokens wanted
 *
 * Reply: named fields (see control/sync.ts). `operator` is derived here, whenever it is asked, so the dead man's switch needs no job
 * and no clock but Redis' own. `status` is STALE when Redis knows no epoch or a lower one than
 * the isolate, so it was wiped or rolled back: then nothing is granted, and the rest is left out. `breakers` and
 * `probes` are there only when another revision is held or something was reported: with everything closed and known,
 * breakers cost a field of a hash that is read anyway.
 *
 * A grant is debited before it is told: g = min(wanted, floor(tokens)). A bucket refills continuously, a new
 * one is full, and one that would be full again is forgotten. A bucket is written only when it is debited, so
 * asking often loses no fraction of a token. The memo makes a request that was delivered twice debit once and
 * tells it the same grants; the control state is read anew.
 */
export const syncScript = /* lua */ `${operatorHeartbeatLua}
local function integer(number) return string.format('%.0f', number) end

local time = redis.call('TIME')
local nowUs = tonumber(time[1]) * 1000000 + tonumber(time[2])
local held = redis.call('HMGET', KEYS[1], 'epoch', 'state', 'registry', 'seededAt', 'stateEpoch', 'targets', 'breakers',
  'heartbeatAt', 'words')
local epoch = tonumber(held[1] or '')
if not epoch or epoch < tonumber(ARGV[1]) then
  return { 'status', 'STALE', 'nowUs', integer(nowUs) }
end

local cursor = tonumber(ARGV[2])
if cursor == 0 then cursor = nowUs - 600000000 end
local page = redis.call('ZRANGEBYSCORE', KEYS[2], '(' .. integer(cursor), '+inf', 'WITHSCORES', 'LIMIT', '0', ARGV[3])
local revoked = {}
for index = 1, #page, 2 do
  revoked[#revoked + 1] = page[index]
  cursor = tonumber(page[index + 1])
end
local more = '0'
if #revoked >= tonumber(ARGV[3]) then more = '1' end

local function debit(bucket, burst, refillPerSecond, wanted)
  local full = burst * 1000000
  local stored = redis.call('HMGET', bucket, 'tokens', 'at')
  local tokens = full
  if stored[1] and stored[2] then
    local elapsedUs = math.max(0, nowUs - tonumber(stored[2]))
    tokens = math.min(full, tonumber(stored[1]) + math.floor(elapsedUs * refillPerSecond / 1000000))
  end
  local granted = math.min(wanted, math.floor(tokens / 1000000))
  tokens = tokens - granted * 1000000
  if granted > 0 then
    redis.call('HSET', bucket, 'tokens', integer(tokens), 'at', integer(nowUs))
    redis.call('PEXPIRE', bucket, integer(math.ceil((full - tokens) * 1000 / refillPerSecond) + 1000))
  end
  local waitMs = 0
  if granted < wanted then
    waitMs = math.max(1, math.ceil((1000000 - tokens) * 1000 / refillPerSecond))
  end
  return integer(granted) .. ' ' .. integer(math.floor(tokens / 1000000)) .. ' ' .. integer(waitMs)
end

local grants = redis.call('GET', KEYS[3])
if not grants then
  local told = {}
  for index = 5, #KEYS do
    local at = 8 + (index - 5) * 3
    told[#told + 1] = debit(KEYS[index], tonumber(ARGV[at]), tonumber(ARGV[at + 1]), tonumber(ARGV[at + 2]))
  end
  grants = table.concat(told, ';')
  if #told > 0 then redis.call('SET', KEYS[3], grants, 'PX', ARGV[4]) end
end

local reply = {
  'status', 'OK',
  'nowUs', integer(nowUs),
  'epoch', integer(epoch),
  'state', held[2] or '',
  'stateEpoch', held[5] or held[1],
  'targets', held[6] or '',
  'words', held[9] or '',
  'registry', held[3] or '0',
  'seededAt', held[4] or '0',
  'cursor', integer(cursor),
  'more', more,
  'revoked', table.concat(revoked, ' '),
  'grants', grants,
  'operator', operatorHeartbeat(tonumber(held[8] or ''), tonumber(ARGV[7]), nowUs),
  'heartbeatAt', held[8] or '0',
}
local revision = tonumber(held[7] or '0')
if ARGV[6] ~= '' or revision ~= tonumber(ARGV[5]) then
${breakersLua}
  breakers.read(KEYS[4], revision)
  local requestId, probes = string.match(KEYS[3], '[^:]+$'), {}
  for report in string.gmatch(ARGV[6], '[^;]+') do
    probes[#probes + 1] = breakers.apply(report, requestId)
  end
  if breakers.news then
    revision = breakers.number()
    redis.call('HSET', KEYS[1], 'breakers', integer(revision))
  end
  for _, field in ipairs({ 'breakers', breakers.tell(revision), 'probes', table.concat(probes, ';') }) do
    reply[#reply + 1] = field
  end
end
return reply
`;
