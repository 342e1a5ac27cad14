import { mergeLua } from './merge.ts';

/**
 * Ends what holds a target back by its epoch: the next epoch is ACTIVE, if and only if nothing was said since, of whatever target.
 *
 * KEYS 1 control hash · ARGV 1 the epoch that it ends · 2 target
 *
 * Reply: `outcome` is resumed | moved.
 */
export const resumeScript = /* lua */ `${mergeLua}
local state = held(KEYS[1])
if state.isNew or state.epoch ~= tonumber(ARGV[1]) then return { 'outcome', 'moved' } end
state.epoch = state.epoch + 1
local now = { state = 'ACTIVE', epoch = state.epoch }
if ARGV[2] == 'global' then state.whole = now else state.targets[ARGV[2]] = now end
keep(KEYS[1], state)
return { 'outcome', 'resumed' }
`;
