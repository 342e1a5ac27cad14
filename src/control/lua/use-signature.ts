/**
 * Takes a signature once.
 *
 * KEYS  1 the signature · ARGV 1 for how long it is remembered in ms
 *
 * Reply: `outcome` is new | used.
 */
export const useSignatureScript = /* lua */ `
if redis.call('SET', KEYS[1], '1', 'NX', 'PX', ARGV[1]) then return { 'outcome', 'new' } end
return { 'outcome', 'used' }
`;
