import { breakersLua } from './breakers.ts';

/**
 * An operator's hand on one breaker, or a look at all of them.
 *
 * KEYS  1 control hash {…, breakers: revision} · 2 breakers, a hash (control/lua/breakers.ts)
 * ARGV  1 `read` | `trip` | `reset` · 2 name of the breaker, empty with `read`
 *
 * Reply: `before` and `after`, both as a sync tells breakers. A trip of one that is tripped changes nothing; a reset of
 * one that is closed begins a generation all the same, and with it counting begins anew in every isolate.
 */
export const operateBreakerScript = /* lua */ `
local function integer(number) return string.format('%.0f', number) end

local time = redis.call('TIME')
local nowUs = tonumber(time[1]) * 1000000 + tonumber(time[2])
local revision = tonumber(redis.call('HGET', KEYS[1], 'breakers') or '0')
${breakersLua}
breakers.read(KEYS[2], revision)
local before = breakers.tell(revision)
local verb, name = ARGV[1], ARGV[2]
if verb == 'trip' and breakers.of(name).state ~= 'tripped' then
  breakers.begin(name, 'tripped')
  breakers.write(name)
elseif verb == 'reset' then
  breakers.begin(name, 'closed')
  breakers.write(name)
end
if breakers.news then
  revision = breakers.number()
  redis.call('HSET', KEYS[1], 'breakers', integer(revision))
end
return { 'before', before, 'after', breakers.tell(revision) }
`;
