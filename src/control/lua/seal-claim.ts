/**
 * Takes or keeps the lease by which one isolate seals the log, and keeps the latest seal's number and hash, which never goes
 * back. It stands outside the database to tell a log that was cut or restored from the one that was sealed.
 *
 * KEYS  1 lease (string: its owner) · 2 latest seal (hash {seq, hash})
 * ARGV  1 owner's id · 2 lease in ms · 3 number of a seal that the owner wrote, 0 for none · 4 its hash
 *
 * Reply: `outcome` is claimed | held; `seq` and `hash` of the latest seal, 0 and '' for none.
 */
export const sealClaimScript = /* lua */ `
local owner = redis.call('GET', KEYS[1])
local outcome = 'claimed'
if owner and owner ~= ARGV[1] then
  outcome = 'held'
else
  redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
end
local latest = redis.call('HMGET', KEYS[2], 'seq', 'hash')
local seq, hash = tonumber(latest[1] or '') or 0, latest[2] or ''
if tonumber(ARGV[3]) > seq then
  redis.call('HSET', KEYS[2], 'seq', ARGV[3], 'hash', ARGV[4])
  seq, hash = tonumber(ARGV[3]), ARGV[4]
end
return { 'outcome', outcome, 'seq', string.format('%.0f', seq), 'hash', hash }
`;
