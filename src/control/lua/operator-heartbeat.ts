/**
 * Whether an operator was heard in time, as a piece of Lua for the scripts that ask. Fields of the control hash: `heartbeatAt`, the
 * microsecond of Redis' clock at which one was heard last. Without it, past the time, and where the clock was set back behind it,
 * nobody was: a Redis that was wiped is as silent as the operator.
 */
export const operatorHeartbeatLua = /* lua */ `
local function operatorHeartbeat(heartbeatAt, msMax, nowUs)
  if msMax == 0 then return 'off' end
  local ageUs = nowUs - (heartbeatAt or 0)
  if heartbeatAt and ageUs >= 0 and ageUs <= msMax * 1000 then return 'heard' end
  return 'silent'
end
`;

const clock = /* lua */ `
local time = redis.call('TIME')
local nowUs = tonumber(time[1]) * 1000000 + tonumber(time[2])
`;

/**
 * An operator is there.
 *
 * KEYS 1 control hash · ARGV 1 longest silence in ms, 0 for any
 *
 * Reply: `was`, what it was before: off | heard | silent.
 */
export const heartbeatScript = /* lua */ `${operatorHeartbeatLua}${clock}
local heartbeatAt = tonumber(redis.call('HGET', KEYS[1], 'heartbeatAt') or '')
redis.call('HSET', KEYS[1], 'heartbeatAt', string.format('%.0f', nowUs))
return { 'was', operatorHeartbeat(heartbeatAt, tonumber(ARGV[1]), nowUs) }
`;

/**
 * Whether a silence is still to be told of, to the one who claims it; `silenceTold` is the heartbeat after which the last one
 * that was told of began.
 *
 * KEYS 1 control hash · ARGV 1 longest silence in ms · 2 life of a claim in ms
 *
 * Reply: `outcome` is none | told | held | claimed; `heartbeatAt` the last heartbeat's microsecond, 0 for none.
 */
export const claimSilenceScript = /* lua */ `${operatorHeartbeatLua}${clock}
local held = redis.call('HMGET', KEYS[1], 'heartbeatAt', 'silenceTold', 'silenceClaimUntil')
local heartbeatAt = held[1] or '0'
if operatorHeartbeat(tonumber(held[1] or ''), tonumber(ARGV[1]), nowUs) ~= 'silent' then
  return { 'outcome', 'none', 'heartbeatAt', heartbeatAt }
end
if held[2] == heartbeatAt then return { 'outcome', 'told', 'heartbeatAt', heartbeatAt } end
local claimUs = tonumber(ARGV[2]) * 1000
local leftUs = tonumber(held[3] or '0') - nowUs
if leftUs > 0 and leftUs <= claimUs then return { 'outcome', 'held', 'heartbeatAt', heartbeatAt } end
redis.call('HSET', KEYS[1], 'silenceClaimUntil', string.format('%.0f', nowUs + claimUs))
return { 'outcome', 'claimed', 'heartbeatAt', heartbeatAt }
`;

/** A silence was told of. KEYS 1 control hash · ARGV 1 its `heartbeatAt`. Reply: `outcome` told. */
export const tellSilenceScript = /* lua */ `
redis.call('HSET', KEYS[1], 'silenceTold', ARGV[1], 'silenceClaimUntil', '0')
return { 'outcome', 'told' }
`;
