/**
 * Tells Redis what libSQL or an isolate knows of the control state. Merges and never lowers: the higher epoch
 * wins, at the same epoch the more restrictive state, and the higher registry epoch.
 *
 * KEYS 1 control hash {epoch, state, registry} · ARGV 1 epoch · 2 state · 3 registry epoch
 */
export const seedScript = /* lua */ `
local rank = { ACTIVE = 1, REDUCING = 2, HALTED = 3 }
local held = redis.call('HMGET', KEYS[1], 'epoch', 'state', 'registry')
local epoch, state, registry = tonumber(held[1] or ''), held[2], tonumber(held[3] or '')
local given = tonumber(ARGV[1])
if not epoch or given > epoch then
  epoch, state = given, ARGV[2]
elseif given == epoch and rank[ARGV[2]] > (rank[state] or 0) then
  state = ARGV[2]
end
registry = math.max(registry or 0, tonumber(ARGV[3]))
redis.call('HSET', KEYS[1], 'epoch', string.format('%.0f', epoch), 'state', state, 'registry', string.format('%.0f', registry))
return { 'status', 'OK' }
`;
