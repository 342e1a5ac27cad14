/** `wordOf(key, keyId, lifeMs)`: one person's word for what two have to agree to, as a reply. A word of one key alone is not two. */
export const wordLua = /* lua */ `
local function wordOf(key, keyId, lifeMs)
  local first = redis.call('GET', key)
  if not first then
    redis.call('SET', key, keyId, 'PX', lifeMs)
    return { 'outcome', 'pending', 'first', '' }
  end
  if first == keyId then return { 'outcome', 'same', 'first', '' } end
  redis.call('DEL', key)
  return { 'outcome', 'approved', 'first', first }
end
`;

/**
 * Takes one person's word.
 *
 * KEYS  1 the first word on this very ask (string: its key id)
 * ARGV  1 key id · 2 life of a first word in ms
 *
 * Reply: `outcome` is approved | pending | same; `first` is the key id of the other word, '' for none.
 */
export const approveScript = /* lua */ `${wordLua}
return wordOf(KEYS[1], ARGV[1], ARGV[2])
`;
