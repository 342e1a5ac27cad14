import { mergeLua } from './merge.ts';

/**
 * Ends a halt of the whole by its epoch: the next epoch is ACTIVE, if and only if nothing was said since.
 *
 * KEYS 1 control hash · ARGV 1 the epoch that it ends
 *
 * Reply: `outcome` is resumed | moved.
 */
export const resumeScript = /* lua */ `${mergeLua}
local state = held(KEYS[1])
if state.isNew or state.epoch ~= tonumber(ARGV[1]) then return { 'outcome', 'moved' } end
state.epoch = state.epoch + 1
state.whole = { state = 'ACTIVE', epoch = state.epoch }
keep(KEYS[1], state)
return { 'outcome', 'resumed' }
`;
