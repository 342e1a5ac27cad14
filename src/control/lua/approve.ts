/**
 * Takes one person's word for what two have to agree to. A word of one key alone is not two.
 *
 * KEYS  1 the first word on this very ask (string: its key id)
 * ARGV  1 key id · 2 life of a first word in ms
 *
 * Reply: `outcome` is approved | pending | same; `first` is the key id of the other word, '' for none.
 */
export const approveScript = /* lua */ `
local first = redis.call('GET', KEYS[1])
if not first then
  redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
  return { 'outcome', 'pending', 'first', '' }
end
if first == ARGV[1] then return { 'outcome', 'same', 'first', '' } end
redis.call('DEL', KEYS[1])
return { 'outcome', 'approved', 'first', first }
`;
