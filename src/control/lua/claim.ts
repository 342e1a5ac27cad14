/**
 * Claims an idempotency key, or says what became of it.
 *
 * KEYS  1 claim hash {owner, hash, atMs, body, httpStatus, validUntilMs, epoch} · 2 control hash
 * ARGV  1 owner's id · 2 hash of the request · 3 lease in ms · 4 time to keep in ms · 5 caller's control epoch
 *
 * Reply: `outcome` is claimed | mismatch | in-progress | superseded | replay; replay also has `httpStatus`,
 * `body`, and `validForMs`, for how long it is still valid (-1: it has no end). An answer is past by Redis' clock alone,
 * which also says when it was claimed: isolates' clocks may be a minute apart. Where that clock stands before
 * the claim it was set back, and nothing is known to be valid. It is past as well when the caller or Redis knows a newer epoch. A claim whose lease ran out unanswered stays superseded: its owner may
 * have answered somebody, and no second answer may exist.
 */
export const claimScript = /* lua */ `
local time = redis.call('TIME')
local nowMs = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
local held = redis.call('HMGET', KEYS[1], 'owner', 'hash', 'atMs', 'body', 'httpStatus', 'validUntilMs', 'epoch')
local owner, hash, atMs, body = held[1], held[2], tonumber(held[3] or ''), held[4]

if not owner then
  redis.call('HSET', KEYS[1], 'owner', ARGV[1], 'hash', ARGV[2], 'atMs', string.format('%.0f', nowMs))
  redis.call('PEXPIRE', KEYS[1], ARGV[4])
  return { 'outcome', 'claimed' }
end
if hash ~= ARGV[2] then return { 'outcome', 'mismatch' } end
if not body then
  if nowMs >= atMs + tonumber(ARGV[3]) then return { 'outcome', 'superseded' } end
  if owner == ARGV[1] then return { 'outcome', 'claimed' } end
  return { 'outcome', 'in-progress' }
end

local validUntilMs, epoch = tonumber(held[6]), tonumber(held[7])
local known = math.max(tonumber(ARGV[5]), tonumber(redis.call('HGET', KEYS[2], 'epoch') or '') or 0)
local past = validUntilMs >= 0 and (nowMs >= validUntilMs or nowMs < atMs)
if past or epoch < known then return { 'outcome', 'superseded' } end
local validForMs = '-1'
if validUntilMs >= 0 then validForMs = string.format('%.0f', validUntilMs - nowMs) end
return { 'outcome', 'replay', 'httpStatus', held[5], 'body', body, 'validForMs', validForMs }
`;

/**
 * Keeps the answer of a claim. Only its owner may, only within the lease, only once.
 *
 * KEYS  1 claim hash · ARGV 1 owner's id · 2 HTTP status · 3 body · 4 how long it is valid in ms, or -1 · 5 epoch ·
 *       6 lease in ms
 *
 * The validity is counted from the claim, which came before the answer, so it never ends too late.
 * Reply: `outcome` is kept | lost.
 */
export const completeScript = /* lua */ `
local time = redis.call('TIME')
local nowMs = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
local held = redis.call('HMGET', KEYS[1], 'owner', 'atMs', 'body')
if held[1] ~= ARGV[1] then return { 'outcome', 'lost' } end
if held[3] then return { 'outcome', 'kept' } end
if nowMs >= tonumber(held[2]) + tonumber(ARGV[6]) then return { 'outcome', 'lost' } end
local validUntilMs = ARGV[4]
if tonumber(validUntilMs) >= 0 then validUntilMs = string.format('%.0f', tonumber(held[2]) + tonumber(validUntilMs)) end
redis.call('HSET', KEYS[1], 'httpStatus', ARGV[2], 'body', ARGV[3], 'validUntilMs', validUntilMs, 'epoch', ARGV[5])
return { 'outcome', 'kept' }
`;
