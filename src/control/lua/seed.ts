import { mergeLua } from './merge.ts';

/**
 * Tells Redis what libSQL or an isolate knows of the control state. Merges and lifts nothing.
 *
 * KEYS 1 control hash · ARGV 1 to 6 what is told (lua/merge.ts)
 */
export const seedScript = /* lua */ `${mergeLua}
local state = held(KEYS[1])
merge(state, 1)
keep(KEYS[1], state)
return { 'status', 'OK' }
`;
