import { mergeLua } from './merge.ts';

/**
 * Holds a target back under a new epoch, above all that Redis or the caller knows. Never lifts: a target that is held
 * back further stays so, under the new epoch.
 *
 * KEYS 1 control hash · ARGV 1 to 6 what the caller knows (lua/merge.ts) · 7 target · 8 state, REDUCING or HALTED ·
 *      9 'next', or 'clock' for an epoch that is at least the microseconds of Redis' own clock: above whatever a Redis that
 *      was wiped or rolled back has forgotten, since no two words were ever said within one
 *
 * Reply: `status` OK, the new `epoch`, and the `state` that the target has now.
 */
export const restrictScript = /* lua */ `${mergeLua}
local state = held(KEYS[1])
merge(state, 1)
local target, asked = ARGV[7], ARGV[8]
local was = state.targets[target]
if target == 'global' then was = state.whole end
if was and rank[was.state] > rank[asked] then asked = was.state end
state.epoch = state.epoch + 1
if ARGV[9] == 'clock' then
  local time = redis.call('TIME')
  state.epoch = math.max(state.epoch, tonumber(time[1]) * 1000000 + tonumber(time[2]))
end
local now = said(was, { state = asked, epoch = state.epoch })
if target == 'global' then state.whole = now else state.targets[target] = now end
keep(KEYS[1], state)
return { 'status', 'OK', 'epoch', integer(now.epoch), 'state', now.state }
`;
