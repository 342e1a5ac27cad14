/**
 * Tells all isolates, by their next sync, what became of keys.
 *
 * KEYS  1 revocations (lua/sync.ts)
 * ARGV  two a word: a key's id, which is revoked, `<key id>/changed`, which is to be read again, or `<key id>/<SHA-256 of a secret
 *       of it>`, which is retired; of a secret in how many ms from now, by Redis' clock, and of a key ''
 *
 * A secret's member ends in `/<microsecond since the epoch from which on it is no longer good>`. Words of the last day are
 * kept: an isolate that knows none, or slept for longer than a key may be cached, reads keys anew.
 * Reply: `status` OK.
 */
export const tellKeysScript = /* lua */ `
local function integer(number) return string.format('%.0f', number) end
local time = redis.call('TIME')
local nowUs = tonumber(time[1]) * 1000000 + tonumber(time[2])
local last = redis.call('ZREVRANGE', KEYS[1], '0', '0', 'WITHSCORES')
local sequence = math.max(nowUs, (tonumber(last[2] or '') or 0) + 1)
for index = 1, #ARGV, 2 do
  local member = ARGV[index]
  if ARGV[index + 1] ~= '' then member = member .. '/' .. integer(nowUs + tonumber(ARGV[index + 1]) * 1000) end
  redis.call('ZADD', KEYS[1], integer(sequence), member)
  sequence = sequence + 1
end
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', '(' .. integer(nowUs - 86400000000))
return { 'status', 'OK' }
`;
