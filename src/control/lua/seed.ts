/**
 * Tells Redis what libSQL or an isolate knows of the control state. Merges and never lowers: the higher epoch
 * wins, at the same epoch the more restrictive state, and the higher registry epoch.
 *
 * KEYS 1 control hash {epoch, state, registry, seededAt} · ARGV 1 epoch · 2 state · 3 registry epoch
 *
 * `seededAt` is the microsecond at which there was nothing to merge with: all that Redis held before is lost.
 */
export const seedScript = /* lua */ `
local rank = { ACTIVE = 1, REDUCING = 2, HALTED = 3 }
local held = redis.call('HMGET', KEYS[1], 'epoch', 'state', 'registry')
local epoch, state, registry = tonumber(held[1] or ''), held[2], tonumber(held[3] or '')
local given = tonumber(ARGV[1])
if not epoch then
  local time = redis.call('TIME')
  redis.call('HSET', KEYS[1], 'seededAt', string.format('%.0f', tonumber(time[1]) * 1000000 + tonumber(time[2])))
end
if not epoch or given > epoch then
  epoch, state = given, ARGV[2]
elseif given == epoch and rank[ARGV[2]] > (rank[state] or 0) then
  state = ARGV[2]
end
registry = math.max(registry or 0, tonumber(ARGV[3]))
redis.call('HSET', KEYS[1], 'epoch', string.format('%.0f', epoch), 'state', state, 'registry', string.format('%.0f', registry))
return { 'status', 'OK' }
`;
