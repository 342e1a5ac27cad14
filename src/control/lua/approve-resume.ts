/**
 * Takes one person's word that an epoch may end for a target. A nonce is good for one word, and a word of one key alone is not two.
 *
 * KEYS  1 nonce · 2 the first word on this epoch and target (string: its key id)
 * ARGV  1 nonce's life in ms · 2 words needed, 1 or 2 · 3 key id · 4 life of a first word in ms
 *
 * Reply: `outcome` is approved | pending | used | same; `first` is the key id of the other word, '' for none.
 */
export const approveResumeScript = /* lua */ `
if not redis.call('SET', KEYS[1], ARGV[3], 'NX', 'PX', ARGV[1]) then return { 'outcome', 'used', 'first', '' } end
if ARGV[2] == '1' then return { 'outcome', 'approved', 'first', '' } end
local first = redis.call('GET', KEYS[2])
if not first then
  redis.call('SET', KEYS[2], ARGV[3], 'PX', ARGV[4])
  return { 'outcome', 'pending', 'first', '' }
end
if first == ARGV[3] then return { 'outcome', 'same', 'first', '' } end
redis.call('DEL', KEYS[2])
return { 'outcome', 'approved', 'first', first }
`;
