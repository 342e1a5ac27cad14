import { wordLua } from './approve.ts';

/**
 * Takes one person's word that an epoch may end for a target. A nonce is good for one word, and words of one person alone are not two.
 *
 * KEYS  1 nonce · 2 the first word on this epoch and target (string: whose)
 * ARGV  1 nonce's life in ms · 2 words needed, 1 or 2 · 3 person · 4 key id · 5 life of a first word in ms
 *
 * Reply: `outcome` is approved | pending | used | same; `first` is the key id of the other word, '' for none.
 */
export const approveResumeScript = /* lua */ `${wordLua}
if not redis.call('SET', KEYS[1], ARGV[4], 'NX', 'PX', ARGV[1]) then return { 'outcome', 'used', 'first', '' } end
if ARGV[2] == '1' then return { 'outcome', 'approved', 'first', '' } end
return wordOf(KEYS[2], ARGV[3], ARGV[4], ARGV[5])
`;
