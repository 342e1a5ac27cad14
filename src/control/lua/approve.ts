/**
 * `wordOf(key, person, keyId, lifeMs)`: one person's word for what two have to agree to, as a reply. Kept is `<person> <key id>`. Words of
 * one person, by however many keys, are not two.
 */
export const wordLua = /* lua */ `
local function wordOf(key, person, keyId, lifeMs)
  local first = redis.call('GET', key)
  if not first then
    redis.call('SET', key, person .. ' ' .. keyId, 'PX', lifeMs)
    return { 'outcome', 'pending', 'first', '' }
  end
  local whose, by = string.match(first, '^(%S+) (%S+)$')
  if not whose or whose == person then return { 'outcome', 'same', 'first', '' } end
  redis.call('DEL', key)
  return { 'outcome', 'approved', 'first', by }
end
`;

/**
 * Takes one person's word.
 *
 * KEYS  1 the first word on this very ask (string: whose)
 * ARGV  1 person · 2 key id · 3 life of a first word in ms
 *
 * Reply: `outcome` is approved | pending | same; `first` is the key id of the other word, '' for none.
 */
export const approveScript = /* lua */ `${wordLua}
return wordOf(KEYS[1], ARGV[1], ARGV[2], ARGV[3])
`;
